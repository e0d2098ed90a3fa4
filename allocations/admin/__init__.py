"""The desk of the access office and of the machine's operators."""

from . import (
    access,
    closures,
    corrections,
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
    "closures",
    "corrections",
    "forms",
    "jobs",
    "ledger",
    "machines",
    "obligations",
    "projects",
    "proposals",
]
