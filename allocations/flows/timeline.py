"""Where a proposal has been, who has it now and by when, and what lies ahead."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jaif_portal.models import Deadline, Mail, Transition

from ..models import ClarificationState, ProposalState, StepKind, StepState
from .decisions import pace_of

HALF, MOST = 50, 80  # percent of the decisions of a mode
WHO = {
    StepKind.ADMINISTRATIVE: gettext_lazy("the access office"),
    StepKind.TECHNICAL: gettext_lazy("a technical reviewer of the site"),
    StepKind.PEER_REVIEW: gettext_lazy("independent reviewers"),
    StepKind.RIGHT_TO_REPLY: gettext_lazy("you"),
    StepKind.PANEL: gettext_lazy("the panel"),
}
CLOCKS = {  # timer: what has to happen by then
    "cut_off": gettext_lazy("The evaluation begins"),
    "decision": gettext_lazy("Decision"),
    "reply": gettext_lazy("Your reply to the reviews"),
    "answer": gettext_lazy("Your answer to the offer"),
}


@dataclass(frozen=True)
class Stage:
    """``place`` is ``done``, ``now`` or ``ahead``; ``by`` whoever did it, has it, or will."""

    place: str
    label: str
    by: str
    at: dt.datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Clock:
    """``due_at`` is empty while the clock is paused, which is since ``paused_at``."""

    label: str
    due_at: dt.datetime | None
    is_late: bool = False
    paused_at: dt.datetime | None = None


@dataclass(frozen=True)
class Timeline:
    """``pace`` is ``(how many decisions, median, time of four in five)``; no times for too few."""

    stages: list[Stage]
    clocks: list[Clock]
    mails: list[Mail]
    pace: tuple


def timeline_of(proposal, *, user, at):
    """The timeline as ``user`` may see it: of the mails those that were written to them."""
    return Timeline(
        stages=[*_past(proposal), *_present(proposal), *_ahead(proposal)],
        clocks=list(_clocks(proposal, at=at)),
        mails=list(mails_of(proposal, user)),
        pace=pace_of(proposal.policy.mode, HALF, MOST),
    )


def mails_of(proposal, user):
    """What the portal wrote to ``user`` about the proposal, oldest first."""
    rows = Mail.objects.filter(recipient=user.email, key__startswith=f"proposal:{proposal.pk}:")
    return rows.order_by("pk")


def _past(proposal):
    """Every state that was reached; open questions are told as what is now."""
    steps = [step for step in Transition.objects.of(proposal) if step.from_state != step.to_state]
    if proposal.state == ProposalState.CLARIFICATION:
        steps.pop()
    for step in steps:
        by = str(step.by) if step.by else _("the portal")
        yield Stage("done", str(ProposalState(step.to_state).public_label), by, step.at)


def _present(proposal):
    """The check in progress, or whose turn it is otherwise."""
    state = ProposalState(proposal.state)
    if state == ProposalState.IN_EVALUATION:
        for step in _undecided(proposal)[:1]:
            kind = StepKind(step.kind)
            yield Stage("now", str(kind.label), str(WHO[kind]), step.started_at)
    elif state == ProposalState.CLARIFICATION:
        asked = proposal.clarifications.filter(state=ClarificationState.OPEN).first()
        yield Stage("now", str(state.public_label), _("you"), asked.asked_at, asked.question)
    elif state in TURNS:
        yield Stage("now", *map(str, TURNS[state]))


TURNS = {
    ProposalState.DRAFT: (gettext_lazy("Write and submit the proposal"), gettext_lazy("you")),
    ProposalState.SUBMITTED: (
        gettext_lazy("Waiting for the cut-off"),
        gettext_lazy("nobody has to do anything"),
    ),
    ProposalState.RESERVE: (
        gettext_lazy("Waiting until hours are free"),
        gettext_lazy("the access office"),
    ),
    ProposalState.OFFERED: (gettext_lazy("Accept or decline the offer"), gettext_lazy("you")),
}


def _ahead(proposal):
    """The checks that are still to come, and what follows them if all goes well."""
    state = ProposalState(proposal.state)
    if state.is_final:
        return
    if state == ProposalState.DRAFT:
        kinds = [StepKind(kind) for kind in proposal.policy.steps]
    else:
        kinds = [StepKind(step.kind) for step in _undecided(proposal)]
        if state != ProposalState.SUBMITTED:
            kinds = kinds[1:]
    for kind in kinds:
        note = _time_to_reply(proposal.policy) if kind == StepKind.RIGHT_TO_REPLY else ""
        yield Stage("ahead", str(kind.label), str(WHO[kind]), note=note)
    for target in (ProposalState.OFFERED, ProposalState.AWARDED):
        if state != target:
            yield Stage("ahead", str(target.ahead_label), str(AHEAD_WHO[target]))


def _time_to_reply(policy):
    return ngettext(
        "You have %(days)d working day to reply to the reviews.",
        "You have %(days)d working days to reply to the reviews.",
        policy.reply_days,
    ) % {"days": policy.reply_days}


AHEAD_WHO = {
    ProposalState.OFFERED: gettext_lazy("the access office"),
    ProposalState.AWARDED: gettext_lazy("you"),
}


def _undecided(proposal):
    """Steps that are not over as far as the applicant knows: what the panel holds is not."""
    return [
        step
        for step in proposal.steps.all()
        if step.state != StepState.DONE
        or (step.kind == StepKind.PANEL and proposal.state == ProposalState.IN_EVALUATION)
    ]


def _clocks(proposal, *, at):
    rows = Deadline.objects.of(proposal).filter(kind__in=CLOCKS, met_at=None, resumed_at=None)
    for row in rows:
        if row.kind == "decision" and not proposal.is_undecided:
            continue
        label = str(CLOCKS[row.kind])
        if row.paused_at is not None:
            yield Clock(label, None, paused_at=row.paused_at)
        else:
            yield Clock(label, row.due_at, is_late=row.due_at < at)
