from .jobs import JobForm, ShapeForm
from .proposals import AcceptForm, ProposalForm, ProposalNewForm, WithdrawForm

__all__ = ["AcceptForm", "JobForm", "ProposalForm", "ProposalNewForm", "ShapeForm", "WithdrawForm"]
