"""From a passed evaluation to an accepted award: the project, its allocation and its case."""

import datetime as dt
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from jaif_portal import clock
from jaif_portal.exceptions import TransitionNotAllowed
from jaif_portal.flows.deadlines import meet_deadlines, set_deadline
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move, record_birth
from onboarding.flows.agreements import accept_terms, current_terms
from onboarding.flows.cases import open_case
from onboarding.models import Terms

from ..exceptions import PoolExhausted, StartNotPossible
from ..models import (
    Allocation,
    Award,
    EvaluationStep,
    Project,
    ProjectMember,
    ProjectRole,
    Proposal,
    ProposalState,
    StepKind,
)
from . import ledger, letters
from .alerts import watch_period
from .compliance import circumstances_of
from .eligibility import require_eligible, require_member, require_no_overdue_report
from .endings import end_offer
from .pool import lock_pool, pledge
from .quota import adopt_policy
from .reserve import AwardTerms, put_on_reserve, require_next


def offer_or_reserve(proposal, *, at):
    """What a mode without competition does after the last check: offer if the pool allows."""
    check = EvaluationStep.objects.get(proposal=proposal, kind=StepKind.TECHNICAL)
    terms = AwardTerms(
        node_seconds=proposal.offer.partition.node_seconds(gpu_hours=check.gpu_hours),
        months=check.months,
        remarks=check.remarks,
    )
    try:
        pledge(proposal.offer.share, node_seconds=terms.node_seconds)
    except PoolExhausted:
        note = gettext_noop("The pool is exhausted.")
        return put_on_reserve(proposal, terms, by=None, at=at, note=note)
    note = gettext_noop("Feasible and within the pool")
    return offer(proposal, terms, by=None, at=at, note=note)


@transaction.atomic
def promote(proposal, *, by):
    """Offer the first proposal of the reserve list, once the pool has hours again.

    Raises ``PromotionNotPossible`` or ``PoolExhausted``.
    """
    proposal = _lock(proposal)
    require(by, "allocations.handle_offers", proposal)
    now = clock.now()
    if proposal.state != ProposalState.RESERVE:
        raise TransitionNotAllowed(_("This proposal is not on the reserve list."))
    lock_pool(proposal.offer.share)  # one promotion at a time, so that the order holds
    place = proposal.reserve_place
    require_next(place, at=now)
    pledge(proposal.offer.share, node_seconds=place.node_seconds)
    return offer(proposal, AwardTerms.of(place), by=by, at=now)


@transaction.atomic
def accept_offer(proposal, *, by, starts_on=None):
    """Sign the award terms and make the project, its allocation and its onboarding case, once.

    ``starts_on`` is a date in Jülich within the policy's days; today if left out.

    Raises ``StartNotPossible``, ``NotEligible``, ``ReportOverdue`` or ``PoolExhausted``.
    """
    proposal = _lock(proposal)
    require(by, "allocations.answer_offer", proposal)
    now = clock.now()
    move(proposal, to=ProposalState.AWARDED, by=by, at=now)
    require_member(proposal.organisation, by)
    require_eligible(proposal.organisation, policy=proposal.policy)
    require_no_overdue_report(proposal.applicant)
    accept_terms(current_terms(Terms.Kind.AWARD, at=now), by=by)
    _answer(proposal, by=by, at=now)
    project = _found_project(proposal, at=now)
    allocation = _allocate(project, starts_at=_start(proposal, starts_on, at=now), at=now)
    letters.awarded(proposal, allocation)
    return project


@transaction.atomic
def decline_offer(proposal, *, by, note=""):
    """Turn an offer down; its hours are free for others at once."""
    proposal = _lock(proposal)
    require(by, "allocations.answer_offer", proposal)
    now = clock.now()
    move(proposal, to=ProposalState.DECLINED, by=by, at=now, note=note)
    _answer(proposal, by=by, at=now)
    return proposal


