"""The administration as officers see it; a superuser would see no missing rule."""

import pytest
from django.apps import apps

from onboarding.models import CaseState, CaseTemplate, Country, Role, Terms
from tests.onboarding.admin.staff import STAFF, address, sign_in
from tests.onboarding.factories import (
    OrganisationFactory,
    UserFactory,
    add_fresh_key,
    case_of,
    sign_agreement,
    turn_on_mfa,
)

pytestmark = pytest.mark.django_db

MODELS = [
    "acceptance",
    "casetemplate",
    "country",
    "onboardingcase",
    "organisation",
    "sshkey",
    "terms",
    "user",
]


@pytest.fixture
def ada():
    """Somebody with a row in every list."""
    ada = UserFactory(name="Ada Lovelace")
    case_of(ada)
    add_fresh_key(ada)
    sign_agreement(ada)
    return ada


def row_of(model):
    return apps.get_model("onboarding", model).objects.order_by("pk").last()


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize("model", MODELS)
def test_staff_read_every_list_and_row(client, ada, role, model):
    sign_in(client, role)

    assert client.get(address(model, "changelist")).status_code == 200
    assert client.get(address(model, "change", row_of(model).pk)).status_code == 200


@pytest.mark.parametrize("role", [None, Role.PEER_REVIEWER])
@pytest.mark.parametrize("model", MODELS)
def test_others_read_none(client, ada, role, model):
    sign_in(client, role)

    assert client.get(address(model, "changelist")).status_code in {302, 403}
    assert client.get(address(model, "change", row_of(model).pk)).status_code in {302, 403}


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize("model", ["acceptance", "onboardingcase", "organisation", "sshkey"])
def test_nobody_edits_what_flows_write(client, ada, role, model):
    sign_in(client, role)
    row = row_of(model)

    assert client.post(address(model, "change", row.pk), {}).status_code == 403
    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("model", ["onboardingcase", "organisation", "sshkey", "acceptance"])
def test_lists_take_the_same_queries_for_any_number(
    client, django_assert_max_num_queries, model, count
):
    sign_in(client, Role.ONBOARDING_OFFICER)
    for user in UserFactory.create_batch(count):
        case_of(user)
        add_fresh_key(user)
        sign_agreement(user)

    with django_assert_max_num_queries(9):
        client.get(address(model, "changelist"))


def test_a_case_shows_its_steps_and_its_history(client, ada):
    sign_in(client, Role.ONBOARDING_OFFICER)

    text = client.get(address("onboardingcase", "change", ada.onboarding_cases.get().pk)).text

    assert ada.ssh_keys.get().fingerprint in text
    assert "Turn on two-factor sign-in" in text
    assert "by the portal" in text


def test_the_list_of_cases_counts_the_steps_that_are_done(client, ada):
    sign_in(client, Role.ONBOARDING_OFFICER)

    assert "2 of 4" in client.get(address("onboardingcase", "changelist")).text


def test_an_onboarding_officer_has_a_case_checked_again(client, ada):
    sign_in(client, Role.ONBOARDING_OFFICER)
    case = ada.onboarding_cases.get()
    turn_on_mfa(ada)

    client.post(address("onboardingcase", "act", case.pk, "check_again"))

    assert case.steps.get(kind="mfa").done_at


def test_an_onboarding_officer_has_several_cases_checked_again(client, ada):
    sign_in(client, Role.ONBOARDING_OFFICER)
    case = ada.onboarding_cases.get()
    turn_on_mfa(ada)

    client.post(
        address("onboardingcase", "changelist"),
        {"action": "check_again", "_selected_action": [case.pk]},
    )

    assert case.steps.get(kind="mfa").done_at


@pytest.mark.parametrize("role", sorted(set(STAFF) - {Role.ONBOARDING_OFFICER}))
def test_other_staff_do_not(client, ada, role):
    sign_in(client, role)
    case = ada.onboarding_cases.get()

    response = client.post(address("onboardingcase", "act", case.pk, "check_again"))

    assert response.status_code == 403


def test_a_complete_case_is_not_checked_again(client, ada):
    sign_in(client, Role.ONBOARDING_OFFICER)
    case = ada.onboarding_cases.get()
    case.state, case.completed_at = CaseState.COMPLETE, case.opened_at
    case.save()

    text = client.get(address("onboardingcase", "change", case.pk)).text

    assert "This case is complete, and stays so." in text


@pytest.mark.parametrize(
    ("role", "basis"),
    [
        (Role.ACCESS_OFFICER, "associated"),
        (Role.ADMINISTRATOR, "associated"),
        (Role.ONBOARDING_OFFICER, "none"),
        (Role.AUDITOR, "none"),
    ],
)
def test_the_access_office_decides_on_countries(client, role, basis):
    sign_in(client, role)

    client.post(address("country", "change", "CA"), {"basis": "associated", "name_en": "X"})

    canada = Country.objects.get(code="CA")
    assert (canada.basis, canada.name_en) == (basis, "Canada")


def template_form(steps):
    """The answers of the form for a template: a position and a kind for each step."""
    answers = {
        "name": "Short",
        "steps-TOTAL_FORMS": len(steps),
        "steps-INITIAL_FORMS": 0,
        "steps-MIN_NUM_FORMS": 1,
        "steps-MAX_NUM_FORMS": 1000,
    }
    for number, kind in enumerate(steps):
        answers |= {
            f"steps-{number}-position": number + 1,
            f"steps-{number}-kind": kind,
            f"steps-{number}-owner": "applicant",
            f"steps-{number}-working_days": 5,
            f"steps-{number}-circumstance": "always",
        }
    return answers


def test_an_onboarding_officer_writes_a_template(client):
    sign_in(client, Role.ONBOARDING_OFFICER)

    client.post(address("casetemplate", "add"), template_form(["agreement", "mfa"]))

    steps = CaseTemplate.objects.get(name="Short").steps.values_list("kind", flat=True)
    assert list(steps) == ["agreement", "mfa"]


def test_a_template_needs_a_step(client):
    sign_in(client, Role.ONBOARDING_OFFICER)

    client.post(address("casetemplate", "add"), template_form([]))

    assert not CaseTemplate.objects.filter(name="Short").exists()


def test_an_access_officer_writes_no_template(client):
    sign_in(client, Role.ACCESS_OFFICER)

    response = client.post(address("casetemplate", "add"), template_form(["mfa"]))

    assert response.status_code == 403


def test_terms_are_changed_until_somebody_has_signed_them(client):
    sign_in(client, Role.ADMINISTRATOR)
    terms = Terms.objects.get(kind="usage")
    url = address("terms", "change", terms.pk)
    answers = {
        "kind": "usage",
        "version": 1,
        "valid_from_0": "2026-01-01",
        "valid_from_1": "00:00",
        "text_en": "Ours",
        "text_de": "Unsere",
    }

    client.post(url, answers)
    terms.refresh_from_db()
    assert terms.text_en == "Ours"

    sign_agreement(UserFactory())
    assert client.post(url, answers | {"text_en": "Theirs"}).status_code == 403


def test_an_organisation_shows_its_members(client, ada):
    sign_in(client, Role.ACCESS_OFFICER)
    organisation = OrganisationFactory(representative=ada)

    assert "Ada Lovelace" in client.get(address("organisation", "change", organisation.pk)).text
