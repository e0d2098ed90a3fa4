"""Partitions, QoS and associations: who may use how much, by Slurm's names.

``None`` is no limit. Times are seconds, sizes are nodes.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Partition:
    """A door to the machine; all partitions share its nodes.

    ``priority_tier`` comes before any priority. ``qos`` names the QoS whose
    limits hold for everybody who comes this way.
    """

    name: str
    priority_tier: int = 1
    priority_job_factor: int = 1
    min_nodes: int = 1
    max_nodes: int | None = None
    max_time: int | None = None
    qos: str = ""


@dataclass(frozen=True, slots=True)
class QoS:
    """A quality of service that a job asks for.

    What its jobs use counts ``usage_factor`` times (to the thousandth), for
    fair share and for budgets. ``grp_node_seconds`` is Slurm's ``GrpTRESMins``;
    with ``no_decay`` what counts against it is never forgotten. With
    ``deny_on_limit`` a job is refused that is too much even by itself.
    """

    name: str
    priority: int = 0
    max_jobs_per_user: int | None = None
    max_submit_per_user: int | None = None
    max_wall: int | None = None
    grp_nodes: int | None = None
    grp_node_seconds: int | None = None
    usage_factor: float = 1.0
    no_decay: bool = False
    deny_on_limit: bool = False

    @property
    def milli_factor(self) -> int:
        return round(1000 * self.usage_factor)


@dataclass(frozen=True, slots=True)
class Association:
    """An account, or with ``user`` a user of it, and their part of the machine.

    Accounts stand below ``parent``; no account is the root of all. An account
    comes before those below it. ``max_jobs``, ``max_submit`` and ``max_wall`` of
    an account are what each of its users may do by themselves; ``grp_nodes`` is
    for all of them together.
    """

    account: int | None = None
    user: str = ""
    parent: int | None = None
    shares: int = 1
    priority: int = 0
    max_jobs: int | None = None
    max_submit: int | None = None
    max_wall: int | None = None
    grp_nodes: int | None = None
