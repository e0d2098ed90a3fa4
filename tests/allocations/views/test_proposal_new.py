"""Starting a proposal under a call."""

import pytest

from allocations.models import Call, Proposal, ProposalState
from onboarding.models import Country
from tests.allocations import factories
from tests.allocations.views.pages import address, errors, somebody, visit
from tests.onboarding.factories import OrganisationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


@pytest.fixture
def ada(client):
    return visit(client, somebody())


@pytest.fixture
def call():
    return Call.objects.get(mode__code="PG")


def test_a_person_without_an_organisation_is_led_to_enter_one(client, ada, call):
    page = client.get(address("proposal_new", call.pk))

    assert "First enter your organisation" in page.text
    assert "<form method" not in page.text.partition("<main")[2].partition("</main")[0]


def test_starting_leads_to_the_form_of_a_draft(client, ada, call):
    organisation = OrganisationFactory(representative=ada)

    response = client.post(
        address("proposal_new", call.pk), {"organisation": organisation.pk, "title": "Tenders"}
    )

    draft = Proposal.objects.get()
    assert response.url == address("proposal_edit", draft.pk)
    assert (draft.title, draft.applicant, draft.state) == ("Tenders", ada, ProposalState.DRAFT)


def test_the_only_organisation_is_chosen_from_the_start(client, ada, call):
    organisation = OrganisationFactory(representative=ada)

    form = client.get(address("proposal_new", call.pk)).context["form"]

    assert form.initial["organisation"] == organisation


def test_starting_without_answers_says_what_is_missing(client, ada, call):
    OrganisationFactory(representative=ada)

    page = client.post(address("proposal_new", call.pk), {"title": "x" * 151})

    assert errors(page) == {
        "organisation": ["This field is required."],
        "title": ["Ensure this value has at most 150 characters (it has 151)."],
    }
    assert page.context["form"]["title"].value() == "x" * 151


def test_the_organisation_of_others_cannot_apply(client, ada, call):
    OrganisationFactory(representative=ada)
    other = OrganisationFactory()

    page = client.post(
        address("proposal_new", call.pk), {"organisation": other.pk, "title": "Tenders"}
    )

    assert list(errors(page)) == ["organisation"]
    assert not Proposal.objects.exists()


def test_a_country_that_is_not_eligible_is_told_before_anything_is_typed(client, ada, call):
    OrganisationFactory(representative=ada, country=Country.objects.get(code="CA"))

    page = client.get(address("proposal_new", call.pk))

    assert "Organisations established in Canada cannot apply" in page.text


def test_a_paused_call_says_so_and_takes_no_draft(client, ada, call):
    organisation = OrganisationFactory(representative=ada)
    Call.objects.update(state="paused")
    url = address("proposal_new", call.pk)

    page = client.post(url, {"organisation": organisation.pk, "title": "Tenders"})

    assert errors(page) == {"__all__": ["This call is not open at the moment."]}
    assert page.context["form"]["title"].value() == "Tenders"
    assert "This call is not open at the moment." in client.get(url).text


def test_a_call_that_is_not_published_takes_no_draft(client, ada, call):
    Call.objects.update(state="draft")

    assert client.get(address("proposal_new", call.pk)).status_code == 404


def test_there_is_one_live_proposal_under_a_call(client, ada, call):
    draft = factories.draft(by=ada)

    page = client.post(
        address("proposal_new", call.pk), {"organisation": draft.organisation_id, "title": "Two"}
    )

    assert errors(page) == {"__all__": ["You already have a proposal under this call."]}
