import pytest

from jaif_portal.exceptions import NotPermitted, StaleVersion
from onboarding.exceptions import OrganisationExists
from onboarding.flows.organisations import add_member, create_organisation, edit_organisation
from onboarding.models import MemberRole, Membership, Organisation, OrganisationType, Role
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def answers(**changes):
    return {
        "name": "Rhine Analytics GmbH",
        "kind": OrganisationType.START_UP,
        "country_id": "DE",
        "registration_number": "HRB 98765, Köln",
        "staff": 12,
        "turnover_eur": 400_000,
        "balance_sheet_eur": 900_000,
    } | changes


def test_create_organisation_makes_its_creator_the_representative():
    ada = UserFactory()

    organisation = create_organisation(by=ada, **answers())

    memberships = Membership.objects.values_list("organisation", "user", "role")
    assert list(memberships) == [(organisation.pk, ada.pk, MemberRole.REPRESENTATIVE)]


@pytest.mark.parametrize("number", ["HRB 98765, Köln", "  HRB   98765, Köln "])
def test_create_organisation_refuses_a_register_number_that_is_taken(number):
    create_organisation(by=UserFactory(), **answers())

    with pytest.raises(OrganisationExists) as refusal:
        create_organisation(by=UserFactory(), **answers(registration_number=number))

    assert refusal.value.code == "organisation_exists"
    assert str(refusal.value) == (
        "This organisation is already registered under this number. Ask a colleague who "
        "represents it to add you as a member, or correct the register number."
    )
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize("changes", [{"country_id": "FR"}, {"registration_number": "HRB 98766"}])
def test_create_organisation_takes_the_same_number_of_another_register(changes):
    create_organisation(by=UserFactory(), **answers())

    create_organisation(by=UserFactory(), **answers(**changes))

    assert Organisation.objects.count() == 2


def test_create_organisation_takes_any_number_of_organisations_without_a_register():
    for _organisation in range(2):
        create_organisation(by=UserFactory(), **answers(registration_number=""))

    assert Organisation.objects.count() == 2


def test_edit_organisation_changes_what_it_is_given_and_nothing_else():
    ada = UserFactory()
    organisation = create_organisation(by=ada, **answers())

    edit_organisation(organisation, by=ada, version=1, staff=40)

    organisation.refresh_from_db()
    assert (organisation.staff, organisation.name, organisation.version) == (
        40,
        "Rhine Analytics GmbH",
        2,
    )


def test_edit_organisation_refuses_a_version_that_somebody_else_has_replaced():
    ada = UserFactory()
    organisation = create_organisation(by=ada, **answers())
    edit_organisation(organisation, by=ada, version=1, staff=40)

    with pytest.raises(StaleVersion):
        edit_organisation(organisation, by=ada, version=1, staff=50)

    organisation.refresh_from_db()
    assert organisation.staff == 40


def test_edit_organisation_refuses_the_register_number_of_another():
    ada = UserFactory()
    create_organisation(by=UserFactory(), **answers())
    organisation = create_organisation(by=ada, **answers(registration_number="HRB 1"))

    with pytest.raises(OrganisationExists):
        edit_organisation(organisation, by=ada, registration_number="HRB 98765,  Köln")


@pytest.mark.parametrize("who", ["member", "stranger", "officer"])
def test_only_representatives_edit_an_organisation_and_add_members(who):
    organisation = OrganisationFactory(representative=UserFactory())
    person = UserFactory(role=Role.ACCESS_OFFICER if who == "officer" else None)
    if who == "member":
        Membership.objects.create(organisation=organisation, user=person, role=MemberRole.MEMBER)

    with pytest.raises(NotPermitted):
        edit_organisation(organisation, by=person, staff=1)
    with pytest.raises(NotPermitted):
        add_member(organisation, user=UserFactory(), by=person)


def test_add_member_again_changes_nothing():
    ada, bob = UserFactory(), UserFactory()
    organisation = OrganisationFactory(representative=ada)

    for user in (bob, bob, ada):
        add_member(organisation, user=user, by=ada)

    roles = dict(organisation.memberships.values_list("user", "role"))
    assert roles == {ada.pk: MemberRole.REPRESENTATIVE, bob.pk: MemberRole.MEMBER}
