"""Reports on their page, as PDF, by REST and at the desk."""

import pytest

from allocations.flows.lifecycle import expire
from allocations.flows.reports import save_report, submit_report
from allocations.models import Obligation, Partition
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.views.pages import address, errors, somebody, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
ANSWERS = {"summary": "We did it.", "results": "It works.", "unspent": "We were too quick."}


@pytest.fixture
def owed(travel):
    allocation = factories.active(team=["ben@example.org"])
    at = travel(allocation.ends_at)
    Partition.objects.update(advanced_until=at)
    expire(allocation, at=at)
    return Obligation.objects.select_related("allocation__project__proposal__applicant").get()


def leader(obligation):
    return obligation.allocation.project.proposal.applicant


def test_a_report_is_saved_as_a_draft_and_then_handed_in(client, owed):
    visit(client, leader(owed))
    url = address("report", owed.pk)
    assert url in client.get(address("project", owed.allocation.project_id)).text

    client.post(url, {"version": 0, "summary": "Half."})
    page = client.post(url, {"version": 1, "submit": "1", **ANSWERS, "results": ""})
    kept = page.context["form"]["version"].value()
    client.post(url, {"version": kept, "submit": "1", **ANSWERS})

    owed.refresh_from_db()
    assert set(errors(page)) == {"results"}
    assert (owed.state, owed.report.answers["summary"]) == ("submitted", "We did it.")
    read = client.get(url)
    assert read.context["form"] is None
    assert "We did it." in read.text


def test_a_report_is_read_by_the_project_and_the_office_and_written_by_its_leaders(client, owed):
    people = {
        "member": (factories.UserFactory(email="ben@example.org"), 200, 403),
        "officer": (somebody(Role.ACCESS_OFFICER), 200, 403),
        "stranger": (somebody(), 404, 404),
    }
    url, found = address("report", owed.pk), {}
    for name, (person, _get, _post) in people.items():
        visit(client, person)
        found[name] = (client.get(url).status_code, client.post(url, {"version": 0}).status_code)

    assert found == {name: (get, post) for name, (_person, get, post) in people.items()}


def test_a_report_is_printed(client, owed):
    visit(client, leader(owed))
    save_report(owed, by=leader(owed), version=0, answers={"summary": "#set page(fill: red)"})

    page = client.get(address("report_pdf", owed.pk))

    assert page.content[:5] == b"%PDF-"


def test_an_interim_report_is_begun_from_the_project(client):
    allocation = factories.active()
    visit(client, allocation.project.proposal.applicant)

    page = client.post(address("report_begin", allocation.pk), follow=True)

    assert page.context["obligation"].kind == "interim_report"


def test_who_owes_a_report_is_told_before_a_new_proposal(client, owed):
    person = visit(client, leader(owed))
    Obligation.objects.update(state="overdue")
    call = owed.allocation.project.proposal.call

    page = client.get(address("proposal_new", call.pk))

    assert address("report", owed.pk) in page.text
    assert list(page.context["overdue"]) == [owed]
    assert person.email == leader(owed).email


def test_a_report_is_written_by_rest(client, owed):
    visit(client, leader(owed))
    url = f"/api/v1/reports/{owed.pk}/"

    shown = client.get(url)
    saved = client.patch(url, {"answers": ANSWERS}, content_type="application/json")
    stale = client.patch(
        url,
        {"answers": ANSWERS},
        content_type="application/json",
        headers={"If-Match": shown["ETag"]},
    )
    handed_in = client.post(f"{url}submit/")

    assert shown.json()["questions"][0]["key"] == "summary"
    assert (saved.status_code, saved.json()["answers"]) == (200, ANSWERS)
    assert stale.status_code == 412
    assert handed_in.json()["state"] == "submitted"


def test_an_officer_accepts_at_the_desk_and_closes_the_allocation(client, owed):
    save_report(owed, by=leader(owed), version=0, answers=ANSWERS)
    submit_report(owed, by=leader(owed))
    visit(client, factories.officer())
    desk = f"/admin/allocations/obligation/{owed.pk}/"
    assert "We did it." in client.get(f"{desk}change/").text

    client.post(f"{desk}acts/accept/", {"remarks": "Thank you."})
    client.post(f"/admin/allocations/allocation/{owed.allocation_id}/acts/close/")

    owed.refresh_from_db()
    assert (owed.state, owed.allocation.state) == ("accepted", "closed")
