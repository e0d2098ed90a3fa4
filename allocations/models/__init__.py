from .access import Availability, Call, CallState, Round, SystemOffer
from .accounting import AccountingMode, Enforcement, ExhaustionPolicy
from .assignments import (
    ENDED,
    ENGAGED,
    WORKING,
    AssignmentState,
    Disclosure,
    ReviewAssignment,
)
from .attachments import Attachment, AttachmentKind, ContentType
from .awards import Award
from .changes import OPEN_CHANGES, ChangeKind, ChangeRequest, ChangeState
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
from .conflicts import (
    ConflictKind,
    ConflictOfInterest,
    ConflictRule,
    PublicMailDomain,
    RelationWindow,
    Severity,
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
from .intake import IntakePolicy
from .jobs import Job, JobHold, JobState, elapsed_seconds
from .late_codes import LateCode
from .ledger import AccountKind, EntryKind, LedgerAccount, LedgerEntry
from .load import LoadSample, PartitionStatus, TypicalWait
from .machines import FundingShare, Partition, System
from .modes import AccessMode, AccessPolicy, HourUnit, Purpose, StepKind
from .projects import (
    Allocation,
    AllocationState,
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
from .reports import (
    OPEN_REPORTS,
    SETTLED_REPORTS,
    EmissionFactor,
    Obligation,
    ObligationKind,
    ObligationState,
    Report,
    ReportForm,
)
from .resources import Device, ResourceLine, Workload
from .reviewers import (
    Absence,
    DeclaredRelation,
    RelationKind,
    ReviewerInvitation,
    ReviewerProfile,
    ReviewerWish,
    Wish,
)
from .reviews import (
    Consensus,
    Criterion,
    Review,
    ReviewPolicy,
    ScaleLabel,
    Score,
    SealedItem,
    SealedRead,
)
from .revisions import Revision
from .runs import DependencyKind, JobDependency, JobRun
from .scheduling import QoS, SchedulingParameters
from .templates import JobTemplate
from .ticks import Tick, TickTotal

__all__ = [
    "BLOCKING",
    "ENDED",
    "ENGAGED",
    "FINDINGS",
    "OPEN_CHANGES",
    "OPEN_REPORTS",
    "SETTLED_REPORTS",
    "WORKING",
    "Absence",
    "AccessMode",
    "AccessPolicy",
    "AccountKind",
    "AccountingMode",
    "Allocation",
    "AllocationState",
    "AnswerChange",
    "AssignmentState",
    "Attachment",
    "AttachmentKind",
    "Availability",
    "Award",
    "Call",
    "CallState",
    "ChangeKind",
    "ChangeRequest",
    "ChangeState",
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
    "ConflictKind",
    "ConflictOfInterest",
    "ConflictRule",
    "Consensus",
    "ContentType",
    "Correction",
    "CorrectionDirection",
    "CorrectionState",
    "Criterion",
    "DayTotal",
    "DeclaredRelation",
    "DependencyKind",
    "Device",
    "Disclosure",
    "EmissionFactor",
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
    "IntakePolicy",
    "Job",
    "JobDependency",
    "JobHold",
    "JobRun",
    "JobState",
    "JobTemplate",
    "LateCode",
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
    "PublicMailDomain",
    "Purpose",
    "QoS",
    "Question",
    "QuestionKind",
    "QueueForecast",
    "QuotaMonth",
    "RelationKind",
    "RelationWindow",
    "Report",
    "ReportForm",
    "ResourceLine",
    "Review",
    "ReviewAssignment",
    "ReviewPolicy",
    "ReviewerInvitation",
    "ReviewerProfile",
    "ReviewerWish",
    "Revision",
    "RiskClass",
    "Round",
    "ScaleLabel",
    "SchedulingParameters",
    "Score",
    "SealedItem",
    "SealedRead",
    "SectionKind",
    "Sector",
    "Severity",
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
    "Wish",
    "Workload",
    "elapsed_seconds",
]
