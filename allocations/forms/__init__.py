from .chains import ChainForm, ChainShapeForm
from .job_templates import TemplateForm
from .jobs import ChangeForm, JobForm, OrderForm, ShapeForm
from .proposals import AcceptForm, ProposalForm, ProposalNewForm, WithdrawForm
from .searches import JobSearchForm

__all__ = [
    "AcceptForm",
    "ChainForm",
    "ChainShapeForm",
    "ChangeForm",
    "JobForm",
    "JobSearchForm",
    "OrderForm",
    "ProposalForm",
    "ProposalNewForm",
    "ShapeForm",
    "TemplateForm",
    "WithdrawForm",
]
