"""What people, organisations and cases turn down."""

from django.utils.translation import gettext_lazy as _

from jaif_portal.exceptions import Refusal


class OnboardingError(Refusal):
    """A refusal of this app."""


class OrganisationExists(OnboardingError):
    code = "organisation_exists"
    default = _(
        "This organisation is already registered under this number. Ask a colleague who "
        "represents it to add you as a member, or correct the register number."
    )


class KeyRefused(OnboardingError):
    """A public key that does not follow the rules."""

    code = "key_refused"


class KeyTaken(KeyRefused):
    code = "key_taken"
    default = _(
        "This key is already registered. Create a new key pair for each person and purpose, "
        "and add the new public key."
    )


class TooManyKeys(KeyRefused):
    code = "too_many_keys"
    default = _("You have as many keys as one person may have. Remove one that you no longer use.")


class TermsOutdated(OnboardingError):
    code = "terms_outdated"
    default = _("There is a newer version of these terms. Read and sign that one.")


class EmptyTemplate(OnboardingError):
    code = "empty_template"
    default = _("This case template has no steps. Add its steps before a case is opened from it.")
