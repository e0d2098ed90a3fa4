from .access import AccessModeForm, AccessPolicyForm, RoundSeriesForm
from .advice import AdviserForm, EligibilityForm
from .chains import ChainForm, ChainShapeForm
from .estimates import EstimateForm
from .following import ClarificationForm
from .job_templates import TemplateForm
from .jobs import ChangeForm, JobForm, OrderForm, ShapeForm
from .proposals import AcceptForm, ProposalForm, ProposalNewForm, WithdrawForm
from .searches import JobSearchForm

__all__ = [
    "AcceptForm",
    "AccessModeForm",
    "AccessPolicyForm",
    "AdviserForm",
    "ChainForm",
    "ChainShapeForm",
    "ChangeForm",
    "ClarificationForm",
    "EligibilityForm",
    "EstimateForm",
    "JobForm",
    "JobSearchForm",
    "OrderForm",
    "ProposalForm",
    "ProposalNewForm",
    "RoundSeriesForm",
    "ShapeForm",
    "TemplateForm",
    "WithdrawForm",
]
