"""The desk of the access office and of the machine's operators."""

from . import access, corrections, jobs, ledger, machines, projects, proposals

__all__ = ["access", "corrections", "jobs", "ledger", "machines", "projects", "proposals"]
