from .agreements import Acceptance, Terms
from .cases import (
    CaseState,
    CaseStep,
    CaseTemplate,
    CaseTemplateStep,
    Circumstance,
    OnboardingCase,
    StepKind,
    StepOwner,
)
from .keys import SSHKey
from .organisations import Country, MemberRole, Membership, Organisation, OrganisationType
from .people import Role, User

__all__ = [
    "Acceptance",
    "CaseState",
    "CaseStep",
    "CaseTemplate",
    "CaseTemplateStep",
    "Circumstance",
    "Country",
    "MemberRole",
    "Membership",
    "OnboardingCase",
    "Organisation",
    "OrganisationType",
    "Role",
    "SSHKey",
    "StepKind",
    "StepOwner",
    "Terms",
    "User",
]
