"""``move`` takes a subject from state to state; with ``plan`` it is the only writer of states."""

from django.utils.translation import gettext as _

from ..exceptions import TransitionNotAllowed
from ..models import Transition


def move(subject, *, to, by, at, note=""):
    """Take ``subject`` to the state ``to`` and record who took it there, when and why.

    Call it inside a transaction that holds the subject's row lock, so that the state
    checked here is the state that is replaced. ``by`` is ``None`` where a rule acts.

    Raises ``TransitionNotAllowed`` where the state's table has no such step.
    """
    step = plan(subject, to=to, by=by, at=at, note=note)
    subject.save(update_fields=["state"])
    step.save()
    return step


def plan(subject, *, to, by, at, note=""):
    """As ``move``, for callers that save many subjects and steps at once."""
    state = type(to)(subject.state)
    if to not in state.successors:
        raise TransitionNotAllowed(
            _("This cannot go from “%(old)s” to “%(new)s”.") % {"old": state.label, "new": to.label}
        )
    subject.state = to
    return Transition(subject=subject, from_state=state, to_state=to, by=by, at=at, note=note)


def birth(subject, *, by, at, note=""):
    """The first row of a subject's history, unsaved: the state in which it was made."""
    return Transition(
        subject=subject, from_state="", to_state=subject.state, by=by, at=at, note=note
    )


def record_birth(subject, *, by, at, note=""):
    """Write the first row of a subject's history."""
    step = birth(subject, by=by, at=at, note=note)
    step.save()
    return step


def remark(subject, *, by, at, note):
    """Write into a subject's history what happened to it without a change of state."""
    return Transition.objects.create(
        subject=subject, from_state=subject.state, to_state=subject.state, by=by, at=at, note=note
    )
