"""The desk of the access office and of the machine's operators."""

from . import (
    access,
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
)

__all__ = [
    "access",
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
]
