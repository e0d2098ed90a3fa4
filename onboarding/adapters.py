"""How django-allauth fits the portal."""

from allauth.account.adapter import DefaultAccountAdapter
from django.urls import reverse
from django.utils.translation import get_language


class AccountAdapter(DefaultAccountAdapter):
    def new_user(self, request):
        """A new person reads mails in the language in which they signed up."""
        user = super().new_user(request)
        user.language = (get_language() or "en")[:2]
        return user

    def login(self, request, user):
        # Signing in sets last_login, so this is the last moment at which it tells.
        request.is_first_login = user.last_login is None
        super().login(request, user)

    def get_login_redirect_url(self, request):
        """Somebody new goes on with their organisation, since nothing can be applied for
        without; only once, as people invited into a project need none.
        """
        user = request.user
        if (
            getattr(request, "is_first_login", False)
            and not user.is_staff
            and not user.memberships.exists()
        ):
            return reverse("onboarding:organisation_new")
        return super().get_login_redirect_url(request)
