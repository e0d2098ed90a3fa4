"""Proposals on random walks: whoever does whatever whenever, the books stay right."""

import datetime as dt
import random
from collections import defaultdict
from itertools import pairwise

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Count, Q, Sum

from allocations.exceptions import ReportOverdue
from allocations.flows import (
    clarifications,
    editing,
    evaluation,
    findings,
    lifecycle,
    offers,
    proposals,
    recall,
    withdrawal,
)
from allocations.flows.queue import advance_partition
from allocations.models import (
    Award,
    Call,
    Finding,
    LedgerAccount,
    LedgerEntry,
    Partition,
    Project,
    Proposal,
    ProposalState,
    Round,
)
from jaif_portal import clock
from jaif_portal.exceptions import Refusal, TransitionNotAllowed
from jaif_portal.flows.clock import set_clock
from jaif_portal.models import Deadline, Transition
from onboarding.models import Role
from tests.allocations import factories
from tests.allocations.pools import leave_in_pool
from tests.allocations.records import broken_invariants
from tests.onboarding.factories import UserFactory

POOL = 2 * 1250 * 3600 + 5  # two awards and a bit
SEEDS, STEPS = (4, 7), 80


def answer(row, by):
    asked = row.clarifications.last()
    if asked is None:
        raise TransitionNotAllowed
    return clarifications.answer_questions(
        asked, by=by, version=row.version, text="So.", title="Answered"
    )


WHY = {"reason": "other", "remarks": "No."}
FLOWS = {
    "edit": lambda row, by: editing.edit_proposal(row, by=by, version=row.version, title="New"),
    "submit": lambda row, by: proposals.submit_proposal(row, by=by),
    "withdraw": lambda row, by: withdrawal.withdraw_proposal(row, by=by),
    "recall": lambda row, by: recall.recall_proposal(row, by=by),
    "ask": lambda row, by: clarifications.ask_applicant(
        row, by=by, question="Why?", fields=["title"]
    ),
    "answer": answer,
    "lapse_question": lambda row, by: clarifications.lapse_clarification(row, by=by),
    "eligible": lambda row, by: factories.find_eligible(row, by=by),
    "ineligible": lambda row, by: findings.find_ineligible(row, by=by, **WHY),
    "confirm": lambda row, by: findings.confirm_finding(row, by=by),
    "return": lambda row, by: findings.return_finding(row, by=by, remarks="Not so."),
    "feasible": lambda row, by: evaluation.find_feasible(row, by=by),
    "half": lambda row, by: evaluation.find_feasible(row, by=by, gpu_hours=2500, remarks="Half."),
    "infeasible": lambda row, by: findings.find_infeasible(row, by=by, **WHY),
    "promote": lambda row, by: offers.promote(row, by=by),
    "accept": lambda row, by: offers.accept_offer(row, by=by),
    "decline": lambda row, by: offers.decline_offer(row, by=by),
    "lapse": lambda row, by: offers.lapse_offer(row, by=by),
}
# What leads on from a state, by whom, and how often it is tried.
FITTING = {
    "draft": {("submit", "applicant"): 6, ("edit", "applicant"): 1, ("withdraw", "applicant"): 1},
    "in_evaluation": {
        ("eligible", "officer"): 5,
        ("feasible", "reviewer"): 5,
        ("half", "reviewer"): 1,
        ("ask", "officer"): 1,
        ("ask", "reviewer"): 1,
        ("ineligible", "officer"): 3,
        ("infeasible", "reviewer"): 1,
    },
    "clarification": {
        ("answer", "applicant"): 3,
        ("lapse_question", "officer"): 2,
        ("withdraw", "applicant"): 1,
    },
    "turned down by one": {
        ("confirm", "second officer"): 2,
        ("confirm", "lead"): 2,
        ("return", "lead"): 1,
    },
    "reserve": {("promote", "officer"): 2, ("lapse", "officer"): 1},
    "offered": {("accept", "applicant"): 1, ("decline", "applicant"): 1, ("lapse", "officer"): 3},
}
ENDED = [state.value for state in ProposalState if state.is_final]
TIMERS = {"in_evaluation": {"decision"}, "offered": {"answer", "answer_reminder"}}


def values(row):
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


