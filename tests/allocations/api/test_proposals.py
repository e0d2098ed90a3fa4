import datetime as dt

import pytest

from allocations.models import Call, Project, Proposal, ProposalState
from onboarding.models import Country, Role
from tests.allocations import factories
from tests.clients import bearer
from tests.onboarding.factories import OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/proposals/"


@pytest.fixture
def user():
    return UserFactory()


def url_of(proposal, action=""):
    return f"{URL}{proposal.pk}/{action}"


def answers(user, **changes):
    organisation = user.organisations.first() or OrganisationFactory(representative=user)
    call = Call.objects.get(mode__code="PG")
    return {
        "call": call.pk,
        "organisation": organisation.pk,
        "title": "Tenders for towns",
        "abstract": factories.ABSTRACT,
        "sector": "public_sector",
        "offer": call.offers.get().pk,
        "gpu_hours": 5000,
        "months": 2,
        "civilian_use": True,
        "team": ["mate@example.org"],
    } | changes


def test_a_draft_is_begun_with_what_is_known(user):
    response = bearer(user).post(URL, answers(user))

    body = response.json()
    assert response.status_code == 201
    assert (body["state"], body["applicant"], body["team"]) == (
        "draft",
        user.email,
        ["mate@example.org"],
    )
    assert (body["steps"], body["award"], body["project"], body["next_deadline"]) == (
        [],
        None,
        None,
        None,
    )
    assert [step["to_state"] for step in body["history"]] == ["draft"]
    assert response["Location"].endswith(f"{URL}{body['id']}/")


def test_a_draft_needs_a_title_only(user):
    wanted = answers(user)
    least = {key: wanted[key] for key in ("call", "organisation", "title")}

    assert bearer(user).post(URL, least).status_code == 201


def test_a_second_proposal_under_the_call_is_refused(user):
    factories.draft(by=user)

    response = bearer(user).post(URL, answers(user))

    assert (response.status_code, response.json()["code"]) == (409, "proposal_exists")


def test_an_organisation_of_others_is_refused_like_one_that_does_not_exist(user):
    other = OrganisationFactory(representative=UserFactory())

    response = bearer(user).post(URL, answers(user, organisation=other.pk))

    assert (response.status_code, list(response.json()["errors"])) == (400, ["organisation"])


def test_a_country_that_is_not_eligible_is_refused_with_a_way_out(user):
    country = Country.objects.filter(basis=Country.Basis.NONE).first()
    OrganisationFactory(representative=user, country=country)

    response = bearer(user).post(URL, answers(user))

    assert (response.status_code, response.json()["code"]) == (409, "not_eligible")


def test_an_edit_changes_what_it_names(user):
    proposal = factories.draft(by=user)
    client = bearer(user)
    etag = client.get(url_of(proposal))["ETag"]

    response = client.patch(url_of(proposal), {"months": 3}, headers={"If-Match": etag})

    body = response.json()
    assert (response.status_code, body["months"], body["title"]) == (200, 3, proposal.title)
    assert response["ETag"] != etag


def test_an_edit_of_a_stale_version_is_refused(user):
    proposal = factories.draft(by=user)
    client = bearer(user)
    etag = client.get(url_of(proposal))["ETag"]
    client.patch(url_of(proposal), {"months": 3})

    response = client.patch(url_of(proposal), {"months": 1}, headers={"If-Match": etag})

    assert (response.status_code, response.json()["code"]) == (412, "stale_version")


def test_an_incomplete_proposal_is_refused_with_its_fields(user):
    proposal = factories.draft(by=user, gpu_hours=4000, abstract="")

    response = bearer(user).post(url_of(proposal, "submit/"))

    body = response.json()
    assert (response.status_code, body["code"]) == (422, "proposal_incomplete")
    assert body["errors"] == {
        "abstract": ["Fill in “Abstract”."],
        "gpu_hours": ["Playground grants a fixed package of 5,000 GPU-hours."],
    }


