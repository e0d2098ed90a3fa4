"""The check-list of the eligibility check: copied when a proposal is submitted, then filled in."""

from django.db import transaction
from django.utils.translation import gettext as _

from jaif_portal import clock

from ..exceptions import ChecklistIncomplete, ProposalIncomplete
from ..models import Check, StepKind
from .steps import take_step


def copy_checklist(step, *, mode):
    """Give the step the mode's items as they are now; later changes leave it alone."""
    Check.objects.bulk_create(
        Check(step=step, position=item.position, text_en=item.text_en, text_de=item.text_de)
        for item in mode.check_items.all()
    )


@transaction.atomic
def fill_in_checklist(proposal, *, by, answers):
    """Save what is known so far: ``{position: (ticked, reason why not)}``.

    An item that is ticked needs no reason; what is left out stays as it is.
    """
    step = take_step(proposal, StepKind.ADMINISTRATIVE, by=by)
    checks = {check.position: check for check in step.checks.all()}
    unknown = sorted(set(answers) - set(checks))
    if unknown:
        raise ProposalIncomplete({"checks": [_("The check-list has no such item.")]})
    now = clock.now()
    for position, (is_ticked, reason) in answers.items():
        check = checks[position]
        check.is_ticked, check.reason = is_ticked, "" if is_ticked else reason.strip()
        check.by, check.at = (by, now) if check.is_answered else (None, None)
        check.save(update_fields=["is_ticked", "reason", "by", "at"])
    return step.proposal


def require_complete_checklist(step):
    """Raise ``ChecklistIncomplete`` while an item is neither ticked nor explained."""
    open_items = [check.text for check in step.checks.all() if not check.is_answered]
    if open_items:
        raise ChecklistIncomplete(
            _("The check-list is not complete. Still open: %(items)s")
            % {"items": "; ".join(open_items)}
        )