class Walk:
    """Six applicants, an officer, a reviewer and a stranger, led by one source of chance."""

    def __init__(self, seed, share):
        self.chance = random.Random(seed)
        self.share = share
        self.entries = 0
        self.people = {
            "officer": factories.officer(),
            "reviewer": factories.reviewer(),
            "second officer": UserFactory(role=Role.ACCESS_OFFICER),
            "lead": factories.staff(Role.TECHNICAL_LEAD),
            "stranger": UserFactory(),
        }
        self.rows = [factories.draft() for _number in range(6)]

    def step(self):
        self.pick({self.fit: 60, self.anything: 20, self.time_passes: 8, self.onboard: 4})()

    def pick(self, weights):
        (picked,) = self.chance.choices(list(weights), list(weights.values()))
        return picked

    def fit(self):
        """Something that may well succeed."""
        row = self.chance.choice(self.rows)
        state = Proposal.objects.values_list("state", flat=True).get(pk=row.pk)
        if Finding.objects.filter(step__proposal=row, state="proposed").exists():
            state = "turned down by one"
        if state in ENDED:
            self.rows[self.rows.index(row)] = self.apply_again(row.applicant)
        else:
            self.attempt(row, *self.pick(FITTING[state]))

    def apply_again(self, person):
        try:
            return factories.draft(by=person)
        except ReportOverdue:
            return factories.draft()

    def anything(self):
        role = self.chance.choice(["applicant", "officer", "reviewer", "stranger"])
        done = self.attempt(self.chance.choice(self.rows), self.chance.choice(list(FLOWS)), role)
        assert not (done and role == "stranger")

    def attempt(self, row, flow, role):
        """Whether it was done; a refusal has changed nothing."""
        row = Proposal.objects.get(pk=row.pk)
        before = values(row)
        try:
            FLOWS[flow](row, self.people.get(role, row.applicant))
        except Refusal:
            assert values(Proposal.objects.get(pk=row.pk)) == before
            return False
        return True

    def time_passes(self):
        now = clock.now() + dt.timedelta(days=self.chance.choice([0.5, 3, 15, 40]))
        set_clock(by=None, to=now)
        advance_partition(self.share.partition_id, until=now)
        lifecycle.keep_deadlines(until=now)
        lifecycle.activate_ready(at=now)

    def onboard(self):
        for project in Project.objects.filter(allocations__state="pending_onboarding")[:1]:
            factories.onboard(project.allocations.get())

    def states(self):
        """Every state that any proposal has been in."""
        steps = Transition.objects.filter(subject_type=ContentType.objects.get_for_model(Proposal))
        return set(steps.values_list("to_state", flat=True))

    def look(self):
        self.the_ledger_is_clean()
        self.what_is_offered_and_granted_fits_into_the_pool()
        self.every_proposal_came_where_it_is_step_by_step()
        self.checks_timers_and_projects_fit_the_state()
        self.references_are_counted_without_gaps()

    def the_ledger_is_clean(self):
        entries = LedgerEntry.objects.count()
        if entries != self.entries:
            assert broken_invariants() == []
        self.entries = entries

    def what_is_offered_and_granted_fits_into_the_pool(self):
        offered = Award.objects.filter(proposal__state="offered").aggregate(
            sum=Sum("node_seconds", default=0)
        )
        granted = LedgerAccount.objects.filter(allocation__share=self.share).aggregate(
            sum=Sum("credited", default=0)
        )
        assert offered["sum"] + granted["sum"] <= POOL

    def every_proposal_came_where_it_is_step_by_step(self):
        passed = defaultdict(list)
        kind = ContentType.objects.get_for_model(Proposal)
        for step in Transition.objects.filter(subject_type=kind):
            passed[step.subject_id].append((step.from_state, step.to_state))
        for row in Proposal.objects.all():
            steps = passed[row.pk]
            assert (steps[0], steps[-1][1]) == (("", "draft"), row.state)
            for (_from, reached), (left, to) in pairwise(steps):
                assert left == reached
                assert to in ProposalState(left).successors

    def checks_timers_and_projects_fit_the_state(self):
        rows = Proposal.objects.annotate(
            checks=Count("steps", filter=Q(steps__state="active"), distinct=True),
            questions=Count(
                "clarifications", filter=Q(clarifications__state="open"), distinct=True
            ),
            projects=Count("project", distinct=True),
        )
        timers = defaultdict(set)
        kind = ContentType.objects.get_for_model(Proposal)
        for timer in Deadline.objects.running().filter(subject_type=kind):
            timers[timer.subject_id].add(timer.kind)
        for row in rows:
            assert row.checks == (row.state in {"in_evaluation", "clarification"})
            assert row.questions == (row.state == "clarification")
            assert bool(row.projects) == (row.state == "awarded")
            assert timers[row.pk] <= TIMERS.get(row.state, set())
        assert not Deadline.objects.exclude(failure="").exists()

    def references_are_counted_without_gaps(self):
        numbers = Proposal.objects.exclude(round=None).values_list("reference", flat=True)
        assert sorted(int(reference[-4:]) for reference in numbers) == list(
            range(1, Round.objects.get(call__mode__code="PG").last_number + 1)
        )


@pytest.mark.django_db
def test_on_random_walks_no_state_is_illegal_and_no_hour_is_given_twice(share):
    Call.objects.update(closes_at=share.ends_at + dt.timedelta(days=9999))
    Partition.objects.update(background_load=0, advanced_until=clock.now())
    leave_in_pool(share, POOL)
    seen = set()
    for seed in SEEDS:
        with transaction.atomic():
            walk = Walk(seed, share)
            for _step in range(STEPS):
                walk.step()
                walk.look()
            seen |= walk.states()
            transaction.set_rollback(True)

    everywhere = set(ProposalState.values) - {"rejected"}  # by a panel, which Playground has not
    assert seen == everywhere  # a walk that goes nowhere proves nothing
