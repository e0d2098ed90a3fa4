"""What staff can do with a proposal, from the check-list to the reserve list."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jaif_portal import clock
from jaif_portal.admin.acts import Act

from ..flows.checklists import fill_in_checklist
from ..flows.evaluation import close_reply, find_eligible, find_feasible
from ..flows.findings import (
    confirm_finding,
    find_ineligible,
    find_infeasible,
    return_finding,
)
from ..flows.offers import lapse_offer, promote
from ..flows.reviews import close_peer_review
from ..models import (
    Check,
    Finding,
    FindingState,
    ProposalState,
    ReasonCode,
    StepKind,
    StepState,
)
from .cells import moment
from .clarifications import ASK, LAPSE_QUESTION
from .guards import in_state, in_step
from .panel_acts import RECORD, REOPEN, RemarksForm


class ChecklistForm(forms.Form):
    """A box for each item of the proposal's own check-list, and room to say why not."""

    def __init__(self, data=None, *, initial):
        super().__init__(data)
        self.checks = initial["checks"]
        for check in self.checks:
            self.fields[f"ticked_{check.position}"] = forms.BooleanField(
                label=check.text, required=False, initial=check.is_ticked
            )
            self.fields[f"reason_{check.position}"] = forms.CharField(
                label=_("If not, why it is all the same in order"),
                required=False,
                max_length=300,
                initial=check.reason,
            )

    def clean(self):
        given = super().clean()
        return {
            "answers": {
                check.position: (
                    given[f"ticked_{check.position}"],
                    given.get(f"reason_{check.position}", ""),
                )
                for check in self.checks
            }
        }


class ReasonsForm(forms.Form):
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=ReasonCode)
    remarks = forms.CharField(
        label=gettext_lazy("Reasons"),
        widget=forms.Textarea({"rows": 6}),
        help_text=gettext_lazy(
            "The applicant gets this text by mail: say what is missing and what to do about it."
        ),
    )


class ReturnForm(forms.Form):
    remarks = forms.CharField(
        label=gettext_lazy("Reasons"),
        widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("For your colleague; the applicant does not read them."),
    )


class FeasibleForm(RemarksForm):
    gpu_hours = forms.IntegerField(
        label=gettext_lazy("GPU-hours found right"),
        min_value=1,
        help_text=gettext_lazy("The site's own figure. Less than asked for needs remarks."),
    )
    months = forms.IntegerField(label=gettext_lazy("Months found right"), min_value=1)
    field_order = ["gpu_hours", "months", "remarks"]


def undecided(kind):
    """In its step, and nobody has proposed to turn it down."""

    def possible(proposal):
        if proposed(proposal) is not None:
            return _("It is proposed to turn this proposal down; a second person decides first.")
        return in_step(kind)(proposal)

    return possible


def checked(proposal):
    open_checks = Check.objects.filter(
        step__proposal=proposal, step__state=StepState.ACTIVE, is_ticked=False, reason=""
    ).count()
    return undecided(StepKind.ADMINISTRATIVE)(proposal) or (
        _("The check-list is not complete. Open items: %(count)d.") % {"count": open_checks}
        if open_checks
        else ""
    )


def proposed(proposal):
    return Finding.objects.filter(step__proposal=proposal, state=FindingState.PROPOSED).first()


def finding_waits(proposal):
    if proposed(proposal) is None:
        return _("Nobody has proposed to turn this proposal down.")
    return ""


def overdue_offer(proposal):
    if proposal.state == ProposalState.OFFERED and clock.now() < proposal.award.answer_by:
        return _("The applicant has time until %(moment)s.") % {
            "moment": moment(proposal.award.answer_by)
        }
    return in_state(ProposalState.OFFERED, ProposalState.RESERVE)(proposal)


def checks_of(proposal):
    return {"checks": list(Check.objects.filter(step__proposal=proposal))}


ACTS = [
    Act(
        name="checklist",
        label=gettext_lazy("Fill in the check-list"),
        flow=fill_in_checklist,
        form=ChecklistForm,
        permission="allocations.check_eligibility",
        possible=undecided(StepKind.ADMINISTRATIVE),
        initial=checks_of,
    ),
    Act(
        name="eligible",
        label=gettext_lazy("Find eligible"),
        flow=find_eligible,
        form=RemarksForm,
        permission="allocations.check_eligibility",
        possible=checked,
    ),
    Act(
        name="ineligible",
        label=gettext_lazy("Find not eligible"),
        flow=find_ineligible,
        form=ReasonsForm,
        permission="allocations.check_eligibility",
        possible=undecided(StepKind.ADMINISTRATIVE),
        text=gettext_lazy("Another officer confirms it before the applicant learns of it."),
        grave=True,
    ),
    Act(
        name="feasible",
        label=gettext_lazy("Find feasible"),
        flow=find_feasible,
        form=FeasibleForm,
        permission="allocations.check_feasibility",
        possible=undecided(StepKind.TECHNICAL),
        initial=lambda proposal: {"gpu_hours": proposal.gpu_hours, "months": proposal.months},
        text=gettext_lazy("In Playground the offer goes out at once, while the pool lasts."),
    ),
    Act(
        name="infeasible",
        label=gettext_lazy("Find not feasible"),
        flow=find_infeasible,
        form=ReasonsForm,
        permission="allocations.check_feasibility",
        possible=undecided(StepKind.TECHNICAL),
        text=gettext_lazy("A technical lead confirms it before the applicant learns of it."),
        grave=True,
    ),
    ASK,
    LAPSE_QUESTION,
    Act(
        name="confirm",
        label=gettext_lazy("Confirm what turns it down"),
        flow=confirm_finding,
        permission="allocations.confirm_finding",
        possible=finding_waits,
        text=gettext_lazy("The letter goes out at once."),
        grave=True,
    ),
    Act(
        name="return",
        label=gettext_lazy("Return it to the colleague"),
        flow=return_finding,
        form=ReturnForm,
        permission="allocations.confirm_finding",
        possible=finding_waits,
    ),
    Act(
        name="close_reviews",
        label=gettext_lazy("Close the peer review"),
        flow=close_peer_review,
        permission="allocations.assign_reviewers",
        possible=in_step(StepKind.PEER_REVIEW),
    ),
    Act(
        name="close_reply",
        label=gettext_lazy("Go on without a reply"),
        flow=close_reply,
        permission="allocations.close_reply",
        possible=in_step(StepKind.RIGHT_TO_REPLY),
    ),
    RECORD,
    REOPEN,
    Act(
        name="promote",
        label=gettext_lazy("Offer from the reserve list"),
        flow=promote,
        permission="allocations.handle_offers",
        possible=in_state(ProposalState.RESERVE),
        bulk_order=("round", "reserve_place__rank"),
    ),
    Act(
        name="lapse",
        label=gettext_lazy("Let the offer lapse"),
        flow=lapse_offer,
        permission="allocations.handle_offers",
        possible=overdue_offer,
        grave=True,
    ),
]
