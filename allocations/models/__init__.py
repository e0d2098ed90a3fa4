from .access import AccessMode, AccessPolicy, Call, CallState, Round, SystemOffer
from .awards import Award
from .evaluation import EvaluationStep, StepKind, StepOutcome, StepState
from .jobs import Job, JobState, PendingReason
from .ledger import AccountKind, EntryKind, LedgerAccount, LedgerEntry
from .machines import FundingShare, Partition, System
from .projects import (
    Allocation,
    AllocationState,
    Obligation,
    ObligationKind,
    ObligationState,
    Project,
    ProjectMember,
    ProjectRole,
)
from .proposals import Proposal, ProposalState, Sector, TeamMember

__all__ = [
    "AccessMode",
    "AccessPolicy",
    "AccountKind",
    "Allocation",
    "AllocationState",
    "Award",
    "Call",
    "CallState",
    "EntryKind",
    "EvaluationStep",
    "FundingShare",
    "Job",
    "JobState",
    "LedgerAccount",
    "LedgerEntry",
    "Obligation",
    "ObligationKind",
    "ObligationState",
    "Partition",
    "PendingReason",
    "Project",
    "ProjectMember",
    "ProjectRole",
    "Proposal",
    "ProposalState",
    "Round",
    "Sector",
    "StepKind",
    "StepOutcome",
    "StepState",
    "System",
    "SystemOffer",
    "TeamMember",
]
