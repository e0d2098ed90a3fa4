"""How django-allauth fits the portal."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.translation import get_language


class AccountAdapter(DefaultAccountAdapter):
    def new_user(self, request):
        """A new person reads mails in the language in which they signed up."""
        user = super().new_user(request)
        user.language = (get_language() or "en")[:2]
        return user
