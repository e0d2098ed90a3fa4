"""Change requests and the timeline, on their pages and by REST."""

import pytest

from allocations.flows.clarifications import ask_applicant
from allocations.models import AccessPolicy
from jaif_portal.models import Mail
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.views.pages import HTMX, address, errors, somebody, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def allocation(monday):
    return factories.active(team=["ben@example.org"])


def test_the_page_says_what_can_be_changed_and_why_not(client, allocation):
    visit(client, allocation.project.proposal.applicant)

    page = client.get(address("changes", allocation.pk))

    reasons = {kind.value: bool(why) for kind, why in page.context["kinds"]}
    assert reasons == {
        "extend": True,
        "top_up": True,
        "renew": True,
        "change_pi": False,
        "change_team": False,
    }
    assert "Submit a new application instead" in page.text


def test_a_team_is_changed_from_the_page_to_the_desk(client, allocation):
    visit(client, allocation.project.proposal.applicant)
    url = address("change_new", allocation.pk, "change_team")
    assert client.get(url).context["form"]["team"].value() == "ben@example.org"

    client.post(url, {"team": "eva@example.org", "reason": "Ben has left."})
    again = client.post(url, {"team": "eva@example.org", "reason": "Ben has left."})
    change = allocation.changes.get()
    visit(client, factories.officer())
    client.post(f"/admin/allocations/changerequest/{change.pk}/acts/grant/", {"remarks": ""})

    change.refresh_from_db()
    assert errors(again) == {"__all__": ["Such a request is waiting for a decision already."]}
    assert change.state == "granted"
    assert allocation.project.members.filter(email="eva@example.org").exists()


def test_requests_are_made_by_the_principal_investigator_and_seen_by_the_project(
    client, allocation
):
    people = {
        "member": (factories.UserFactory(email="ben@example.org"), (200, 403)),
        "officer": (somebody(Role.ACCESS_OFFICER), (200, 403)),
        "stranger": (somebody(), (404, 404)),
    }
    found = {}
    for name, (person, _expected) in people.items():
        visit(client, person)
        listed = client.get(address("changes", allocation.pk)).status_code
        form = client.get(address("change_new", allocation.pk, "change_team")).status_code
        found[name] = (listed, form)

    assert found == {name: expected for name, (_person, expected) in people.items()}


def test_a_change_is_asked_for_and_withdrawn_by_rest(client, allocation):
    visit(client, allocation.project.proposal.applicant)
    wish = {"allocation": allocation.pk, "kind": "extend", "months": 1, "reason": "More."}
    url = "/api/v1/change-requests/"

    refused = client.post(url, wish, content_type="application/json")
    AccessPolicy.objects.update(extension_months=3)
    team = wish | {"kind": "change_team", "people": ["eva@example.org"]}
    made = client.post(url, team, content_type="application/json")
    withdrawn = client.post(f"{url}{made.json()['id']}/withdraw/")

    assert (refused.status_code, refused.json()["code"]) == (409, "change_not_possible")
    assert (made.status_code, made.json()["state"]) == (201, "requested")
    assert withdrawn.json()["state"] == "withdrawn"
    assert len(client.get(url).json()["results"]) == 1


def test_the_timeline_tells_what_was_what_is_and_what_is_to_come(client):
    proposal = factories.submitted()
    visit(client, proposal.applicant)

    timeline = client.get(address("timeline", proposal.pk)).context["timeline"]

    assert [(stage.place, stage.label) for stage in timeline.stages] == [
        ("done", "Draft"),
        ("done", "Submitted"),
        ("done", "Being evaluated"),
        ("now", "Eligibility check"),
        ("ahead", "Technical check"),
        ("ahead", "Decision, and an offer if it is positive"),
        ("ahead", "Acceptance, and the project is set up"),
    ]
    assert [item.label for item in timeline.clocks] == ["Decision"]
    assert timeline.pace == (0, None)
    assert [mail.recipient for mail in timeline.mails] == [proposal.applicant.email]


def test_a_paused_clock_is_shown_as_such(client, monday):
    proposal = factories.submitted()
    ask_applicant(proposal, by=factories.officer(), question="Which data?")
    visit(client, proposal.applicant)

    page = client.get(address("timeline", proposal.pk))

    (item,) = page.context["timeline"].clocks
    assert (item.due_at, item.paused_at) == (None, monday)
    labels = [stage.label for stage in page.context["timeline"].stages]
    assert labels.count("Needs your answer") == 1
    (now,) = [stage for stage in page.context["timeline"].stages if stage.place == "now"]
    assert (now.label, now.by, now.note) == ("Needs your answer", "you", "Which data?")


def test_the_timeline_asks_for_its_part_again_and_an_unchanged_one_costs_nothing(client):
    proposal = factories.submitted()
    visit(client, proposal.applicant)
    url = address("timeline", proposal.pk)

    part = client.get(url, headers=HTMX)
    again = client.get(url, headers=HTMX | {"If-None-Match": part["ETag"]})

    assert part.text.lstrip().startswith('<div id="timeline"')
    assert again.status_code == 304


def test_a_mail_is_read_again_by_whom_it_was_written_to_alone(client):
    proposal = factories.submitted(team=["ben@example.org"])
    mail = Mail.objects.get(key=f"proposal:{proposal.pk}:receipt:{proposal.applicant.email}")
    url = address("timeline_mail", proposal.pk, mail.pk)

    visit(client, proposal.applicant)
    assert mail.subject in client.get(url).text
    for other in (factories.UserFactory(email="ben@example.org"), factories.officer()):
        visit(client, other)
        assert client.get(url).status_code == 404


def test_the_timeline_is_read_by_rest(client):
    proposal = factories.submitted()
    visit(client, proposal.applicant)

    body = client.get(f"/api/v1/proposals/{proposal.pk}/timeline/").json()

    assert [stage["place"] for stage in body["stages"]][-3:] == ["ahead"] * 3
    assert [item["label"] for item in body["clocks"]] == ["Decision"]
    assert len(body["mails"]) == 1


def test_what_lies_ahead_names_the_right_to_reply_and_its_days(client):
    draft = factories.draft()
    draft.policy.steps = ["administrative", "technical", "peer_review", "right_to_reply", "panel"]
    draft.policy.reply_days = 3
    draft.policy.save()
    visit(client, draft.applicant)

    stages = client.get(address("timeline", draft.pk)).context["timeline"].stages

    notes = {stage.label: stage.note for stage in stages if stage.note}
    assert notes == {"Right to reply": "You have 3 working days to reply to the reviews."}
