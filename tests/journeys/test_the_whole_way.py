"""One request for compute, from sign-up to the final report, through pages, admin and REST."""

import datetime as dt

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from rest_framework.test import APIClient

from allocations import tasks as allocation_tasks
from allocations.models import (
    Allocation,
    AllocationState,
    Check,
    Job,
    JobState,
    Partition,
    Project,
    Proposal,
)
from jaif_portal import clock
from jaif_portal.flows.tokens import issue_token
from jaif_portal.models import Deadline, Scope, Transition
from onboarding import tasks as onboarding_tasks
from onboarding.models import Country, OrganisationType, Role
from tests.allocations import factories
from tests.journeys.people import Person, errors, messages
from tests.onboarding.factories import UserFactory

pytestmark = pytest.mark.django_db

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJpH7VVXom/dDlyE5tnL836IosjMHKee+M2NXlUQsnvV ada@laptop"
ABSTRACT = "We adapt an open language model to the tenders of small municipalities. " * 3
ANSWERS = {  # by the codes of the questions, as a browser sends them
    "title": "Tenders for towns",
    "abstract": ABSTRACT,
    "sector": "public_sector",
    "gpu_hours": 5000,
    "months": 2,
    "civilian_use": "on",
    "frameworks": "PyTorch 2.8",
    "personal_data": "no",
    "declared_true": "on",
    "declared_authority": "on",
}


@pytest.fixture
def machine(travel):
    """The machine with its load, computed up to now."""
    booster = factories.booster()
    booster.advanced_until = clock.now() - dt.timedelta(hours=1)
    booster.save()
    beat()


def beat():
    """What Celery beat does every few seconds."""
    allocation_tasks.advance_partitions()
    allocation_tasks.activate_allocations()
    allocation_tasks.keep_deadlines()
    onboarding_tasks.check_cases()


def staff(role):
    person = UserFactory(role=role)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return Person(person.email, "pass-word-1234").sign_in()


def register(founder):
    founder.sign_up("Ada Example")
    founder.sign_in()
    founder.fill(
        "/organisations/new/",
        name="Example AI GmbH",
        kind=OrganisationType.START_UP,
        country="DE",
        registration_number="HRB 4711",
        founded_on="2024-02-01",
        staff=9,
        turnover_eur=100_000,
        balance_sheet_eur=300_000,
    )


def apply(founder):
    """Start a draft, try to submit it as it is, complete it page by page, submit; return its id."""
    call = factories.Call.objects.get(mode__code="PG")
    organisation = founder.read(f"/calls/{call.pk}/apply/").context["form"].initial["organisation"]
    founder.fill(f"/calls/{call.pk}/apply/", organisation=organisation.pk, title="Tenders")
    proposal = Proposal.objects.get()
    edit = f"/proposals/{proposal.pk}/edit/"

    refused = founder.fill(edit)
    assert "The proposal was not submitted" in refused.text
    missing = {code for row in refused.context["outline"] for code in row["gaps"]}
    assert missing == {"compliance", "offer", *ANSWERS} - {"title"}

    founder.fill(f"/proposals/{proposal.pk}/team/", team="ben@example.org", seen=0)
    for row in refused.context["outline"]:
        if row["section"].asked:
            write(founder, row["url"], ANSWERS | {"offer": call.offers.get().pk})
    answer_compliance(founder, proposal.pk)

    page = founder.fill(edit)
    assert messages(page) == ["Your proposal has been submitted."]
    return proposal.pk


def write(founder, url, known):
    """Fill in one section's page and save it, as a browser does without scripts."""
    answers = {}
    for row in founder.read(url).context["fields"]:
        code = row["question"].code
        answers[f"seen-{code}"] = row["version"]
        if code in known:
            answers[code] = known[code]
    page = founder.fill(url, **answers)
    assert messages(page) == ["Your draft is saved. You can go on at any time."]


def answer_compliance(founder, pk):
    """Answer one question after the other, as each page leads to the next."""
    page = founder.read(f"/proposals/{pk}/compliance/")
    current = page.context["standing"].interview.current
    page = founder.read(f"/proposals/{pk}/compliance/{current.id}/")
    while "form" in page.context:
        form = page.context["form"]
        name = form.question.id
        answers = {"version": form["version"].value(), name: factories.HARMLESS[name]}
        page = founder.fill(page.request["PATH_INFO"], **answers)
    assert page.context["standing"].is_done


def decide(pk):
    """An officer and a technical reviewer work the proposal in the administration."""
    officer, reviewer = staff(Role.ACCESS_OFFICER), staff(Role.TECHNICAL_REVIEWER)
    desk = officer.read("/admin/allocations/proposal/")
    assert [row.pk for row in desk.context["cl"].result_list] == [pk]
    ticks = {f"ticked_{check.position}": "on" for check in Check.objects.all()}
    officer.fill(f"/admin/allocations/proposal/{pk}/acts/checklist/", **ticks)
    officer.fill(f"/admin/allocations/proposal/{pk}/acts/eligible/", remarks="")
    reviewer.fill(
        f"/admin/allocations/proposal/{pk}/acts/feasible/", gpu_hours=5000, months=2, remarks=""
    )


def onboard(founder, project):
    case = project.allocations.get().case
    founder.read(f"/onboarding/{case.pk}/")
    terms = founder.read("/terms/usage/").context["terms"]
    founder.fill("/terms/usage/", terms=terms.pk, agree="on")
    founder.fill("/keys/new/", name="laptop", public_key=KEY, networks="141.2.0.0/16")
    founder.turn_on_second_factor()
    beat()
    beat()


