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

from collections.abc import Iterable, Sequence

from .events import Event
from .jobs import Job
from .multifactor_queue import MultifactorQueue
from .occupancy import FOREVER
from .plan import Plan, round_up
from .priorities import Waiting


class Multifactor(MultifactorQueue):
    """The passes over the queue."""

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

    def shadow(self) -> int:
        head = self.head
        return FOREVER if head is None else self._new_plan(head, self._now).slot(head)

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

    def _forgets(self) -> bool:
        """Whether time makes less what counts against a quota."""
        return any(self._usage.used(place, self._now) for place in self._forgetting)

    def _main_pass(self, at: int, events: list[Event]) -> None:
        for waiting in self._ready(at):
            if not self._start_if_free(waiting, at, events):
                self._first = self._line.place(waiting.job)
                return
        self._first = len(self._line)

    def _start_if_free(self, waiting: Waiting, at: int, events: list[Event]) -> bool:
        """Start a job if it has its nodes now, whatever is planned; say so."""
        if waiting.job.nodes > self.occupancy.free:
            return False
        self._start(waiting, at, events)
        return True

    def _backfill(self, at: int, events: list[Event]) -> None:
        """Start whoever fits; only up to the last in order that may."""
        free = self.occupancy.free
        if self._line.smallest > free:
            return
        queue = [waiting for waiting in self._in_turn() if not waiting.kept_back]
        hopeful = [waiting for waiting in queue if waiting.job.nodes <= free]
        self._plans.clear()
        self._drop_hopeless(hopeful, at)
        tested = 0
        for waiting in queue:
            if not hopeful or tested == self._config.bf_max_job_test:
                return
            if self._limit(waiting, at):
                continue
            tested += 1
            plan = self._plan(waiting.job, at)
            if plan.starts_now(waiting.job):
                self.backfilled += 1
                self._start_by(plan, waiting, at, events)
                self._drop_hopeless(hopeful, at)
            else:
                slot = plan.provide_for(waiting.job, waiting.terms.partition.name)
                if slot < at + hopeful[-1].job.limit:
                    self._drop_hopeless(hopeful, at)

    def _in_turn(self) -> Iterable[Waiting]:
        """Those who wait, in the order in which they are given slots."""
        return self._line.behind(self._first)

    def _drop_hopeless(self, hopeful: list[Waiting], at: int) -> None:
        """Take out from the end whoever can no longer start in this pass."""
        while hopeful:
            last = hopeful[-1]
            starts = self._plan(last.job, at).starts_now(last.job)
            if starts and last.job in self._line and not self._limit(last, at):
                return
            hopeful.pop()

    def _plan(self, job: Job, at: int) -> Plan:
        """The plan of this pass in which ``job`` may have a slot."""
        plan = self._plans.get(job.reservation)
        if plan is None:
            plan = self._plans[job.reservation] = self._new_plan(job, at)
        return plan

    def _new_plan(self, _job: Job, at: int) -> Plan:
        self._running.forget_before(at)
        return Plan(self._running.copy(), self._config, now=at)

    def _start_by(self, plan: Plan, waiting: Waiting, at: int, events: list[Event]) -> None:
        """Start a job that ``plan`` has room for."""
        plan.start(waiting.job)
        self._start(waiting, at, events)
