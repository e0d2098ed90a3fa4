"""Why an act is not possible now, as a sentence; nothing where it is."""

from django.utils.translation import gettext as _

from ..models import ProposalState, StepState


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


def in_step(kind):
    """Explain why a check cannot be decided now."""

    def possible(proposal):
        step = proposal.steps.filter(state=StepState.ACTIVE).first()
        if step is None or proposal.state != ProposalState.IN_EVALUATION:
            return _("The proposal is not in evaluation: %(state)s.") % {
                "state": proposal.get_state_display()
            }
        if step.kind != kind:
            return _("The step in progress is: %(step)s.") % {"step": step.get_kind_display()}
        return ""

    return possible
