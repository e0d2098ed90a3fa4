"""Check-lists of the demo's proposals."""

from allocations.flows.checklists import fill_in_checklist
from allocations.models import StepKind


def tick_all(proposal, *, by):
    """Everything is in order."""
    checks = proposal.steps.get(kind=StepKind.ADMINISTRATIVE).checks.all()
    fill_in_checklist(proposal, by=by, answers={check.position: (True, "") for check in checks})
