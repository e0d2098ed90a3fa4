import datetime as dt

import factory
from django.contrib.auth.models import Group

from onboarding.models import (
    Country,
    Membership,
    MemberRole,
    Organisation,
    OrganisationType,
    Role,
    User,
)


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
            Membership.objects.create(
                organisation=self, user=user, role=MemberRole.REPRESENTATIVE
            )
