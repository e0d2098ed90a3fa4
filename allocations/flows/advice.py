"""Which mode fits, on which system, and by when it is decided."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from ..models import AccessMode, AccessPolicy, Availability, Call
from .decisions import Pace, expected_decision, paces
from .limits import in_words, wrong_hours
from .openings import Opening, opening_of


@dataclass(frozen=True)
class Way:
    """A mode as it stands: its policy in force, and its call that takes proposals, if any."""

    mode: AccessMode
    policy: AccessPolicy
    opening: Opening | None

    @property
    def is_open(self):
        return self.opening is not None and self.opening.is_open

    @property
    def hours(self):
        return in_words(self.policy)

    @property
    def systems(self):
        """The partitions that take proposals, or that the call has at all."""
        if self.opening is None:
            return []
        rows = self.opening.offers
        takes = [row for row in rows if row.availability == Availability.OPEN]
        return [row.offer.partition for row in takes or rows]


@dataclass(frozen=True)
class Advice:
    """A way with what speaks against it, and with the time to its decision."""

    way: Way
    reasons: list[str]
    pays: bool
    pace: Pace
    decided_by: dt.datetime | None

    @property
    def fits(self):
        return not self.reasons


def ways(*, at):
    """Every mode that has a policy at the moment ``at``, in a constant number of queries."""
    policies = AccessPolicy.objects.valid(at=at).select_related("mode")
    calls = Call.objects.published().with_offers()
    modes = AccessMode.objects.prefetch_related(
        Prefetch("policies", policies, to_attr="valid_policies"),
        Prefetch("calls", calls, to_attr="published_calls"),
    )
    return [
        Way(mode=mode, policy=mode.valid_policies[0], opening=_best_opening(mode, at=at))
        for mode in modes
        if mode.valid_policies
    ]


def advise(*, purpose, kind, eu_project, gpu_hours, decide_by, at):
    """Advice on every mode: those that fit first, by when they are decided."""
    known = paces()
    rows = []
    for way in ways(at=at):
        pace = known.get(way.mode.pk, Pace(count=0))
        decided_by = _decided_by(way, pace, at=at)
        reasons = [
            *_for_another_purpose(way, purpose),
            *barriers(way.policy, kind=kind, eu_project=eu_project),
            *_wrong_amount(way, gpu_hours),
            *_not_open(way),
            *_too_late(decided_by, decide_by),
        ]
        pays = kind in way.policy.paying_types
        rows.append(Advice(way, reasons, pays, pace, decided_by))
    return sorted(rows, key=lambda row: (len(row.reasons), row.decided_by is None, row.decided_by))


def barriers(policy, *, kind, eu_project):
    """Why a type of organisation may not apply under a policy, as sentences."""
    if kind not in policy.organisation_types:
        return [
            _("It is open to: %(kinds)s.")
            % {"kinds": ", ".join(map(str, policy.organisation_type_labels))}
        ]
    if kind in policy.eu_project_types and not eu_project:
        return [_("You may apply only within a Horizon Europe or Digital Europe project.")]
    return []


def _best_opening(mode, *, at):
    """Of a mode's calls the one that takes proposals, else the one that comes closest."""
    found = [opening_of(call, at=at) for call in mode.published_calls]
    return min(found, key=lambda row: _rank(row.availability), default=None)


def _rank(availability):
    ranks = [Availability.OPEN, Availability.FULL, Availability.PAUSED, Availability.UPCOMING]
    return ranks.index(availability) if availability in ranks else len(ranks)


def _decided_by(way, pace, *, at):
    if not way.is_open:
        return None
    begins_at = way.opening.next_cut_off or at
    return expected_decision(way.policy, pace, begins_at=begins_at)


def _for_another_purpose(way, purpose):
    return [] if purpose in way.mode.purposes else [_("It serves another purpose.")]


def _wrong_amount(way, gpu_hours):
    if gpu_hours is None or not way.systems:
        return []
    wrong = wrong_hours(way.policy, gpu_hours=gpu_hours, partition=way.systems[0])
    return [wrong] if wrong else []


def _not_open(way):
    if way.is_open:
        return []
    if way.opening is None:
        return [_("There is no call at the moment.")]
    return [_("Its call is: %(state)s.") % {"state": way.opening.availability.label}]


def _too_late(decided_by, wanted_by):
    if wanted_by is None or decided_by is None or decided_by <= wanted_by:
        return []
    return [_("It is probably decided after the day you named.")]
