from .access import AccessModeForm, AccessPolicyForm, RoundSeriesForm
from .advice import AdviserForm, EligibilityForm
from .answers import AnswersForm
from .attachments import AttachmentForm
from .chains import ChainForm, ChainShapeForm
from .compliance import AssessmentForm, ComplianceCatalogueForm, QuestionForm
from .estimates import EstimateForm
from .following import ClarificationForm
from .job_templates import TemplateForm
from .jobs import ChangeForm, JobForm, OrderForm, ShapeForm
from .late import LateCodeForm, LateCodeIssueForm
from .proposals import AcceptForm, ProposalNewForm, TeamForm, WithdrawForm
from .resources import LineFormSet, VersionForm
from .searches import JobSearchForm

__all__ = [
    "AcceptForm",
    "AccessModeForm",
    "AccessPolicyForm",
    "AdviserForm",
    "AnswersForm",
    "AssessmentForm",
    "AttachmentForm",
    "ChainForm",
    "ChainShapeForm",
    "ChangeForm",
    "ClarificationForm",
    "ComplianceCatalogueForm",
    "EligibilityForm",
    "EstimateForm",
    "JobForm",
    "JobSearchForm",
    "LateCodeForm",
    "LateCodeIssueForm",
    "LineFormSet",
    "OrderForm",
    "ProposalNewForm",
    "QuestionForm",
    "RoundSeriesForm",
    "ShapeForm",
    "TeamForm",
    "TemplateForm",
    "VersionForm",
    "WithdrawForm",
]
