"""What the access process, the ledger and the queue turn down."""

from django.utils.translation import gettext_lazy as _

from jaif_portal.exceptions import Refusal, StaleVersion


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


class AnswersNotPossible(AllocationsError):
    """``fields`` maps each question to its sentences."""

    code = "answers_not_possible"
    default = _("Some answers are not possible. “errors” names them.")

    def __init__(self, fields):
        super().__init__()
        self.fields = fields


class AnswerConflict(AllocationsError, StaleVersion):
    """``conflicts`` maps the code of each question to both answers and the newer version."""

    code = "answer_conflict"
    default = _("Somebody else has changed this answer in the meantime. Compare both.")

    def __init__(self, conflicts):
        super().__init__()
        self.conflicts = conflicts

    @property
    def members(self):
        return {"conflicts": self.conflicts}


class CommentNotPossible(AllocationsError):
    code = "comment_not_possible"


class NothingToReuse(AllocationsError):
    code = "nothing_to_reuse"
    default = _("This earlier proposal has no answer that fits here and is still missing.")


class FormNotReady(AllocationsError):
    code = "form_not_ready"


class ReportIncomplete(ProposalIncomplete):
    code = "report_incomplete"


class ReportNotPossible(AllocationsError):
    code = "report_not_possible"


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


class ClosureNotPossible(AllocationsError):
    """The nodes cannot be closed, or opened again, as asked for."""

    code = "closure_not_possible"


class JobNotPossible(AllocationsError):
    """The job's shape fits neither the partition nor the budget, ever."""

    code = "job_not_possible"


class ArrayNotPossible(AllocationsError):
    code = "array_not_possible"
    default = _("An array is written as 0-15, as 1,3,5, or as 0-15%4 for four tasks at a time.")


class DependencyNotPossible(AllocationsError):
    code = "dependency_not_possible"
    default = _(
        "A dependency is written as afterok:4711, afterany:4711, afternotok:4711, "
        "aftercorr:4711 or singleton. Commas separate them."
    )


class ChainNotPossible(AllocationsError):
    code = "chain_not_possible"


class TemplateExists(AllocationsError):
    code = "template_exists"
    default = _("You already have a template of this title. Choose another.")


class JobNotWaiting(AllocationsError):
    code = "job_not_waiting"
    default = _("This job has started already: this can be done to waiting jobs only.")


class JobNotRunning(AllocationsError):
    code = "job_not_running"
    default = _("This job does not run, so it cannot start again.")


class JobHeldByAdmin(AllocationsError):
    code = "job_held_by_admin"
    default = _("An administrator has put this job on hold, and only an administrator releases it.")


class RequeueNotAllowed(AllocationsError):
    code = "requeue_not_allowed"
    default = _("This job was submitted as one that must not start again by itself.")


class JobEnded(AllocationsError):
    code = "job_ended"
    default = _("This job has already ended.")


class ForecastNotReady(AllocationsError):
    code = "forecast_not_ready"
    default = _("There is no forecast yet. Ask again in a minute.")


class ReasonMissing(AllocationsError):
    code = "reason_missing"
    default = _("Say why: the applicant reads this text.")


class RecallNotPossible(AllocationsError):
    code = "recall_not_possible"
    default = _(
        "The evaluation of this proposal has begun, so it can no longer be changed. The office "
        "asks you where something is missing; you can also withdraw it and start a new one."
    )


class QuestionNotPossible(AllocationsError):
    code = "question_not_possible"


class ChangeNotPossible(AllocationsError):
    code = "change_not_possible"


class StartNotPossible(AllocationsError):
    code = "start_not_possible"


class RoundsNotPossible(AllocationsError):
    code = "rounds_not_possible"


class ParametersNotPossible(AllocationsError):
    code = "parameters_not_possible"


class CallNotReady(AllocationsError):
    code = "call_not_ready"
    default = _("A call needs a system, a round and a valid policy of its mode before it opens.")


class MatchingUnavailable(AllocationsError):
    code = "matching_unavailable"
    default = _(
        "Reviewers cannot be proposed on this installation: scipy is missing. Have it installed "
        "(pip install scipy), or choose the reviewers by hand."
    )


class AssignmentNotPossible(AllocationsError):
    """The reviewer cannot be assigned to the proposal, or not now."""

    code = "assignment_not_possible"


class ReviewIncomplete(AllocationsError):
    """``fields`` maps each missing or wrong answer to its list of sentences."""

    code = "review_incomplete"
    default = _("Some scores or reasons are missing. They are marked below.")

    def __init__(self, fields):
        super().__init__()
        self.fields = fields


class InvitationNotValid(AllocationsError):
    code = "invitation_not_valid"
    default = _("This invitation has expired or was used already. Ask the access office for one.")


class AttachmentRefused(AllocationsError):
    """A file that is not taken; the sentence says what to do about it."""

    code = "attachment_refused"

    @property
    def fields(self):
        return {"file": [str(self)]}


class ScannerNotReady(AllocationsError):
    code = "scanner_not_ready"
    default = _("Files cannot be checked for viruses at the moment. Try again in a few minutes.")


class ResourcesNotPossible(AllocationsError):
    code = "resources_not_possible"


class LateCodeNotPossible(AllocationsError):
    code = "late_code_not_possible"


class LateCodeNotValid(AllocationsError):
    code = "late_code_not_valid"
    default = _(
        "This late code is not valid: it belongs to another person or call, was used already, "
        "or has expired. Ask the access office for a new one."
    )


class ChecklistIncomplete(AllocationsError):
    code = "checklist_incomplete"
    default = _("The check-list is not complete: tick each item, or say why it does not hold.")


class SecondPersonNeeded(AllocationsError):
    code = "second_person_needed"
    default = _("Another person than the one who proposed this has to confirm it.")


class OutcomeNotPossible(AllocationsError):
    code = "outcome_not_possible"


class PublicationNotPossible(AllocationsError):
    code = "publication_not_possible"


class PromotionNotPossible(AllocationsError):
    code = "promotion_not_possible"


class AppealNotPossible(AllocationsError):
    code = "appeal_not_possible"