@transaction.atomic
def lapse_offer(proposal, *, by):
    """Withdraw an offer that nobody answered in time, or end a place on the reserve list.

    Staff do this; a timer only reminds.
    """
    proposal = _lock(proposal)
    require(by, "allocations.handle_offers", proposal)
    now = clock.now()
    if proposal.state not in {ProposalState.OFFERED, ProposalState.RESERVE}:
        raise TransitionNotAllowed(_("There is no offer and no place on the reserve list to end."))
    if proposal.state == ProposalState.OFFERED and now < proposal.award.answer_by:
        raise TransitionNotAllowed(_("The time to answer this offer has not run out yet."))
    was_offered = proposal.state == ProposalState.OFFERED
    move(proposal, to=ProposalState.LAPSED, by=by, at=now)
    _answer(proposal, by=by, at=now)
    if was_offered:
        letters.lapsed(proposal)
    else:
        letters.reserve_ended(proposal)
    return proposal


def _lock(proposal):
    rows = Proposal.objects.select_for_update(of=("self",)).select_related(
        "call__mode",
        "policy__mode",
        "policy__case_template",
        "organisation__country",
        "applicant",
        "offer__partition__system",
        "offer__share",
    )
    return rows.get(pk=proposal.pk)


def offer(proposal, terms, *, by, at, note=""):
    """Write the award, whose hours are pledged already, and the letter that offers it."""
    award = Award.objects.create(
        proposal=proposal,
        node_seconds=terms.node_seconds,
        months=terms.months,
        remarks=terms.remarks,
        offered_at=at,
        answer_by=clock.add_working_days(at, proposal.policy.answer_days),
    )
    move(proposal, to=ProposalState.OFFERED, by=by, at=at, note=note)
    set_deadline("answer", proposal, due_at=award.answer_by)
    policy = proposal.policy
    if policy.remind_days < policy.answer_days:
        due_at = clock.add_working_days(at, policy.answer_days - policy.remind_days)
        set_deadline("answer_reminder", proposal, due_at=due_at)
    letters.offered(proposal, award)
    return proposal


def _answer(proposal, *, by, at):
    end_offer(proposal, by=by, at=at)
    meet_deadlines(proposal, "answer", "answer_reminder", at=at)


def _start(proposal, starts_on, *, at):
    """The moment at which the allocation starts: now, or midnight of a later day in Jülich."""
    zone = ZoneInfo(settings.TIME_ZONE)
    today = at.astimezone(zone).date()
    last = today + dt.timedelta(days=proposal.policy.start_within_days)
    if starts_on is None or starts_on == today:
        return at
    if not today <= starts_on <= last:
        raise StartNotPossible(
            _("Choose a start between %(first)s and %(last)s.")
            % {
                "first": date_format(today, "DATE_FORMAT"),
                "last": date_format(last, "DATE_FORMAT"),
            }
        )
    return dt.datetime.combine(starts_on, dt.time(), tzinfo=zone)


def _found_project(proposal, *, at):
    project = Project.objects.create(
        identifier=proposal.reference,
        budget="e-" + proposal.reference.removeprefix("EHPC-").lower(),
        title=proposal.title,
        proposal=proposal,
        organisation=proposal.organisation,
        created_at=at,
    )
    emails = proposal.team.values_list("email", flat=True)
    ProjectMember.objects.bulk_create(
        [
            ProjectMember(project=project, email=proposal.applicant.email, role=ProjectRole.PI),
            *(
                ProjectMember(project=project, email=email, role=ProjectRole.MEMBER)
                for email in emails
            ),
        ]
    )
    return project


def _allocate(project, *, starts_at, at):
    proposal, award = project.proposal, project.proposal.award
    partition = proposal.offer.partition
    allocation = Allocation.objects.create(
        project=project,
        partition=partition,
        share=proposal.offer.share,
        case=open_case(
            proposal.policy.case_template,
            title=f"{project.identifier}: {partition.system}",
            organisation=project.organisation,
            owner=proposal.applicant,
            circumstances=circumstances_of(proposal),
            at=at,
        ),
        node_seconds=award.node_seconds,
        starts_at=starts_at,
        ends_at=starts_at + relativedelta(months=award.months),
    )
    ledger.grant(allocation, at=at)
    adopt_policy(allocation, policy=proposal.policy)
    watch_period(allocation)
    record_birth(allocation, by=None, at=at)
    set_deadline("expiry", allocation, due_at=allocation.ends_at)
    return allocation
