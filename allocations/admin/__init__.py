"""The desk of the access office and of the machine's operators."""

from . import access, jobs, ledger, machines, projects, proposals

__all__ = ["access", "jobs", "ledger", "machines", "projects", "proposals"]
