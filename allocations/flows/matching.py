"""Reviewers for proposals: proposed for a whole round, looked at, changed by hand, confirmed."""

from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jaif_portal import clock
from jaif_portal.exceptions import TransitionNotAllowed
from jaif_portal.flows.permissions import require
from jaif_portal.flows.transitions import move

from ..exceptions import AssignmentNotPossible, MatchingUnavailable
from ..models import (
    WORKING,
    AssignmentState,
    Disclosure,
    Proposal,
    ProposalState,
    ReviewAssignment,
    ReviewerProfile,
    ReviewerWish,
    StepKind,
    StepState,
    Wish,
)
from .assignment_problem import Problem, is_available, solve
from .assignments import invite, lock_proposal, require_in_peer_review
from .conflicts import record_conflicts
from .expertise import overlap, shared_keywords

BUSY = [AssignmentState.PROPOSED, AssignmentState.ALTERNATE, *WORKING]
PLACED = [*BUSY, AssignmentState.REVIEWED]


@dataclass(frozen=True)
class Shortage:
    """Why a proposal gets fewer reviewers than its policy asks for."""

    proposal: Proposal
    missing: int
    missing_alternates: int
    conflicts: int
    unrelated: int
    full: int

    def __str__(self):
        return _(
            "%(reference)s: %(missing)d reviewers and %(alternates)d alternates are missing. "
            "%(conflicts)d have a conflict, %(unrelated)d share no keyword, %(full)d have no "
            "capacity left. Invite more reviewers, or choose by hand."
        ) % {
            "reference": self.proposal.reference,
            "missing": self.missing,
            "alternates": self.missing_alternates,
            "conflicts": self.conflicts,
            "unrelated": self.unrelated,
            "full": self.full,
        }


@transaction.atomic
def propose_reviewers(round_, *, by):
    """Propose reviewers and alternates for the round's proposals that have no full set yet.

    What was proposed before and not confirmed is planned anew, except what was chosen by
    hand. Locks the proposals. Returns what could not be filled.

    Raises ``MatchingUnavailable`` where scipy is not installed.
    """
    require(by, "allocations.assign_reviewers", None)
    if not is_available():
        raise MatchingUnavailable
    now = clock.now()
    proposals = list(_awaiting(round_).select_for_update(of=("self",)).order_by("pk"))
    ReviewAssignment.objects.filter(
        proposal__in=proposals, state=AssignmentState.PROPOSED, by_hand=False
    ).delete()
    if not proposals:
        return []
    matching = _Matching(proposals, at=now)
    first = matching.fill(alternates=False)
    second = matching.fill(alternates=True)
    ReviewAssignment.objects.bulk_create(matching.chosen)
    return matching.shortages(first, second)


@transaction.atomic
def assign_by_hand(proposal, *, by, reviewer, is_alternate=False):
    """Add a reviewer to the plan of a proposal; a real conflict cannot be overruled."""
    proposal = lock_proposal(proposal)
    require(by, "allocations.assign_reviewers", proposal)
    if (proposal.pk, reviewer.pk) in record_conflicts([proposal], [reviewer], at=clock.now()):
        raise AssignmentNotPossible(
            _("%(reviewer)s has a real conflict of interest with this proposal.")
            % {"reviewer": reviewer.user}
        )
    if proposal.assignments.filter(reviewer=reviewer).exists():
        raise AssignmentNotPossible(
            _("%(reviewer)s has been asked for this proposal before.") % {"reviewer": reviewer.user}
        )
    matching = _Matching([proposal], at=clock.now())
    chosen = matching.assignment(proposal, reviewer, is_alternate=is_alternate, by_hand=True)
    _require_few_suggestions(proposal, adding=chosen)
    chosen.save()
    return chosen


