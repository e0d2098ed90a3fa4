from .access import AccessModeForm, AccessPolicyForm, RoundSeriesForm
from .chains import ChainForm, ChainShapeForm
from .job_templates import TemplateForm
from .jobs import ChangeForm, JobForm, OrderForm, ShapeForm
from .proposals import AcceptForm, ProposalForm, ProposalNewForm, WithdrawForm
from .searches import JobSearchForm

__all__ = [
    "AcceptForm",
    "AccessModeForm",
    "AccessPolicyForm",
    "ChainForm",
    "ChainShapeForm",
    "ChangeForm",
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
