import datetime as dt
from unittest.mock import Mock

import pytest
import time_machine
from django.core import mail as post
from django.core.mail import EmailMultiAlternatives, send_mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from jaif_portal.exceptions import NotPermitted
from jaif_portal.flows.outbox import MOST_TRIES, deliver_mail, send_again, write_mail
from jaif_portal.models import Mail
from onboarding.models import Role
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def template(settings, tmp_path):
    """A mail that shows everything that was put into it."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    (tmp_path / "news.txt").write_text(
        "\n{% load i18n %}{% autoescape off %}News for {{ name }}\n\n"
        "{{ day|date:'F' }} at {{ portal_url }}\n\n{% endautoescape %}"
    )
    return "news.txt"


@pytest.fixture
def write(template):
    def write(**changes):
        news = {"to": "ada@example.org", "key": "news:1", "language": "en", "name": "Ada & Ben"}
        return write_mail(template, **news | {"day": dt.date(2026, 5, 1)} | changes)

    return write


@pytest.fixture
def broken_server(monkeypatch):
    """A mail server that takes nothing from ``bad@example.org``, and counts."""
    deliver, refuse = EmailBackend.send_messages, Mock(side_effect=ConnectionRefusedError)

    def send(backend, messages):
        return refuse() if messages[0].to == ["bad@example.org"] else deliver(backend, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    return refuse


def test_the_first_line_is_the_subject_and_nothing_is_escaped(write, settings):
    mail = write()

    assert (mail.recipient, mail.subject) == ("ada@example.org", "News for Ada & Ben")
    assert mail.body == f"May at {settings.PORTAL_URL}\n"
    assert (mail.sent_at, mail.tries) == (None, 0)


def test_a_mail_is_written_in_its_language(write):
    assert write(language="de").body.startswith("Mai at ")


def test_the_same_event_writes_once_to_each_receiver(write):
    first, again = write(), write(name="Somebody else")
    write(to="ben@example.org")

    assert first == again
    assert sorted(Mail.objects.values_list("key", flat=True)) == [
        "news:1:ada@example.org",
        "news:1:ben@example.org",
    ]


def test_a_line_break_in_a_title_adds_no_header(write):
    mail = write(name="Ada\nBcc: everybody@example.org")

    assert mail.subject == "News for Ada"


def test_a_rollback_sends_nothing(write, mailoutbox):
    with transaction.atomic():
        write()
        transaction.set_rollback(True)

    deliver_mail()

    assert (mailoutbox, Mail.objects.count()) == ([], 0)


def test_a_mail_is_delivered_once(write, mailoutbox, settings):
    write()

    counts = [deliver_mail() for _beat in range(2)]

    (message,) = mailoutbox
    assert counts == [1, 0]
    assert (message.to, message.subject) == (["ada@example.org"], "News for Ada & Ben")
    assert message.from_email == settings.DEFAULT_FROM_EMAIL
    mail = Mail.objects.get()
    assert (mail.tries, mail.failure, mail.sent_at is None) == (1, "", False)


def test_a_server_that_is_down_is_noted_and_holds_up_no_other(write, mailoutbox, broken_server):
    write(to="bad@example.org")
    write(to="good@example.org")

    deliver_mail()

    assert [message.to for message in mailoutbox] == [["good@example.org"]]
    mail = Mail.objects.get(recipient="bad@example.org")
    assert (mail.tries, mail.sent_at) == (1, None)
    assert mail.failure == "ConnectionRefusedError()"


def test_a_failed_mail_is_tried_again_later_each_time(write, broken_server):
    write(to="bad@example.org")
    start, waits = timezone.now(), []
    with time_machine.travel(start, tick=False) as wall:
        for _try in range(3):
            deliver_mail()
            deliver_mail()  # too early: not tried
            mail = Mail.objects.get()
            waits.append(mail.next_try_at - timezone.now())
            wall.move_to(mail.next_try_at)

    assert waits == [2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    assert broken_server.call_count == 3


def test_a_mail_is_given_up_after_the_last_try(write, broken_server):
    write(to="bad@example.org")
    Mail.objects.update(tries=MOST_TRIES - 1)

    deliver_mail()
    Mail.objects.update(next_try_at=timezone.now())
    deliver_mail()

    assert broken_server.call_count == 1
    assert Mail.objects.get().tries == MOST_TRIES


def test_a_server_that_is_back_gets_the_mail(write, mailoutbox, broken_server):
    mail = write(to="bad@example.org")
    deliver_mail()
    Mail.objects.update(recipient="good@example.org", next_try_at=timezone.now())

    deliver_mail()

    mail.refresh_from_db()
    assert (mail.tries, mail.failure, len(mailoutbox)) == (2, "", 1)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.ACCESS_OFFICER])
def test_staff_send_a_mail_again(write, mailoutbox, role):
    mail = write()
    deliver_mail()

    send_again(mail, by=UserFactory(role=role))
    deliver_mail()

    assert len(mailoutbox) == 2


def test_nobody_else_sends_a_mail_again(write):
    mail = write()

    for person in (UserFactory(), UserFactory(role=Role.AUDITOR)):
        with pytest.raises(NotPermitted):
            send_again(mail, by=person)


def test_django_s_own_mail_goes_into_the_outbox_for_each_receiver(mailoutbox, settings):
    settings.EMAIL_BACKEND = "jaif_portal.mail.OutboxBackend"
    to = ["ada@example.org", "ben@example.org"]

    send_mail("Confirm", "Your address", "portal@example.org", to)
    before = len(post.outbox)
    deliver_mail()

    assert (before, [message.to for message in mailoutbox]) == (0, [[to[0]], [to[1]]])
    assert {message.from_email for message in mailoutbox} == {"portal@example.org"}


def test_the_formatted_part_of_a_mail_is_kept(mailoutbox, settings):
    settings.EMAIL_BACKEND = "jaif_portal.mail.OutboxBackend"
    message = EmailMultiAlternatives("Confirm", "Plain", to=["ada@example.org"])
    message.attach_alternative("<p>Formatted</p>", "text/html")
    message.send()

    deliver_mail()

    assert [tuple(part) for part in mailoutbox[0].alternatives] == [
        ("<p>Formatted</p>", "text/html")
    ]
