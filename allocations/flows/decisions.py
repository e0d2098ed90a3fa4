"""How long decisions take: measured where enough were made, else what the mode promises."""

import datetime as dt
import math
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.db.models import OuterRef, Subquery, Window
from django.db.models.functions import Coalesce, Greatest, RowNumber

from jaif_portal import clock
from jaif_portal.models import Transition

from ..models import Proposal, ProposalState

ENOUGH = 20  # decisions, for a percentile to say something
LATEST = 200  # of a mode; how it went years ago tells little
TYPICAL, LIKELY = 50, 90  # percent
DECIDED = [
    ProposalState.OFFERED,
    ProposalState.RESERVE,
    ProposalState.INELIGIBLE,
    ProposalState.INFEASIBLE,
    ProposalState.REJECTED,
]


@dataclass(frozen=True)
class Pace:
    """``count`` decisions took up to ``typical`` in half of all cases, ``likely`` in nine of ten.

    Where too few were made, both are empty and ``count`` says how few.
    """

    count: int
    typical: dt.timedelta | None = None
    likely: dt.timedelta | None = None

    @property
    def is_measured(self):
        return self.likely is not None


def paces():
    """``{mode id: Pace}`` for every mode that has decisions, in one query."""
    durations = {}
    for mode_id, duration in _decisions():
        durations.setdefault(mode_id, []).append(duration)
    return {mode_id: _pace(sorted(found)) for mode_id, found in durations.items()}


def pace_of(mode, *percents):
    """How many decisions of ``mode`` were measured, and the times of ``percents`` of them.

    No times where too few were made to say anything.
    """
    found = sorted(duration for mode_id, duration in _decisions() if mode_id == mode.pk)
    if len(found) < ENOUGH:
        return len(found), None
    return len(found), [percentile(found, percent) for percent in percents]


def expected_decision(policy, pace, *, begins_at):
    """When a proposal whose evaluation begins at a moment is probably decided."""
    if pace.is_measured:
        return begins_at + pace.likely
    return clock.add_working_days(begins_at, policy.decision_days)


def percentile(durations, percent):
    """The nearest rank of sorted durations."""
    return durations[math.ceil(len(durations) * percent / 100) - 1]


def _pace(durations):
    if len(durations) < ENOUGH:
        return Pace(count=len(durations))
    return Pace(
        count=len(durations),
        typical=percentile(durations, TYPICAL),
        likely=percentile(durations, LIKELY),
    )


def _decisions():
    """Mode and duration of each mode's latest decisions; the clock starts at a cut-off."""
    steps = Transition.objects.filter(
        subject_type=ContentType.objects.get_for_model(Proposal),
        subject_id=OuterRef("pk"),
        to_state__in=DECIDED,
    )
    proposals = Proposal.objects.exclude(submitted_at=None).annotate(
        decided_at=Subquery(steps.order_by("pk").values("at")[:1]),
        begun_at=Greatest("submitted_at", Coalesce("round__cut_off_at", "submitted_at")),
    )
    age = Window(RowNumber(), partition_by="call__mode_id", order_by="-decided_at")
    latest = proposals.exclude(decided_at=None).annotate(age=age).filter(age__lte=LATEST)
    rows = latest.values_list("call__mode_id", "decided_at", "begun_at")
    return [(mode_id, decided_at - begun_at) for mode_id, decided_at, begun_at in rows]
