"""People who use the portal through its pages, as a browser would without JavaScript."""

import re

import pyotp
from django.test import Client

from jaif_portal.models import Mail

PASSWORD = "a-long-pass-phrase-26"


class Person:
    """Somebody with a browser. ``fill`` submits a form and follows to where it leads."""

    def __init__(self, email="", password=PASSWORD):
        self.email = email
        self.password = password
        self.browser = Client()

    def sign_up(self, name):
        """Register, read the mail, confirm the address."""
        self.fill(
            "/accounts/signup/",
            email=self.email,
            name=name,
            language="en",
            password1=self.password,
            password2=self.password,
        )
        self.fill(self.link_in_mail(r"\S*/accounts/confirm-email/\S+/"))

    def sign_in(self):
        page = self.fill("/accounts/login/", login=self.email, password=self.password)
        assert page.context["user"].email == self.email
        return self

    def read(self, path):
        page = self.browser.get(path)
        assert page.status_code == 200, f"{path}: {page.status_code}"
        return page

    def fill(self, path, /, **answers):
        page = self.browser.post(path, answers, follow=True)
        assert page.status_code == 200, f"{path}: {page.status_code}"
        return page

    def link_in_mail(self, pattern):
        """The path in the latest mail to this person that matches ``pattern``."""
        for mail in Mail.objects.filter(recipient=self.email):
            if found := re.search(pattern, mail.body):
                return re.sub(r"^https?://[^/]+", "", found[0])
        raise AssertionError(f"no mail to {self.email} has a link like {pattern}")

    def turn_on_second_factor(self):
        self.fill("/accounts/reauthenticate/", password=self.password)
        page = self.read("/accounts/2fa/totp/activate/")
        secret = page.context["form"].secret
        self.fill("/accounts/2fa/totp/activate/", code=pyotp.TOTP(secret).now())


def messages(page):
    return [str(message) for message in page.context["messages"]]


def errors(page):
    """``{field: [sentence, ...]}`` of the page's form."""
    return {field: list(map(str, found)) for field, found in page.context["form"].errors.items()}
