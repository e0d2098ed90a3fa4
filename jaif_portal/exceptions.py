"""Refusals: a flow says no. Doors turn them into messages, 409 answers or admin errors."""

from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """A request that a flow turned down.

    ``code`` is stable and part of the REST contract; the text is a whole sentence
    in the reader's language that says what to do.
    """

    code = "refused"
    default = _("This is not possible.")

    def __init__(self, message=None):
        super().__init__(message or self.default)


class TransitionNotAllowed(Refusal):
    """The subject's state has no such successor."""

    code = "transition_not_allowed"


class NotPermitted(Refusal):
    """The person may not do this to this subject."""

    code = "not_permitted"
    default = _("You may not do this.")


class StaleVersion(Refusal):
    """Somebody else saved in the meantime."""

    code = "stale_version"
    default = _("Somebody else changed this in the meantime. Load it again and repeat your change.")


class ClockOnlyMovesForward(Refusal):
    """Portal time cannot be set back."""

    code = "clock_only_moves_forward"
    default = _("Portal time only moves forward.")


class NotYet(Exception):  # not an error: the timer is simply asked again later
    """A due timer cannot be handled before something else has caught up."""
