import datetime as dt
import re

import pytest
from dateutil.relativedelta import relativedelta
from django.db import transaction

from allocations import tasks
from allocations.exceptions import ReportOverdue
from allocations.flows.audit import check_ledger
from allocations.flows.clarifications import ask_applicant
from allocations.flows.jobs import submit_job
from allocations.models import (
    Allocation,
    AllocationState,
    Job,
    JobState,
    Obligation,
    ObligationState,
)
from jaif_portal import clock
from jaif_portal.models import Mail, Transition
from tests.allocations import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def quiet(frozen_clock):
    booster = factories.booster()
    booster.background_load = 0
    booster.advanced_until = clock.now().replace(microsecond=0)
    booster.save()


def let_time_work():
    until = clock.now() - tasks.SETTLED
    while factories.booster().advanced_until < until.replace(microsecond=0):
        tasks.advance_partitions()
    tasks.activate_allocations()
    tasks.keep_deadlines()


def test_an_allocation_becomes_active_by_itself_once_its_case_is_complete(quiet):
    allocation = factories.active()

    assert allocation.state == AllocationState.ACTIVE
    assert Mail.objects.filter(key__contains=":activated").count() == 1


def test_an_allocation_waits_for_its_start(quiet, travel):
    tomorrow = clock.now().date() + dt.timedelta(days=1)
    proposal = factories.offered()
    project = factories.accept_offer(proposal, by=proposal.applicant, starts_on=tomorrow)
    allocation = project.allocations.get()
    factories.onboard(allocation)
    tasks.activate_allocations()
    before = Allocation.objects.get().state

    travel(dt.timedelta(days=2))
    tasks.activate_allocations()

    assert (before, Allocation.objects.get().state) == (
        AllocationState.PENDING_ONBOARDING,
        AllocationState.ACTIVE,
    )


def test_after_its_end_what_is_left_lapses_and_the_final_report_falls_due(quiet, travel):
    allocation = factories.active()
    travel(dt.timedelta(days=62))
    let_time_work()

    allocation.refresh_from_db()
    account = allocation.account
    account.refresh_from_db()
    obligation = Obligation.objects.get()
    assert (allocation.state, account.available) == (AllocationState.EXPIRED, 0)
    assert obligation.state == ObligationState.DUE
    assert obligation.due_at == allocation.ends_at + relativedelta(months=3)
    assert [breaches for _invariant, breaches in check_ledger() if breaches] == []


def test_the_end_waits_until_the_queue_has_been_computed_up_to_it(quiet, travel):
    allocation = factories.active()
    travel(dt.timedelta(days=62))
    tasks.keep_deadlines()

    allocation.refresh_from_db()
    assert allocation.state == AllocationState.ACTIVE


def test_a_job_across_the_end_is_charged_and_what_it_gives_back_lapses(quiet, travel):
    allocation = factories.active()
    travel(allocation.ends_at - dt.timedelta(minutes=10))
    job = submit_job(
        allocation,
        by=allocation.project.proposal.applicant,
        name="late",
        nodes=10,
        time_limit=7200,
        runtime=3600,
    )
    travel(dt.timedelta(minutes=20))
    let_time_work()
    travel(dt.timedelta(hours=2))
    let_time_work()

    job.refresh_from_db()
    account = allocation.account
    account.refresh_from_db()
    assert job.state == JobState.COMPLETED
    assert (account.available, account.held) == (0, 0)
    assert [breaches for _invariant, breaches in check_ledger() if breaches] == []


def test_a_waiting_job_does_not_start_after_the_end_and_is_cancelled(quiet, travel):
    allocation = factories.active()
    applicant = allocation.project.proposal.applicant
    travel(allocation.ends_at - dt.timedelta(minutes=1))
    shape = {"nodes": 5884, "time_limit": 300, "runtime": 300}
    for name in ("first", "second"):
        submit_job(allocation, by=applicant, name=name, **shape)
    travel(dt.timedelta(minutes=20))
    let_time_work()
    travel(dt.timedelta(minutes=1))
    let_time_work()

    states = dict(Job.objects.values_list("name", "state"))
    assert states == {"first": JobState.COMPLETED, "second": JobState.CANCELLED}


def test_a_jump_of_the_clock_comes_to_the_same_as_the_passing_of_time(quiet, travel):
    allocation = factories.active()
    travel(dt.timedelta(days=200))
    let_time_work()

    obligation = Obligation.objects.get()
    assert obligation.state == ObligationState.OVERDUE
    assert obligation.opened_at == allocation.ends_at
    overdue_mails = Mail.objects.filter(key__contains=":report_overdue")
    assert overdue_mails.count() == 1


def what_happened():
    """Every step of proposals, allocations and reports with its moment, and every letter.

    Subjects are counted: PostgreSQL never gives the number of a row that was rolled back again.
    """
    steps = Transition.objects.order_by("subject_type", "subject_id", "pk")
    rows = list(steps.values_list("subject_type", "subject_id", "to_state", "at"))
    subjects = list(dict.fromkeys((kind, pk) for kind, pk, _state, _at in rows))
    keys = Mail.objects.values_list("key", flat=True)
    return (
        [(kind, subjects.index((kind, pk)), state, at) for kind, pk, state, at in rows],
        sorted(re.sub(r"^report:\d+:", "report:", key) for key in keys),
    )


@pytest.mark.parametrize("late", ["an offer", "questions"])
def test_half_a_year_in_a_jump_leaves_what_it_leaves_in_steps(quiet, travel, late):
    """A proposal on its way and an allocation that ends and comes to owe its report."""
    factories.active()
    if late == "an offer":
        factories.offered()
    else:
        ask_applicant(factories.submitted(), by=factories.officer(), question="Which data?")
    outcomes = []
    for days in (20, 180):
        savepoint = transaction.savepoint()
        for _step in range(180 // days):
            travel(dt.timedelta(days=days))
            let_time_work()
        outcomes.append(what_happened())
        transaction.savepoint_rollback(savepoint)

    assert outcomes[0] == outcomes[1]
    assert any("reminder" in key for key in outcomes[0][1])


def test_an_overdue_report_blocks_new_proposals_of_the_principal_investigator(quiet, travel):
    allocation = factories.active()
    travel(dt.timedelta(days=200))
    let_time_work()
    call = allocation.project.proposal.call
    call.closes_at = clock.now() + dt.timedelta(days=9)
    call.save()

    with pytest.raises(ReportOverdue):
        factories.draft(by=allocation.project.proposal.applicant)
