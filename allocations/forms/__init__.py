from .jobs import JobForm
from .proposals import AcceptForm, ProposalForm, ProposalNewForm, WithdrawForm

__all__ = ["AcceptForm", "JobForm", "ProposalForm", "ProposalNewForm", "WithdrawForm"]
