from .access import AccessModeForm, AccessPolicyForm, RoundSeriesForm
from .advice import AdviserForm, EligibilityForm
from .answers import AnswersForm
from .chains import ChainForm, ChainShapeForm
from .estimates import EstimateForm
from .following import ClarificationForm
from .job_templates import TemplateForm
from .jobs import ChangeForm, JobForm, OrderForm, ShapeForm
from .proposals import AcceptForm, ProposalNewForm, TeamForm, WithdrawForm
from .searches import JobSearchForm

__all__ = [
    "AcceptForm",
    "AccessModeForm",
    "AccessPolicyForm",
    "AdviserForm",
    "AnswersForm",
    "ChainForm",
    "ChainShapeForm",
    "ChangeForm",
    "ClarificationForm",
    "EligibilityForm",
    "EstimateForm",
    "JobForm",
    "JobSearchForm",
    "OrderForm",
    "ProposalNewForm",
    "RoundSeriesForm",
    "ShapeForm",
    "TeamForm",
    "TemplateForm",
    "WithdrawForm",
]
