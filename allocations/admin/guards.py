"""Why an act is not possible now, as a sentence; nothing where it is."""

from django.utils.translation import gettext as _


def in_state(*states):
    def possible(row):
        if row.state in states:
            return ""
        return _("Only possible in the state: %(states)s.") % {
            "states": ", ".join(str(state.label) for state in states)
        }

    return possible


def before(target):
    """In every state that leads to ``target``."""
    return in_state(*(state for state in type(target) if target in state.successors))