@transaction.atomic
def drop_from_plan(assignment, *, by):
    """Take a reviewer off a plan that nobody has confirmed yet."""
    proposal = lock_proposal(assignment.proposal)
    require(by, "allocations.assign_reviewers", proposal)
    assignment = ReviewAssignment.objects.get(pk=assignment.pk)
    if assignment.state != AssignmentState.PROPOSED:
        raise TransitionNotAllowed(_("This was confirmed already: release the reviewer instead."))
    assignment.delete()


@transaction.atomic
def confirm_reviewers(proposal, *, by, disclosure=Disclosure.TITLE):
    """Invite the planned reviewers of a proposal in peer review, and keep the alternates.

    Conflicts are looked for once more: who has got one meanwhile stops the confirmation.

    Raises ``AssignmentNotPossible`` for a conflict or with too many from the applicant's
    list, ``TransitionNotAllowed`` where nothing is planned, also for the second of two
    officers who confirm at once.
    """
    proposal = lock_proposal(proposal)
    require(by, "allocations.assign_reviewers", proposal)
    require_in_peer_review(proposal)
    planned = list(
        proposal.assignments.filter(state=AssignmentState.PROPOSED).select_related("reviewer__user")
    )
    if not planned:
        raise TransitionNotAllowed(_("There are no proposed reviewers to confirm."))
    now = clock.now()
    blocked = record_conflicts([proposal], [row.reviewer for row in planned], at=now)
    for row in planned:
        if (proposal.pk, row.reviewer_id) in blocked:
            raise AssignmentNotPossible(
                _("%(reviewer)s has a real conflict of interest with this proposal.")
                % {"reviewer": row.reviewer.user}
            )
    _require_few_suggestions(proposal)
    for row in planned:
        row.proposal, row.assigned_by, row.disclosure = proposal, by, disclosure
        row.save(update_fields=["assigned_by", "disclosure"])
        if row.is_alternate:
            move(row, to=AssignmentState.ALTERNATE, by=by, at=now)
        else:
            invite(row, by=by, at=now)
    return proposal


