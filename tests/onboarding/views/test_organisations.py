import pytest
from django.urls import reverse
from django.utils import translation

from onboarding.flows.organisations import add_member
from onboarding.models import MemberRole, Membership, Organisation, Role
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = reverse("onboarding:organisations")
NEW = reverse("onboarding:organisation_new")


def answers(**changes):
    return {
        "name": "Rhine Analytics GmbH",
        "kind": "start_up",
        "country": "DE",
        "registration_number": "HRB 98765, Köln",
        "founded_on": "2024-05-01",
        "staff": "12",
        "turnover_eur": "400000",
        "balance_sheet_eur": "900000",
    } | changes


def page(name, organisation):
    return reverse(f"onboarding:{name}", args=[organisation.pk])


def sign_in(client, user=None):
    user = user or UserFactory()
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    "name", ["organisations", "organisation_new", "organisation", "organisation_edit", "member_add"]
)
def test_pages_ask_strangers_to_sign_in(client, name):
    args = [] if name in {"organisations", "organisation_new"} else [OrganisationFactory().pk]
    url = reverse(f"onboarding:{name}", args=args)

    response = client.get(url)

    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={url}")


def test_somebody_new_is_told_to_register_an_organisation(client):
    sign_in(client)

    text = client.get(LIST).content.decode()

    assert "You do not act for any organisation yet." in text
    assert NEW in text


def test_the_list_shows_the_organisations_that_one_acts_for(client):
    ada = sign_in(client)
    OrganisationFactory(name="Mine GmbH", representative=ada)
    OrganisationFactory(name="Other GmbH", representative=UserFactory())

    listed = client.get(LIST).context["organisations"]

    assert [organisation.name for organisation in listed] == ["Mine GmbH"]


@pytest.mark.parametrize("count", [1, 3])
def test_listing_organisations_takes_the_same_queries_for_any_number(
    client, django_assert_num_queries, count
):
    ada = sign_in(client)
    OrganisationFactory.create_batch(count, representative=ada)

    # Session, person, roles, number, rows, and the clock of the header.
    with django_assert_num_queries(6):
        client.get(LIST)


def test_registering_leads_to_the_page_of_the_organisation(client):
    ada = sign_in(client)

    response = client.post(NEW, answers())

    organisation = Organisation.objects.get()
    assert response["Location"] == page("organisation", organisation)
    assert Membership.objects.get().user == ada
    assert str(organisation.founded_on) == "2024-05-01"


def test_registering_twice_is_refused_with_what_to_do(client):
    OrganisationFactory(registration_number="HRB 98765, Köln")
    sign_in(client)

    response = client.post(NEW, answers(registration_number="HRB  98765, Köln"))

    assert response.context["form"].errors == {
        "registration_number": [
            (
                "This organisation is already registered under this number. Ask a colleague who "
                "represents it to add you as a member, or correct the register number."
            )
        ]
    }
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "This field is required."),
        ("kind", "club", "Select a valid choice. club is not one of the available choices."),
        (
            "country",
            "ZZ",
            "Select a valid choice. That choice is not one of the available choices.",
        ),
        ("staff", "0", "Ensure this value is greater than or equal to 1."),
        ("turnover_eur", "-1", "Ensure this value is greater than or equal to 0."),
        ("founded_on", "2999-01-01", "This day lies in the future."),
    ],
)
def test_a_wrong_answer_is_refused_beside_its_field(client, field, value, sentence):
    sign_in(client)

    response = client.post(NEW, answers(**{field: value}))

    assert response.context["form"].errors == {field: [sentence]}
    assert not Organisation.objects.exists()


def test_countries_are_listed_by_name_in_the_language_of_the_page(client):
    sign_in(client)

    form = client.get(NEW, headers={"Accept-Language": "de"}).context["form"]
    with translation.override("de"):
        names = [str(label) for _value, label in form.fields["country"].choices]

    assert names[:3] == ["---------", "Afghanistan", "Ägypten"]
    assert names.index("Norwegen") < names.index("Österreich") < names.index("Pakistan")


def test_the_page_says_whether_the_country_may_apply(client):
    ada = sign_in(client)
    eligible = OrganisationFactory(representative=ada)
    other = OrganisationFactory(representative=ada, country_id="CA")

    assert "established in Germany may apply" in client.get(page("organisation", eligible)).text
    assert "established in Canada cannot apply" in client.get(page("organisation", other)).text


@pytest.mark.parametrize("count", [1, 3])
def test_showing_an_organisation_takes_the_same_queries_for_any_number_of_members(
    client, django_assert_num_queries, count
):
    ada = sign_in(client)
    organisation = OrganisationFactory(representative=ada)
    for user in UserFactory.create_batch(count):
        add_member(organisation, user=user, by=ada)

    # Session, person, roles, organisation, members, may edit, and the clock of the header.
    with django_assert_num_queries(7):
        client.get(page("organisation", organisation))


@pytest.mark.parametrize("name", ["organisation", "organisation_edit", "member_add"])
def test_an_organisation_of_others_is_not_there(client, name):
    sign_in(client)

    assert client.get(page(name, OrganisationFactory())).status_code == 404


@pytest.mark.parametrize("role", [Role.ACCESS_OFFICER, Role.AUDITOR])
def test_staff_read_an_organisation_and_do_not_edit_it(client, role):
    sign_in(client, UserFactory(role=role))
    organisation = OrganisationFactory(representative=UserFactory())

    assert client.get(page("organisation", organisation)).context["may_edit"] is False
    for name in ("organisation_edit", "member_add"):
        assert client.get(page(name, organisation)).status_code == 403
        assert client.post(page(name, organisation), answers()).status_code == 403


def test_a_member_reads_an_organisation_and_does_not_edit_it(client):
    organisation = OrganisationFactory(representative=UserFactory())
    bob = sign_in(client)
    Membership.objects.create(organisation=organisation, user=bob, role=MemberRole.MEMBER)

    assert client.get(page("organisation", organisation)).status_code == 200
    assert client.post(page("organisation_edit", organisation), answers()).status_code == 403


def test_editing_saves_and_shows_the_change(client):
    organisation = OrganisationFactory(representative=sign_in(client))

    response = client.post(
        page("organisation_edit", organisation), answers(staff="40", version="1"), follow=True
    )

    organisation.refresh_from_db()
    assert organisation.staff == 40
    assert "Your changes are saved." in response.text


def test_the_form_of_an_older_version_does_not_win(client):
    organisation = OrganisationFactory(representative=sign_in(client))
    url = page("organisation_edit", organisation)
    client.post(url, answers(staff="40", version="1"))

    response = client.post(url, answers(staff="50", version="1"))

    organisation.refresh_from_db()
    assert organisation.staff == 40
    assert response.context["form"].non_field_errors() == [
        "Somebody else changed this in the meantime. Load it again and repeat your change."
    ]


def test_adding_a_colleague_by_address(client):
    organisation = OrganisationFactory(representative=sign_in(client))
    bob = UserFactory(email="bob@example.org")

    client.post(page("member_add", organisation), {"email": "Bob@Example.org"})

    assert organisation.memberships.get(user=bob).role == MemberRole.MEMBER


@pytest.mark.parametrize("active", [None, False])
def test_adding_somebody_without_an_account_is_refused(client, active):
    organisation = OrganisationFactory(representative=sign_in(client))
    if active is False:
        UserFactory(email="bob@example.org", is_active=False)

    response = client.post(page("member_add", organisation), {"email": "bob@example.org"})

    assert response.context["form"].errors == {
        "email": ["Nobody has signed up with this address yet. Ask your colleague to do so first."]
    }