def test_a_submitted_proposal_shows_its_steps_and_when_it_is_decided(user):
    proposal = factories.draft(by=user)

    body = bearer(user).post(url_of(proposal, "submit/")).json()

    assert (body["state"], body["next_deadline"]["kind"]) == ("in_evaluation", "decision")
    assert [(step["kind"], step["state"]) for step in body["steps"]] == [
        ("administrative", "active"),
        ("technical", "waiting"),
    ]
    assert [step["to_state"] for step in body["history"]] == [
        "draft",
        "submitted",
        "in_evaluation",
    ]
    assert [step["by"] for step in body["history"]] == [user.name, user.name, ""]


def test_a_second_submission_is_refused(user):
    proposal = factories.submitted(by=user)

    response = bearer(user).post(url_of(proposal, "submit/"))

    assert (response.status_code, response.json()["code"]) == (409, "transition_not_allowed")


def test_a_proposal_is_withdrawn(user):
    proposal = factories.submitted(by=user)

    body = bearer(user).post(url_of(proposal, "withdraw/"), {"note": "No time."}).json()

    assert (body["state"], body["history"][-1]["note"]) == ("withdrawn", "No time.")


def test_an_offer_is_shown_and_accepted(user):
    proposal = factories.offered(by=user)
    client = bearer(user)
    award = client.get(url_of(proposal)).json()["award"]

    body = client.post(url_of(proposal, "accept/"), {}).json()

    assert award["amount"] == {
        "node_hours": 1250.0,
        "gpu_hours": 5000.0,
        "core_hours": 360_000.0,
    }
    assert (body["state"], body["project"]) == ("awarded", Project.objects.get().identifier)


def test_an_offer_accepted_twice_makes_one_project(user):
    proposal = factories.offered(by=user)
    client = bearer(user)
    key = {"Idempotency-Key": "accept-1"}

    first = client.post(url_of(proposal, "accept/"), {}, headers=key)
    replayed = client.post(url_of(proposal, "accept/"), {}, headers=key)
    refused = client.post(url_of(proposal, "accept/"), {})

    assert replayed.json() == first.json()
    assert (refused.status_code, refused.json()["code"]) == (409, "transition_not_allowed")
    assert Project.objects.count() == 1


def test_an_offer_is_accepted_with_a_start_in_time_only(user):
    proposal = factories.offered(by=user)
    late = (dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=100)).date()

    response = bearer(user).post(url_of(proposal, "accept/"), {"starts_on": late})

    assert (response.status_code, response.json()["code"]) == (409, "start_not_possible")
    assert Proposal.objects.get().state == ProposalState.OFFERED


def test_an_offer_is_declined(user):
    proposal = factories.offered(by=user)

    assert bearer(user).post(url_of(proposal, "decline/")).json()["state"] == "declined"


def test_a_team_member_sees_and_edits_but_does_not_submit(user):
    mate = UserFactory()
    proposal = factories.draft(by=user, team=[mate.email])
    client = bearer(mate)

    edited = client.patch(url_of(proposal), {"months": 3})
    submitted = client.post(url_of(proposal, "submit/"))

    assert (edited.status_code, edited.json()["months"]) == (200, 3)
    assert (submitted.status_code, submitted.json()["code"]) == (403, "not_permitted")


def test_a_proposal_of_others_is_not_there(user):
    proposal = factories.draft(by=user)
    client = bearer(UserFactory())

    assert client.get(URL).json()["results"] == []
    assert client.get(url_of(proposal)).status_code == 404
    assert client.post(url_of(proposal, "submit/")).status_code == 404


def test_staff_see_what_was_handed_in_and_no_draft(user):
    draft = factories.draft(by=user)
    submitted = factories.submitted()

    rows = bearer(UserFactory(role=Role.ACCESS_OFFICER)).get(URL).json()["results"]

    assert draft.pk != submitted.pk
    assert [row["id"] for row in rows] == [submitted.pk]


def test_proposals_are_filtered_by_state(user):
    factories.draft(by=user)
    client = bearer(user)

    assert len(client.get(URL, {"state": "draft"}).json()["results"]) == 1
    assert client.get(URL, {"state": "offered"}).json()["results"] == []


@pytest.mark.parametrize("count", [1, 30])
def test_listing_proposals_takes_the_same_queries_for_any_number(
    user, django_assert_num_queries, count
):
    for _number in range(count):
        factories.draft(team=[user.email])
    client = bearer(user)

    with django_assert_num_queries(3):
        response = client.get(URL)

    assert len(response.json()["results"]) == count
