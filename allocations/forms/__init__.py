from .jobs import ChangeForm, JobForm, OrderForm, ShapeForm
from .proposals import AcceptForm, ProposalForm, ProposalNewForm, WithdrawForm

__all__ = [
    "AcceptForm",
    "ChangeForm",
    "JobForm",
    "OrderForm",
    "ProposalForm",
    "ProposalNewForm",
    "ShapeForm",
    "WithdrawForm",
]
