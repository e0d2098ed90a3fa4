"""The desk of the access office and of the machine's operators."""

from . import (
    access,
    assignments,
    changes,
    closures,
    compliance,
    corrections,
    documents,
    forms,
    jobs,
    ledger,
    machines,
    obligations,
    projects,
    proposals,
    review_rules,
    reviewers,
)

__all__ = [
    "access",
    "assignments",
    "changes",
    "closures",
    "compliance",
    "corrections",
    "documents",
    "forms",
    "jobs",
    "ledger",
    "machines",
    "obligations",
    "projects",
    "proposals",
    "review_rules",
    "reviewers",
]
