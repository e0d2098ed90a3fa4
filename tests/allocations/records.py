"""What the flows leave behind, as plain values to compare with."""

from allocations.flows.audit import check_ledger
from jaif_portal.models import Deadline, Mail, Transition


def history(subject):
    """``[(from, to, by, at, note), ...]``, oldest first."""
    return [
        (step.from_state, step.to_state, step.by, step.at, step.note)
        for step in Transition.objects.of(subject)
    ]


def timers(subject):
    """``{kind: (due, met, fired)}`` of the timers of ``subject``."""
    return {
        timer.kind: (timer.due_at, timer.met_at, timer.fired_at)
        for timer in Deadline.objects.of(subject)
    }


def letters(subject, noun="proposal"):
    """``[(letter, receiver), ...]`` about ``subject``, in alphabetical order."""
    prefix = f"{noun}:{subject.pk}:"
    keys = Mail.objects.filter(key__startswith=prefix).values_list("key", flat=True)
    return sorted(tuple(key.removeprefix(prefix).rsplit(":", 1)) for key in keys)


def broken_invariants():
    return [invariant.name for invariant, breaches in check_ledger() if breaches]
