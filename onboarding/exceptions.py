"""What people, organisations and cases turn down."""

from django.utils.translation import gettext_lazy as _

from jaif_portal.exceptions import Refusal


class OnboardingError(Refusal):
    """A refusal of this app."""


class KeyRefused(OnboardingError):
    """A public key that does not follow the rules."""

    code = "key_refused"


class TermsOutdated(OnboardingError):
    code = "terms_outdated"
    default = _("There is a newer version of these terms. Read and sign that one.")
