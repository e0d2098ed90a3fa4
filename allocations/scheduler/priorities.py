"""The priorities of all jobs, calculated from time to time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .configuration import SlurmConfig
from .fairshare import Usage
from .jobs import Job
from .priority import HIGHEST, LOWEST, bounded, points
from .terms import Rules, Tally, Terms


class Factors(NamedTuple):
    """What a job's priority is made of, in points; the names are those of Slurm's ``sprio``."""

    site: int
    age: int
    assoc: int
    fairshare: int
    job_size: int
    partition: int
    qos: int
    nice: int
    tres: int

    @property
    def priority(self) -> int:
        return bounded(sum(self))

    @property
    def points(self) -> dict[str, int]:
        """By name, without those that do not count."""
        return {name: points for name, points in self._asdict().items() if points}


@dataclass(slots=True)
class Waiting:
    """A job in the queue, with what the passes ask of it again and again."""

    job: Job
    terms: Terms
    since: int  # eligible
    points: int  # of its priority that do not change with time
    tally: Tally | None = None  # of a limit that keeps the job back until another of it ends
    ended: int = 0  # of the tally, when the limit was found to be reached

    @property
    def kept_back(self) -> bool:
        """Whether a limit is known to keep the job back."""
        return self.tally is not None and self.tally.ended == self.ended


Key = tuple[bool, int, int, int, int, Waiting]


class Priorities:
    """The order of jobs, as of the last calculation or their later eligibility."""

    def __init__(self, config: SlurmConfig, rules: Rules, usage: Usage, machine: int) -> None:
        self._config = config
        self._weights = config.weights
        self._rules = rules
        self._usage = usage
        self._machine = machine
        partitions = rules.partitions.values()
        self._most_factor = max((one.priority_job_factor for one in partitions), default=0)
        self._most_qos = max((one.priority for one in config.qos), default=0)
        self._most_association = max((one.priority for one in config.associations), default=0)
        self._fairshare: list[int] = []
        self._calculated = -1  # the last multiple of the period
        self.used = [0] * len(rules.tree)  # up to then, by association

    @property
    def change(self) -> bool:
        """Whether time changes the order of jobs."""
        return bool(self._weights.age or self._weights.fairshare)

    def calculate(self, at: int) -> bool:
        """Note what has been used up to the last multiple of the period, if that is a new one."""
        multiple = at - at % self._config.priority_calc_period
        if multiple == self._calculated:
            return False
        self._calculated = multiple
        self._fairshare = []
        self.used = self._usage.used_by_all(len(self._rules.tree), multiple)
        return True

    def waiting(self, job: Job, since: int) -> Waiting:
        terms = self._rules.terms(job)
        return Waiting(job, terms, since, sum(self._fixed(job, terms)))

    def key(self, waiting: Waiting) -> Key:
        """What sorts a job among others."""
        [key] = self.renewed([waiting])
        return key

    def renewed(self, jobs: Sequence[Waiting]) -> list[Key]:
        """The keys of all ``jobs`` by their present priorities, in order."""
        return sorted(
            [
                (
                    (job := waiting.job).low,
                    -waiting.terms.partition.priority_tier,
                    -priority,
                    job.submit,
                    job.id,
                    waiting,
                )
                for waiting, priority in zip(jobs, self._all(jobs), strict=True)
            ]
        )

    def factors(self, job: Job, since: int, until: int) -> Factors:
        """What the priority of ``job`` is made of, or was when it stopped waiting at ``until``."""
        terms, weights = self._rules.terms(job), self._weights
        waited = min(self._calculated, until) - since
        if not self._fairshare:
            self._rank()
        return self._fixed(job, terms)._replace(
            age=points(weights.age, waited, self._config.priority_max_age),
            fairshare=self._fairshare[terms.place],
        )

    def _all(self, jobs: Sequence[Waiting]) -> list[int]:
        """Slurm's priority of each, from 1."""
        priorities = [waiting.points for waiting in jobs]
        if weight := self._weights.age:
            at, most = self._calculated, self._config.priority_max_age
            oldest = at - most
            priorities = [
                points
                if (since := waiting.since) >= at
                else points + (weight if since < oldest else weight * (at - since) // most)
                for points, waiting in zip(priorities, jobs, strict=True)
            ]
        if self._weights.fairshare and priorities:
            if not self._fairshare:
                self._rank()
            shares = self._fairshare
            priorities = [
                points + shares[waiting.terms.place]
                for points, waiting in zip(priorities, jobs, strict=True)
            ]
        if priorities and min(priorities) >= LOWEST and max(priorities) <= HIGHEST:
            return priorities
        return [bounded(priority) for priority in priorities]

    def _rank(self) -> None:
        """Find the points for everybody's rank; done when they are first asked for."""
        tree, weight = self._rules.tree, self._weights.fairshare
        users = max(tree.users, 1)
        self._fairshare = [weight * rank // users for rank in tree.ranks(self.used)]

    def _fixed(self, job: Job, terms: Terms) -> Factors:
        """Those that do not change with time; the others are 0."""
        weights, machine = self._weights, self._machine
        size = machine - job.nodes if self._config.priority_favor_small else job.nodes
        return Factors(
            site=job.site_factor,
            age=0,
            assoc=points(weights.association, terms.association_priority, self._most_association),
            fairshare=0,
            job_size=points(weights.size, size, machine),
            partition=points(
                weights.partition, terms.partition.priority_job_factor, self._most_factor
            ),
            qos=points(weights.qos, terms.qos.priority, self._most_qos),
            nice=-job.nice,
            tres=points(weights.tres, job.nodes, machine),
        )
