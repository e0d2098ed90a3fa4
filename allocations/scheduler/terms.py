"""On what terms a job waits and runs: the limits of its partition, QoS and associations.

https://slurm.schedmd.com/resource_limits.html: of the limits for single jobs and
users the first that is set counts, in the order partition QoS, QoS of the job, user,
account, accounts above, root; a partition's own limits hold besides. Limits for a group
hold wherever they are set.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

from .associations import Association, Partition, QoS
from .fairshare import FairTree, Usage
from .jobs import Job, Reason

UNLIMITED = 2**62
NO_QOS = QoS("")

Holder = TypeVar("Holder")


@dataclass(slots=True)
class Tally:
    """The jobs of somebody, or of a group."""

    submitted: int = 0  # and not gone yet
    running: int = 0
    nodes: int = 0
    ended: int = 0  # so far


Holders = Sequence[tuple[Holder, Tally]]  # of limits, and who counts for them


@dataclass(frozen=True, slots=True)
class Limit:
    most: int
    reason: Reason
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class Quota:
    """Thousandths of node-seconds that a QoS may use, and running jobs may still use."""

    most: int
    place: int  # among the usage
    set_aside: list[int] = field(default_factory=lambda: [0, 0])  # up to their ends; by second

    def left(self, usage: Usage, at: int) -> int:
        until_their_ends, by_second = self.set_aside
        still_allowed = until_their_ends - by_second * at
        return self.most - usage.milli_node_seconds(self.place, at) - still_allowed


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for the jobs of a user with one partition, QoS and account."""

    partition: Partition
    qos: QoS
    place: int  # among the associations
    association_priority: int
    usage_places: tuple[int, ...]
    rate: int  # thousandths of a node that a node counts for
    wall: Limit | None = None
    submit: Limit | None = None
    jobs: Limit | None = None
    groups: tuple[Limit, ...] = ()
    quotas: tuple[Quota, ...] = ()
    tallies: tuple[Tally, ...] = ()
    limited: bool = False  # others that run may keep a job back
    denies: bool = False

    def never(self, job: Job) -> Reason | None:
        """Why ``job`` cannot start, whatever else runs."""
        partition = self.partition
        most = UNLIMITED if partition.max_nodes is None else partition.max_nodes
        if not partition.min_nodes <= job.nodes <= most:
            return Reason.PARTITION_NODE_LIMIT
        if partition.max_time is not None and job.limit > partition.max_time:
            return Reason.PARTITION_TIME_LIMIT
        if self.wall and job.limit > self.wall.most:
            return self.wall.reason
        return None

    def refusal(self, job: Job) -> Reason | None:
        """Why ``job`` is not even let in."""
        if self.submit and self.submit.tally.submitted >= self.submit.most:
            return self.submit.reason
        wall = self.wall
        if wall and job.limit > wall.most and (self.denies or wall.reason is Reason.ASSOC_MAX_WALL):
            return wall.reason
        if self.denies:
            for limit in self.groups:
                if limit.reason is Reason.QOS_GRP_NODE and job.nodes > limit.most:
                    return limit.reason
            if any(job.cost * self.rate > quota.most for quota in self.quotas):
                return Reason.QOS_GRP_NODE_MINUTES
        return None

    def enter(self) -> None:
        """Count one more job that is submitted."""
        for tally in self.tallies:
            tally.submitted += 1

    def leave(self) -> None:
        for tally in self.tallies:
            tally.submitted -= 1

    def reached(self, job: Job) -> Limit | None:
        """What keeps ``job`` back until one of those who count for it ends."""
        if self.jobs and self.jobs.tally.running >= self.jobs.most:
            return self.jobs
        for limit in self.groups:
            if limit.tally.nodes + job.nodes > limit.most:
                return limit
        return None

    def beyond_quota(self, job: Job, usage: Usage, at: int) -> Reason | None:
        """Why ``job`` cannot start for what has been used, and may be by those who run."""
        for quota in self.quotas:
            if job.cost * self.rate > quota.left(usage, at):
                return Reason.QOS_GRP_NODE_MINUTES
        return None

    def start(self, job: Job, usage: Usage, *, started: int, at: int) -> None:
        """Count ``job`` as running: from ``at`` on, if it has been seen to run before."""
        self._run(job, usage, started + job.limit, at, sign=1)

    def end(self, job: Job, usage: Usage, *, started: int, at: int) -> None:
        self._run(job, usage, started + job.limit, at, sign=-1)

    def _run(self, job: Job, usage: Usage, until: int, at: int, *, sign: int) -> None:
        for tally in self.tallies:
            tally.running += sign
            tally.nodes += sign * job.nodes
            tally.ended += sign < 0
        rate = sign * job.nodes * self.rate
        for place in self.usage_places:
            usage.change_rate(place, rate, at=at)
        for quota in self.quotas:
            quota.set_aside[0] += rate * until
            quota.set_aside[1] += rate


