from .access import Availability, Call, CallState, Round, SystemOffer
from .accounting import AccountingMode, Enforcement, ExhaustionPolicy
from .awards import Award
from .clarifications import Clarification, ClarificationState
from .closures import ClosureKind, ClosureState, NodeClosure
from .compliance import (
    FINDINGS,
    ComplianceAssessment,
    ComplianceCatalogue,
    ComplianceChange,
    CompliancePart,
    EnergyPolicy,
    ExportOutcome,
    ModelClass,
    RiskClass,
)
from .corrections import Correction, CorrectionDirection, CorrectionState, LedgerCheck
from .editing import AnswerChange, Comment, Presence
from .evaluation import EvaluationStep, StepOutcome, StepState
from .expectations import Expectation
from .forecasts import (
    Forecast,
    ForecastOutcome,
    Horizon,
    QueueForecast,
    SizeClass,
)
from .history import DayTotal
from .jobs import Job, JobHold, JobState, elapsed_seconds
from .ledger import AccountKind, EntryKind, LedgerAccount, LedgerEntry
from .load import LoadSample, PartitionStatus, TypicalWait
from .machines import FundingShare, Partition, System
from .modes import AccessMode, AccessPolicy, HourUnit, Purpose, StepKind
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
from .questions import (
    Column,
    FormSection,
    FormVersion,
    Question,
    QuestionKind,
    SectionKind,
)
from .quota import QuotaMonth
from .reasons import BLOCKING, PendingReason
from .runs import DependencyKind, JobDependency, JobRun
from .scheduling import QoS, SchedulingParameters
from .templates import JobTemplate
from .ticks import Tick, TickTotal

__all__ = [
    "BLOCKING",
    "FINDINGS",
    "AccessMode",
    "AccessPolicy",
    "AccountKind",
    "AccountingMode",
    "Allocation",
    "AllocationState",
    "AnswerChange",
    "Availability",
    "Award",
    "Call",
    "CallState",
    "Clarification",
    "ClarificationState",
    "ClosureKind",
    "ClosureState",
    "Column",
    "Comment",
    "ComplianceAssessment",
    "ComplianceCatalogue",
    "ComplianceChange",
    "CompliancePart",
    "Correction",
    "CorrectionDirection",
    "CorrectionState",
    "DayTotal",
    "DependencyKind",
    "EnergyPolicy",
    "Enforcement",
    "EntryKind",
    "EvaluationStep",
    "ExhaustionPolicy",
    "Expectation",
    "ExportOutcome",
    "Forecast",
    "ForecastOutcome",
    "FormSection",
    "FormVersion",
    "FundingShare",
    "Horizon",
    "HourUnit",
    "Job",
    "JobDependency",
    "JobHold",
    "JobRun",
    "JobState",
    "JobTemplate",
    "LedgerAccount",
    "LedgerCheck",
    "LedgerEntry",
    "LoadSample",
    "ModelClass",
    "NodeClosure",
    "Obligation",
    "ObligationKind",
    "ObligationState",
    "Partition",
    "PartitionStatus",
    "PendingReason",
    "Presence",
    "Project",
    "ProjectMember",
    "ProjectRole",
    "Proposal",
    "ProposalState",
    "Purpose",
    "QoS",
    "Question",
    "QuestionKind",
    "QueueForecast",
    "QuotaMonth",
    "RiskClass",
    "Round",
    "SchedulingParameters",
    "SectionKind",
    "Sector",
    "SizeClass",
    "StepKind",
    "StepOutcome",
    "StepState",
    "System",
    "SystemOffer",
    "TeamMember",
    "Tick",
    "TickTotal",
    "TypicalWait",
    "elapsed_seconds",
]