class _Matching:
    """One planning: who is there, what forbids, and what it is worth."""

    def __init__(self, proposals, *, at):
        self.proposals, self.chosen = proposals, []
        self.reviewers = list(_candidates(at))
        self.load = Counter({row.pk: row.load for row in self.reviewers})
        self.blocked = record_conflicts(proposals, self.reviewers, at=at)
        rows = ReviewAssignment.objects.filter(proposal__in=proposals)
        self.asked = set(rows.values_list("proposal_id", "reviewer_id"))
        places = rows.filter(state__in=PLACED)
        self.filled = Counter(places.values_list("proposal_id", "is_alternate"))
        wishes = ReviewerWish.objects.filter(proposal__in=proposals, wish=Wish.SUGGESTED)
        self.suggested = set(wishes.values_list("proposal_id", "email"))
        listed = places.filter(is_suggested=True)
        self.listed = Counter(listed.values_list("proposal_id", flat=True))

    def fill(self, *, alternates):
        """Choose for every empty place, or for every missing alternate, as well as can be."""
        wanted = [self._wanted(proposal, alternates=alternates) for proposal in self.proposals]
        weights = self.proposals[0].policy.review_policy
        solution = solve(
            Problem(
                places=wanted,
                free=[max(row.load_cap - self.load[row.pk], 0) for row in self.reviewers],
                caps=[row.load_cap for row in self.reviewers],
                merit=[[self._merit(p, r) for r in self.reviewers] for p in self.proposals],
                institutions=[row.institution.lower().strip() for row in self.reviewers],
                suggested=self._suggested_pairs(),
                most_suggested=[self._may_still_be_suggested(row) for row in self.proposals],
                load_weight=weights.load_weight,
                diversity_weight=weights.diversity_weight,
            )
        )
        for p, r in solution.pairs:
            self._choose(self.proposals[p], self.reviewers[r], is_alternate=alternates)
        return solution.missing

    def assignment(self, proposal, reviewer, *, is_alternate, by_hand=False):
        """The unsaved assignment with the reasons for it."""
        weights = proposal.policy.review_policy
        shared = shared_keywords(proposal, reviewer)
        keyword_score = overlap(proposal, reviewer)
        load_score = max(0.0, 1 - (self.load[reviewer.pk] + 1) / reviewer.load_cap)
        return ReviewAssignment(
            proposal=proposal,
            reviewer=reviewer,
            is_alternate=is_alternate,
            by_hand=by_hand,
            is_suggested=(proposal.pk, reviewer.user.email) in self.suggested,
            score=weights.keyword_weight * keyword_score + weights.load_weight * load_score,
            keyword_score=keyword_score,
            load_score=load_score,
            shared_keywords=shared,
        )

    def shortages(self, first, second):
        rows = zip(self.proposals, first, second, strict=True)
        return [self._shortage(*row) for row in rows if row[1] or row[2]]

    def _shortage(self, proposal, missing, missing_alternates):
        others = [row for row in self.reviewers if (proposal.pk, row.pk) not in self.blocked]
        related = [row for row in others if shared_keywords(proposal, row)]
        return Shortage(
            proposal=proposal,
            missing=missing,
            missing_alternates=missing_alternates,
            conflicts=len(self.reviewers) - len(others),
            unrelated=len(others) - len(related),
            full=sum(self.load[row.pk] >= row.load_cap for row in related),
        )

    def _wanted(self, proposal, *, alternates):
        policy = proposal.policy.review_policy
        wanted = policy.alternates if alternates else policy.reviewers
        return max(wanted - self.filled[proposal.pk, alternates], 0)

    def _merit(self, proposal, reviewer):
        pair = (proposal.pk, reviewer.pk)
        if pair in self.blocked or pair in self.asked or not shared_keywords(proposal, reviewer):
            return None
        return proposal.policy.review_policy.keyword_weight * overlap(proposal, reviewer)

    def _suggested_pairs(self):
        return frozenset(
            (p, r)
            for p, proposal in enumerate(self.proposals)
            for r, reviewer in enumerate(self.reviewers)
            if (proposal.pk, reviewer.user.email) in self.suggested
        )

    def _may_still_be_suggested(self, proposal):
        return max(proposal.policy.review_policy.most_suggested - self.listed[proposal.pk], 0)

    def _choose(self, proposal, reviewer, *, is_alternate):
        row = self.assignment(proposal, reviewer, is_alternate=is_alternate)
        self.chosen.append(row)
        self.load[reviewer.pk] += 1
        self.asked.add((proposal.pk, reviewer.pk))
        self.listed[proposal.pk] += row.is_suggested


def _awaiting(round_):
    """Proposals of the round whose peer review lies ahead or is under way."""
    rows = Proposal.objects.filter(
        round=round_,
        state=ProposalState.IN_EVALUATION,
        steps__kind=StepKind.PEER_REVIEW,
        steps__state__in=[StepState.WAITING, StepState.ACTIVE],
    )
    return rows.select_related(
        "policy__review_policy", "organisation", "applicant"
    ).prefetch_related("team")


def _candidates(at):
    """Who could be asked now, with the reviews that they have at the moment as ``load``."""
    busy = Q(assignments__state__in=BUSY)
    rows = ReviewerProfile.objects.available(first_day=at.date(), last_day=at.date())
    return (
        rows.select_related("user").annotate(load=Count("assignments", filter=busy)).order_by("pk")
    )


def _require_few_suggestions(proposal, *, adding=None):
    most = proposal.policy.review_policy.most_suggested
    listed = proposal.assignments.filter(state__in=PLACED, is_suggested=True).count()
    listed += adding is not None and adding.is_suggested
    if listed > most:
        raise AssignmentNotPossible(
            ngettext(
                "At most %(most)d reviewer may come from the applicant’s list.",
                "At most %(most)d reviewers may come from the applicant’s list.",
                most,
            )
            % {"most": most}
        )