class Rules:
    """All partitions, QoS and associations, and what comes of them for a job."""

    def __init__(
        self,
        partitions: Iterable[Partition],
        qos: Iterable[QoS],
        associations: Iterable[Association],
    ) -> None:
        associations = tuple(associations)
        self.tree = FairTree(associations)
        partitions = tuple(partitions) or (Partition(""),)
        self.partitions = {partition.name: partition for partition in partitions}
        self._first = partitions[0]
        self.qos = {one.name: one for one in qos}
        self.qos_places = {name: len(self.tree) + i for i, name in enumerate(self.qos)}
        self.accounts = frozenset(account for account, _ in self.tree.keys)
        self.associations = {(one.account, one.user): one for one in associations}
        holders: list[QoS | Association] = [*self.qos.values(), *associations]
        self._limited = any(_is_limited(holder) for holder in holders)
        self._tallies: dict[Hashable, Tally] = defaultdict(Tally)
        self._quotas = {
            name: Quota(1000 * one.grp_node_seconds, self.qos_places[name])
            for name, one in self.qos.items()
            if one.grp_node_seconds is not None
        }
        self.forgetting_places = [
            quota.place for name, quota in self._quotas.items() if not self.qos[name].no_decay
        ]
        self._terms: dict[tuple[str, str, int | None, str], Terms] = {}

    @property
    def places_by_key(self) -> dict[tuple[int | None, str, str], int]:
        """``{(account, user, QoS): place among the usage}``; of a QoS only its name is given."""
        places = {(*key, ""): place for place, key in enumerate(self.tree.keys)}
        return places | {(None, "", name): place for name, place in self.qos_places.items()}

    @property
    def places(self) -> int:
        return len(self.tree) + len(self.qos)

    def terms(self, job: Job) -> Terms:
        """What holds for ``job``; an error if there is no such partition or QoS."""
        key = (job.partition, job.qos, job.account, job.user)
        terms = self._terms.get(key)
        if terms is None:
            terms = self._terms[key] = self._make(job)
        return terms

    def _make(self, job: Job) -> Terms:
        partition = self.partitions.get(job.partition) if job.partition else self._first
        if partition is None:
            raise ValueError(f"job {job.id} asks for partition {job.partition!r}, which is none")
        asked = self._qos(job, job.qos)
        names = [name for name in dict.fromkeys((partition.qos, asked.name)) if name]
        qos = [self._qos(job, name) for name in names]
        place = self.tree.place(job.account, job.user)
        path = [self.tree.keys[above] for above in self.tree.path(place)]
        by_qos = [(one, self._tallies["user of QoS", one.name, job.user]) for one in qos]
        own = self._tallies["user of account", job.account, job.user]
        above = [(self.associations[key], own) for key in path if key in self.associations]
        groups = (
            *self._groups(qos, Reason.QOS_GRP_NODE),
            *self._groups([one for one, _ in above], Reason.ASSOC_GRP_NODE),
        )
        quotas = tuple(self._quotas[name] for name in names if name in self._quotas)
        jobs = _jobs_limit(by_qos, above)
        return Terms(
            partition=partition,
            qos=asked,
            place=place,
            association_priority=above[0][0].priority if above else 0,
            usage_places=(place, *(self.qos_places[name] for name in names)),
            rate=asked.milli_factor,
            wall=_wall_limit(by_qos, above),
            submit=_submit_limit(by_qos, above),
            jobs=jobs,
            groups=groups,
            quotas=quotas,
            tallies=self._all_tallies(job, names, path) if self._limited else (),
            limited=bool(jobs or groups or quotas),
            denies=any(one.deny_on_limit for one in qos),
        )

    def _qos(self, job: Job, name: str) -> QoS:
        if name and name not in self.qos:
            raise ValueError(f"job {job.id} comes under the QoS {name!r}, which is none")
        return self.qos[name] if name else NO_QOS

    def _groups(self, holders: Iterable[QoS | Association], reason: Reason) -> Iterator[Limit]:
        for holder in holders:
            if holder.grp_nodes is not None:
                yield Limit(holder.grp_nodes, reason, self._tallies[_group(holder)])

    def _all_tallies(
        self, job: Job, qos: Iterable[str], path: Iterable[tuple[int | None, str]]
    ) -> tuple[Tally, ...]:
        keys = [
            ("user of account", job.account, job.user),
            *(("user of QoS", name, job.user) for name in qos),
            *(_group(self.qos[name]) for name in qos),
            *(_group(self.associations[key]) for key in path if key in self.associations),
        ]
        return tuple(self._tallies[key] for key in keys)


def _is_limited(holder: QoS | Association) -> bool:
    limits: tuple[int | None, ...] = (holder.max_wall, holder.grp_nodes)
    if isinstance(holder, QoS):
        limits += (holder.max_jobs_per_user, holder.max_submit_per_user, holder.grp_node_seconds)
    else:
        limits += (holder.max_jobs, holder.max_submit)
    return any(limit is not None for limit in limits)


def _group(holder: QoS | Association) -> Hashable:
    return holder.name if isinstance(holder, QoS) else (holder.account, holder.user)


def _wall_limit(qos: Holders[QoS], above: Holders[Association]) -> Limit | None:
    return _first(
        [(one.max_wall, Reason.QOS_MAX_WALL, tally) for one, tally in qos],
        [(one.max_wall, Reason.ASSOC_MAX_WALL, tally) for one, tally in above],
    )


def _submit_limit(qos: Holders[QoS], above: Holders[Association]) -> Limit | None:
    per_user = Reason.QOS_MAX_SUBMIT_JOBS_PER_USER
    return _first(
        [(one.max_submit_per_user, per_user, tally) for one, tally in qos],
        [(one.max_submit, Reason.ASSOC_MAX_SUBMIT_JOBS, tally) for one, tally in above],
    )


def _jobs_limit(qos: Holders[QoS], above: Holders[Association]) -> Limit | None:
    return _first(
        [(one.max_jobs_per_user, Reason.QOS_MAX_JOBS_PER_USER, tally) for one, tally in qos],
        [(one.max_jobs, Reason.ASSOC_MAX_JOBS, tally) for one, tally in above],
    )


def _first(*limits: Iterable[tuple[int | None, Reason, Tally]]) -> Limit | None:
    """The first limit that is set."""
    for most, reason, tally in chain(*limits):
        if most is not None:
            return Limit(most, reason, tally)
    return None
