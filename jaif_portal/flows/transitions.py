"""``move`` takes a subject from state to state; it is the only writer of states."""

from django.utils.translation import gettext as _

from ..exceptions import TransitionNotAllowed
from ..models import Transition


def move(subject, *, to, by, at, note=""):
    """Take ``subject`` to the state ``to`` and record who took it there, when and why.

    Call it inside a transaction that holds the subject's row lock, so that the state
    checked here is the state that is replaced. ``by`` is ``None`` where a rule acts.

    Raises ``TransitionNotAllowed`` where the state's table has no such step.
    """
    state = type(to)(subject.state)
    if to not in state.successors:
        raise TransitionNotAllowed(
            _("This cannot go from “%(old)s” to “%(new)s”.")
            % {"old": state.label, "new": to.label}
        )
    subject.state = to
    subject.save(update_fields=["state"])
    record(subject, was=state, by=by, at=at, note=note)


def record(subject, *, was="", by, at, note=""):
    """Write the history row for the state that ``subject`` is in now."""
    return Transition.objects.create(
        subject=subject, from_state=was, to_state=subject.state, by=by, at=at, note=note
    )
