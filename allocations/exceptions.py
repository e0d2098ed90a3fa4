"""What the access process, the ledger and the queue turn down."""

from django.utils.translation import gettext_lazy as _

from jaif_portal.exceptions import Refusal


class AllocationsError(Refusal):
    """A refusal of this app."""


class CallNotOpen(AllocationsError):
    code = "call_not_open"
    default = _("This call is not open at the moment.")


class NotEligible(AllocationsError):
    code = "not_eligible"


class ProposalIncomplete(AllocationsError):
    """``fields`` maps each missing or wrong field to its list of sentences."""

    code = "proposal_incomplete"
    default = _("Some answers are missing or do not fit. They are marked below.")

    def __init__(self, fields):
        super().__init__()
        self.fields = fields


class ProposalExists(AllocationsError):
    code = "proposal_exists"
    default = _("You already have a proposal under this call.")


class ReportOverdue(AllocationsError):
    code = "report_overdue"
    default = _("A final report of an earlier project is overdue. Hand it in first.")


class PoolExhausted(AllocationsError):
    code = "pool_exhausted"
    default = _("The funding share has not enough hours left for this award.")


class InsufficientBalance(AllocationsError):
    code = "insufficient_balance"


class AllocationNotActive(AllocationsError):
    code = "allocation_not_active"
    default = _("Jobs can be submitted once the allocation is active, and until it ends.")


class AllocationEnded(AllocationsError):
    code = "allocation_ended"
    default = _("This allocation has ended.")


class CorrectionNotPossible(AllocationsError):
    code = "correction_not_possible"


class JobNotPossible(AllocationsError):
    """The job's shape fits neither the partition nor the budget, ever."""

    code = "job_not_possible"


class JobEnded(AllocationsError):
    code = "job_ended"
    default = _("This job has already ended.")


class ReasonMissing(AllocationsError):
    code = "reason_missing"
    default = _("Say why: the applicant reads this text.")


class StartNotPossible(AllocationsError):
    code = "start_not_possible"


class CallNotReady(AllocationsError):
    code = "call_not_ready"
    default = _("A call needs a system, a round and a valid policy of its mode before it opens.")
