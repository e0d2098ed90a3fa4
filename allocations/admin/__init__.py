"""The desk of the access office and of the machine's operators."""

from . import access, closures, corrections, jobs, ledger, machines, projects, proposals

__all__ = [
    "access",
    "closures",
    "corrections",
    "jobs",
    "ledger",
    "machines",
    "projects",
    "proposals",
]
