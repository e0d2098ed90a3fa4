"""What people fill in; each form's answers go into one flow."""

from .accounts import SignupForm
from .agreements import AgreementForm
from .keys import KeyForm
from .organisations import CountryField, MemberForm, OrganisationForm

__all__ = [
    "AgreementForm",
    "CountryField",
    "KeyForm",
    "MemberForm",
    "OrganisationForm",
    "SignupForm",
]
