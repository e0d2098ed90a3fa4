import datetime as dt

import factory
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group

from jaif_portal import clock
from onboarding.flows.agreements import accept_terms, current_terms
from onboarding.flows.cases import open_case
from onboarding.flows.keys import add_key
from onboarding.models import (
    CaseTemplate,
    Country,
    MemberRole,
    Membership,
    Organisation,
    OrganisationType,
    Role,
    Terms,
    User,
)
from tests.onboarding.ssh_keys import fresh_line


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password("pass-word-1234")

    @factory.post_generation
    def role(self, create, role, **_kwargs):
        """``UserFactory(role=Role.ACCESS_OFFICER)`` makes a member of staff."""
        if role:
            self.is_staff = True
            self.save(update_fields=["is_staff"])
            self.groups.add(Group.objects.get_or_create(name=Role(role).value)[0])


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Start-up {n} GmbH")
    kind = OrganisationType.START_UP
    country = factory.LazyFunction(lambda: Country.objects.get(code="DE"))
    registration_number = factory.Sequence(lambda n: f"HRB {n}")
    founded_on = dt.date(2024, 5, 1)
    staff = 12
    turnover_eur = 400_000
    balance_sheet_eur = 900_000

    @factory.post_generation
    def representative(self, create, user, **_kwargs):
        if user:
            Membership.objects.create(organisation=self, user=user, role=MemberRole.REPRESENTATIVE)


def case_of(owner, *, title="EHPC-AIF-2026PG01-0001", template="Standard"):
    """An open case of a project of the owner's organisation."""
    organisation = owner.organisations.first() or OrganisationFactory(representative=owner)
    return open_case(
        CaseTemplate.objects.get(name=template),
        title=title,
        organisation=organisation,
        owner=owner,
        at=clock.now(),
    )


def sign_agreement(user):
    return accept_terms(current_terms(Terms.Kind.USAGE, at=clock.now()), by=user)


def add_fresh_key(user, name="laptop"):
    return add_key(user, name=name, public_key=fresh_line(), at=clock.now())


def turn_on_mfa(user):
    """What allauth leaves behind when an authenticator app is set up."""
    return Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})


def next_terms(*, kind=Terms.Kind.USAGE, valid_from=None):
    """A newer version of some terms."""
    newest = Terms.objects.filter(kind=kind).first()
    return Terms.objects.create(
        kind=kind,
        version=newest.version + 1,
        valid_from=valid_from or clock.now(),
        text_en="Newer.",
        text_de="Neuer.",
    )
