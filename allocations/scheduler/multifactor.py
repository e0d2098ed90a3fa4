"""Slurm's way: multifactor priority, a strict main pass, and a backfill pass with a plan.

**Order**: jobs of the lowest priority last, then by tier, priority, submission and number. A
priority is set when the job passes the gate and renewed at multiples of ``priority_calc_period``.

**Main pass**, when anything has changed: jobs start in order; those that a limit keeps back are
passed over; the first that lacks nodes ends the pass, since all partitions share all nodes.

**Backfill pass**, at multiples of ``bf_interval`` if there was a main pass since the last one
(with 0 right after it): up to ``bf_max_job_test`` jobs are tested in order. One starts if its
nodes are free up to its limit, in a plan of running jobs and of the slots taken before it. Else
it takes the earliest slot at a multiple of ``bf_resolution`` less than ``bf_window`` ahead, unless
``bf_job_part_count_reserve`` jobs of its partition have one. The plan is forgotten afterwards.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from .configuration import SlurmConfig
from .events import Event, Started
from .fairshare import Usage
from .jobs import Job, Reason
from .limits import Budgets
from .line import Line
from .machine import Machine
from .occupancy import FOREVER, Occupancy
from .plan import Plan, round_up
from .priorities import Factors, Priorities, Waiting
from .profile import Profile
from .state import SlurmState, Used
from .terms import Rules


class Multifactor:
    """The queue before a machine, in the order of priority."""

    def __init__(
        self, machine: Machine, config: SlurmConfig, rules: Rules, budgets: Budgets, now: int
    ) -> None:
        self.occupancy = Occupancy(machine.nodes)
        self._running = Profile(machine.nodes)  # what is left by those who run
        self.budgets = budgets
        self.backfilled = 0
        self._config = config
        self._rules = rules
        self._largest = machine.nodes
        self._now = now  # the last instant
        self._usage = Usage(
            rules.places,
            {rules.qos_places[one.name] for one in config.qos if one.no_decay},
            period=config.priority_calc_period,
            half_life=config.priority_decay_half_life,
            now=now,
        )
        forgets = config.priority_decay_half_life is not None
        self._forgetting = rules.forgetting_places if forgets else []
        self._priorities = Priorities(config, rules, self._usage, machine.nodes)
        self._line = Line(self._priorities)
        self._first = 0  # all before are kept back by a limit
        self._eligible: dict[int, int] = {}
        self._never: dict[int, Job] = {}  # jobs that no machine would start
        self._backfill_due = False

    def __iter__(self) -> Iterator[Job]:
        yield from (waiting.job for waiting in self._line)
        yield from self._never.values()

    @property
    def head(self) -> Job | None:
        """The first job that waits for nodes alone."""
        return next((waiting.job for waiting in self._ready(self._now)), None)

    @property
    def next_due(self) -> int:
        """The next instant at which time by itself may let a job start."""
        changes = self._priorities.change
        if self._line.smallest > self.occupancy.free:
            return FOREVER  # whatever the order, nobody fits
        waits = (changes or self._backfill_due) and self.head is not None
        due = FOREVER
        if waits and self._backfill_due:
            due = round_up(self._now + 1, self._config.bf_interval)
        if (waits and changes) or self._forgets():
            due = min(due, round_up(self._now + 1, self._config.priority_calc_period))
        return due

    def _forgets(self) -> bool:
        """Whether time makes less what counts against a quota."""
        return any(self._usage.used(place, self._now) for place in self._forgetting)

    def restore(self, state: SlurmState) -> None:
        """Take up what ``state`` says, before any job runs or waits."""
        places = self._rules.places_by_key
        self._priorities.calculate(self._now)
        for used in state.usage:
            place = places.get((used.account, used.user, used.qos))
            if place is not None:
                self._usage.restore(place, used.used)
                if place < len(self._priorities.used):
                    self._priorities.used[place] = used.ranked
        self._eligible = dict(state.eligible)
        self._backfill_due = state.backfill_due

    def snapshot(self, now: int, *, pass_due: bool) -> SlurmState:
        """What has to be kept to go on from ``now``."""
        self._renew(now)
        ranked = self._priorities.used + [0] * self._rules.places
        usage = [
            Used(*key, self._usage.used(place, now), ranked[place])
            for key, place in self._rules.places_by_key.items()
        ]
        return SlurmState(
            usage=tuple(entry for entry in usage if entry.used),
            eligible=tuple(sorted(self._eligible.items())),
            pass_due=pass_due,
            backfill_due=self._backfill_due and self.head is not None,
        )

    def resume(self, job: Job, started: int) -> None:
        self._priorities.calculate(self._now)
        self.occupancy.start(job, started)
        self._running.take(self._now, self._end(job, started), job.nodes)
        self._rules.terms(job).start(job, self._usage, started=started, at=self._now)

    def keep(self, reservations: Mapping[int, int]) -> None:
        """There are none: the plan is made anew in each pass."""

    def reservations(self) -> Mapping[int, int]:
        return {}

    def enqueue(self, jobs: Iterable[Job]) -> None:
        self._renew(self._now)
        for job in jobs:
            since = self._eligible.setdefault(job.id, self._now)
            if self._never_starts(job):
                self._never[job.id] = job
            else:
                place = self._line.add(self._priorities.waiting(job, since))
                self._first = min(self._first, place)

    def release(self, job: Job, started: int, at: int) -> None:
        if job.account is not None:
            self.budgets.settle(job, at - started)
        self._running.give(at, self._end(job, started), job.nodes)
        self._renew(at)
        self._rules.terms(job).end(job, self._usage, started=started, at=at)

    def withdraw(self, job: Job) -> bool:
        self._first = 0
        del self._eligible[job.id]
        if self._never.pop(job.id, None) is None:
            self._line.remove(job)
        return True

    def replace(self, job: Job, changed: Job) -> None:
        since = self._eligible[job.id]
        self.withdraw(job)
        self._eligible[job.id] = since
        self.enqueue([changed])

    def shadow(self) -> int:
        return FOREVER if self.head is None else self._plan(self._now).slot(self.head)

    def priorities(self, at: int) -> dict[int, int]:
        self._renew(at)
        return self._line.priorities

    def factors(self, job: Job, at: int, *, since: int, until: int) -> Factors:
        """What the priority of ``job`` is made of; it waits or waited from ``since``."""
        self._renew(at)
        return self._priorities.factors(job, self._eligible.get(job.id, since), until)

    def reasons(self, at: int) -> Iterator[tuple[Job, Reason]]:
        reason = Reason.RESOURCES
        for waiting in self._line:
            if limit := self._limit(waiting, at):
                yield waiting.job, limit
            else:
                yield waiting.job, reason
                reason = Reason.PRIORITY
        for job in self._never.values():
            yield job, self._never_starts(job) or reason

    def consider(
        self, newcomers: Sequence[Job], at: int, events: list[Event], *, changed: bool
    ) -> None:
        renewed = self._renew(at)
        self._now = at
        self.enqueue(newcomers)
        if changed:
            self._first = 0
        if changed or newcomers or renewed:
            self._main_pass(at, events)
            self._backfill_due = True
        interval = self._config.bf_interval
        if self._backfill_due and (not interval or at % interval == 0):
            self._backfill_due = False
            self._backfill(at, events)

    def _renew(self, at: int) -> bool:
        """Give jobs new priorities if it is time for it; say if that may let one start."""
        if not self._priorities.calculate(at):
            return False
        self._first = 0
        moved = self._priorities.change and self._line.renew()
        return moved or bool(self._forgetting)

    def _ready(self, at: int) -> Iterator[Waiting]:
        """The jobs that no limit keeps back when it is their turn, in order."""
        for waiting in self._line.behind(self._first):
            tally = waiting.tally
            if tally and tally.ended == waiting.ended:
                continue
            if reached := waiting.terms.reached(waiting.job):
                waiting.tally, waiting.ended = reached.tally, reached.tally.ended
            elif not self._limit(waiting, at):
                yield waiting

    def _main_pass(self, at: int, events: list[Event]) -> None:
        for waiting in self._ready(at):
            if waiting.job.nodes > self.occupancy.free:
                self._first = self._line.place(waiting.job)
                return
            self._start(waiting, at, events)
        self._first = len(self._line)

    def _backfill(self, at: int, events: list[Event]) -> None:
        """Start whoever fits; only up to the last in order that may."""
        if self._line.smallest > self.occupancy.free:
            return
        ready = list(self._ready(at))
        hopeful = [waiting for waiting in ready if waiting.job.nodes <= self.occupancy.free]
        if not hopeful:
            return
        plan, before, tested = self._plan(at), self.backfilled, 0
        for waiting in ready:
            if not hopeful or tested == self._config.bf_max_job_test:
                return
            if self.backfilled > before and self._limit(waiting, at):
                continue
            tested += 1
            if self._fits(waiting, plan):
                plan.start(waiting.job)
                self.backfilled += 1
                self._start(waiting, at, events)
                self._drop_hopeless(hopeful, plan, at)
            else:
                slot = plan.provide_for(waiting.job, waiting.terms.partition.name)
                if slot < plan.end(hopeful[-1].job):
                    self._drop_hopeless(hopeful, plan, at)

    def _drop_hopeless(self, hopeful: list[Waiting], plan: Plan, at: int) -> None:
        """Take out from the end whoever can no longer start in this pass."""
        while hopeful:
            last = hopeful[-1]
            if last.job in self._line and self._fits(last, plan) and not self._limit(last, at):
                return
            hopeful.pop()

    def _fits(self, waiting: Waiting, plan: Plan) -> bool:
        return waiting.job.nodes <= self.occupancy.free and plan.starts_now(waiting.job)

    def _plan(self, at: int) -> Plan:
        return Plan(self._running, self._config, free=self.occupancy.free, now=at)

    def _end(self, job: Job, started: int) -> int:
        """When ``job`` is over for the plan."""
        return round_up(started + job.limit, self._config.bf_resolution)

    def _start(self, waiting: Waiting, at: int, events: list[Event]) -> None:
        job = waiting.job
        self._line.remove(job)
        del self._eligible[job.id]
        self.occupancy.start(job, at)
        self._running.take(at, self._end(job, at), job.nodes)
        waiting.terms.start(job, self._usage, started=at, at=at)
        if job.account is not None:
            self.budgets.hold(job)
        events.append(Started(job, at))

    def _limit(self, waiting: Waiting, at: int) -> Reason | None:
        """What keeps a job back besides nodes."""
        job, terms = waiting.job, waiting.terms
        reason = terms.limit(job, self._usage, at) if terms.limited else None
        if reason is None and job.account is not None:
            return self.budgets.refusal(job, at)
        return reason

    def _never_starts(self, job: Job) -> Reason | None:
        if job.nodes > self._largest:
            return Reason.PARTITION_NODE_LIMIT
        return self._rules.terms(job).never(job)