def token_for(founder, *scopes):
    user = founder.read("/").context["user"]
    _token, secret = issue_token(user, name="journey", scopes=scopes, days=1)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_a_start_up_goes_the_whole_way(machine, travel, capsys):
    founder = Person("ada@example.org")
    register(founder)
    pk = apply(founder)

    again = founder.browser.post(f"/proposals/{pk}/answers/title/", {"title": "Twice"})
    assert again.status_code == 409
    assert "A proposal that was submitted can no longer be edited." in again.text
    page = founder.read(f"/proposals/{pk}/")
    deadline = Deadline.objects.of(Proposal.objects.get()).get(kind="decision")
    assert list(page.context["deadlines"]) == [deadline]
    assert deadline.due_at == clock.add_working_days(page.context["proposal"].submitted_at, 2)

    decide(pk)
    assert [(step.to_state, bool(step.by)) for step in Transition.objects.of(deadline.subject)] == [
        ("draft", True),
        ("submitted", True),
        ("in_evaluation", False),
        ("offered", False),
    ]

    founder.fill(f"/proposals/{pk}/accept/", terms="on")
    founder.fill(f"/proposals/{pk}/accept/", terms="on")
    project = Project.objects.get()
    allocation = Allocation.objects.get()
    assert project.identifier == "EHPC-AIF-2026PG01-0001"
    assert project.budget == "e-aif-2026pg01-0001"
    assert allocation.node_seconds == 1250 * 3600

    onboard(founder, project)
    allocation.refresh_from_db()
    assert allocation.state == AllocationState.ACTIVE

    compute(founder, allocation, travel)
    end(founder, allocation, travel)
    call_command("check_ledger")
    assert "The ledger is clean." in capsys.readouterr().out


def compute(founder, allocation, travel):
    """A job by form, jobs by REST, refusals, and the status by token."""
    founder.fill(
        "/jobs/new/",
        allocation=allocation.pk,
        name="first-job",
        nodes=2,
        hours=1,
        minutes=0,
        script="srun python train.py",
        runtime_minutes=30,
        exit_code=0,
    )
    client = token_for(founder, Scope.JOBS_WRITE, Scope.JOBS_READ, Scope.ALLOCATIONS_READ)
    shape = {"allocation": allocation.pk, "name": "rest", "nodes": 1, "time_limit": 600}
    answer = client.post(
        "/api/v1/jobs/",
        shape | {"simulate": {"runtime": 9999}},
        format="json",
        headers={"Idempotency-Key": "one"},
    )
    assert answer.status_code == 201
    for wrong in ({"nodes": 5885}, {"time_limit": 43_201}, {"nodes": 1251, "time_limit": 3600}):
        refusal = client.post("/api/v1/jobs/", shape | wrong, format="json")
        assert (refusal.status_code, refusal.json()["code"]) == (409, "job_not_possible")

    travel(dt.timedelta(days=1))
    beat()
    assert dict(Job.objects.visible_to(allocation.case.owner).values_list("name", "state")) == {
        "first-job": JobState.COMPLETED,
        "rest": JobState.TIMEOUT,
    }
    status = client.get(f"/api/v1/allocations/{allocation.pk}/").json()
    used = 2 * 1800 + 600
    assert status["granted"] == {"node_hours": 1250, "gpu_hours": 5000, "core_hours": 360_000}
    assert status["charged"]["node_hours"] == pytest.approx(used / 3600, abs=0.01)
    assert status["held"]["node_hours"] == 0
    assert status["available"]["node_hours"] == pytest.approx(1250 - used / 3600, abs=0.01)


def end(founder, allocation, travel):
    """After the end the rest has lapsed and the report is due."""
    travel(allocation.ends_at + dt.timedelta(days=1))
    Partition.objects.update(background_load=0)
    for _time in range(5):
        beat()
    page = founder.read(f"/projects/{allocation.project_id}/")
    allocation.refresh_from_db()
    assert allocation.state == AllocationState.EXPIRED
    assert allocation.account.available == 0
    assert "Final report" in page.content.decode()


def test_an_organisation_of_another_country_is_told_at_once_and_why(frozen_clock):
    founder = Person("kim@example.org")
    register(founder)
    Country.objects.filter(code="DE").update(basis=Country.Basis.NONE)
    call = factories.Call.objects.get(mode__code="PG")

    page = founder.read(f"/calls/{call.pk}/apply/")
    organisation = page.context["form"].initial["organisation"]
    refused = founder.fill(
        f"/calls/{call.pk}/apply/", organisation=organisation.pk, title="Tenders"
    )

    sentence = "Organisations established in Germany cannot apply"
    assert sentence in page.content.decode()
    assert errors(refused)["__all__"][0].startswith(sentence)
    assert not Proposal.objects.exists()


def test_a_closed_call_takes_no_proposal(frozen_clock):
    founder = Person("lee@example.org")
    register(founder)
    call = factories.Call.objects.get(mode__code="PG")
    factories.Call.objects.update(state="paused")

    organisation = founder.read(f"/calls/{call.pk}/apply/").context["form"].initial["organisation"]
    refused = founder.fill(
        f"/calls/{call.pk}/apply/", organisation=organisation.pk, title="Tenders"
    )

    assert errors(refused)["__all__"] == ["This call is not open at the moment."]
