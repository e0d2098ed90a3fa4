"""The gate before the queue: jobs whose own conditions keep them from queueing for nodes."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush

from .conditions import Conditions, Dependency, DependencyKind, Hold
from .jobs import EndedJob, Job, JobState, Reason
from .occupancy import FOREVER
from .waiting import by_arrival, in_order

NOTHING = Conditions()
HELD = {
    Hold.USER: Reason.JOB_HELD_USER,
    Hold.ADMIN: Reason.JOB_HELD_ADMIN,
    Hold.MAX_REQUEUE: Reason.JOB_HOLD_MAX_REQUEUE,
}


class Gate:
    """Who may queue for nodes, whatever the policy.

    Nothing is looked at twice unless it may have changed: a begin time that has come, the
    end of a job on which others depend, a task that makes room for the next of its array.
    A job that has been let through stays in the queue. How a job has ended is remembered as
    long as a job is known that depends on it.
    """

    def __init__(self, jobs: Mapping[int, Job]) -> None:
        self.in_use = False
        self._jobs = jobs  # all that wait or run, or will arrive
        self._blocked: dict[int, Job] = {}
        self._begins: list[tuple[int, int]] = []  # a heap of (begin, job id)
        self._dependents: dict[int, set[int]] = defaultdict(set)  # by job or array
        self._ended: dict[int, dict[int, EndedJob]] = defaultdict(dict)  # by job or array
        self._arrays: dict[int, dict[int, int | None]] = defaultdict(dict)  # {job id: task}
        self._let_through: dict[int, set[int]] = defaultdict(set)  # by array
        self._lines: dict[int, list[tuple[bool, int, int]]] = defaultdict(list)  # by array
        self._namesakes: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        self._dirty: set[int] = set()  # jobs and arrays to look at

    def __iter__(self) -> Iterator[Job]:
        return iter(sorted(self._blocked.values(), key=in_order))

    def __contains__(self, job: Job) -> bool:
        return job.id in self._blocked

    @property
    def ended(self) -> tuple[EndedJob, ...]:
        """How jobs have ended on which others depend, in order of their number."""
        entries = {entry.id: entry for group in self._ended.values() for entry in group.values()}
        return tuple(entries[job_id] for job_id in sorted(entries))

    @property
    def next_begin(self) -> int:
        """The next second in which the begin time of a blocked job comes."""
        begins = self._begins
        while begins and begins[0][0] != self._begin(begins[0][1]):
            heappop(begins)
        return begins[0][0] if begins else FOREVER

    def know(self, job: Job) -> None:
        """Take note of ``job``, which will arrive or has arrived."""
        if job.conditions is None:
            self.in_use = self.in_use or bool(job.name)
            return
        self.in_use = True
        if job.conditions.array is not None:
            self._arrays[job.conditions.array][job.id] = job.conditions.task
        for dependency in job.conditions.after:
            self._dependents[dependency.on].add(job.id)

    def resume(self, job: Job) -> None:
        """Take note that ``job`` runs."""
        self._name(job)
        self._pass(job)

    def expect(self, jobs: Iterable[Job], at: int) -> None:
        """Keep ``jobs``, which have been seen before, until the gate opens the next time."""
        for job in jobs:
            self._name(job)
            self._block(job, at)
            self._dirty.add(job.id)

    def admit(self, jobs: Iterable[Job], at: int) -> list[Job]:
        """Let those of the arriving ``jobs`` through that may queue; keep the others."""
        jobs = list(jobs)
        for job in jobs:
            self._name(job)
        through = []
        for job in jobs:
            if self.reason(job, at) is None:
                self._pass(job)
                through.append(job)
            else:
                self._block(job, at)
        return through

    def open(self, at: int) -> list[Job]:
        """Let through those of the blocked that may queue by now, in order."""
        while self.next_begin <= at:
            self._dirty.add(heappop(self._begins)[1])
        blocked = [self._blocked[job_id] for job_id in self._dirty if job_id in self._blocked]
        arrays = self._dirty & self._lines.keys()
        self._dirty.clear()
        through = []
        for job in blocked:
            array = _conditions(job).array
            if array is not None:
                arrays.add(array)
            elif self.reason(job, at) is None:
                self._unblock(job)
                through.append(job)
        for array in arrays:
            through += self._advance_line(array, at)
        return sorted(through, key=in_order)

    def reason(self, job: Job, at: int) -> Reason | None:
        """Why ``job`` may not queue, if that is so."""
        conditions = job.conditions
        if conditions is None:
            return None
        if conditions.hold is not None:
            return HELD[conditions.hold]
        if conditions.after:
            answers = {self._dependency(dependency, job) for dependency in conditions.after}
            for reason in (Reason.DEPENDENCY_NEVER_SATISFIED, Reason.DEPENDENCY):
                if reason in answers:
                    return reason
        if conditions.begin > at:
            return Reason.BEGIN_TIME
        limit, array = conditions.task_limit, conditions.array
        if limit is not None and array is not None and len(self._let_through[array]) >= limit:
            return Reason.JOB_ARRAY_TASK_LIMIT
        return None

    def step_out(self, job: Job) -> None:
        """Take note that ``job`` no longer queues or runs, or no longer is kept from it."""
        array = _conditions(job).array
        if job.id in self._blocked:
            self._unblock(job)
        elif array is not None and job.id in self._let_through[array]:
            self._let_through[array].remove(job.id)
            self._dirty.add(array)

    def submit_again(self, job: Job) -> None:
        """Take note that ``job`` has run and will be admitted as if it were new."""
        self.step_out(job)
        if not job.name:
            return
        namesakes = self._namesakes[job.user, job.name]
        place = bisect_left(namesakes, by_arrival(job))
        if place < len(namesakes) and namesakes[place] == by_arrival(job):
            del namesakes[place]
            self._dirty.update(job_id for _, job_id in namesakes[:1])

    def forget(self, job: Job, state: JobState) -> None:
        """Take note that ``job`` is gone for good, in ``state``."""
        self.submit_again(job)
        conditions = _conditions(job)
        if conditions.array is not None:
            del self._arrays[conditions.array][job.id]
        self.remember(EndedJob(job.id, state, conditions.array, conditions.task))
        for dependency in conditions.after:
            dependents = self._dependents[dependency.on]
            dependents.discard(job.id)
            if not dependents:
                del self._dependents[dependency.on]
                self._ended.pop(dependency.on, None)

    def remember(self, entry: EndedJob) -> None:
        """Keep how a job has ended for those that depend on it, if there are any."""
        for on in (entry.id, entry.array):
            if on is not None and (dependents := self._dependents.get(on)):
                self._ended[on][entry.id] = entry
                self._dirty |= dependents

    def _dependency(self, dependency: Dependency, job: Job) -> Reason | None:
        """Whether ``job`` still has to wait, or for ever, for what it depends on."""
        if dependency.kind is DependencyKind.SINGLETON:
            namesakes = self._namesakes[job.user, job.name]
            first = not namesakes or namesakes[0] >= by_arrival(job)
            return None if first else Reason.DEPENDENCY
        alive, ended = self._others(dependency, job)
        failed = any(entry.state is not JobState.COMPLETED for entry in ended)
        kind, never = dependency.kind, Reason.DEPENDENCY_NEVER_SATISFIED
        if failed and kind in {DependencyKind.AFTER_OK, DependencyKind.AFTER_CORR}:
            return never
        if alive:
            return Reason.DEPENDENCY
        return never if ended and not failed and kind is DependencyKind.AFTER_NOT_OK else None

    def _others(self, dependency: Dependency, job: Job) -> tuple[bool, list[EndedJob]]:
        """Whether any of those that ``job`` depends on is left, and how others have ended."""
        on, tasks = dependency.on, self._arrays.get(dependency.on, {})
        ended = list(self._ended.get(on, {}).values())
        if dependency.kind is not DependencyKind.AFTER_CORR:
            return on in self._jobs or bool(tasks), ended
        task = _conditions(job).task
        alive = task in tasks.values() or (not tasks and on in self._jobs)
        return alive, [entry for entry in ended if entry.array != on or entry.task == task]

    def _name(self, job: Job) -> None:
        if job.name:
            namesakes, key = self._namesakes[job.user, job.name], by_arrival(job)
            place = bisect_left(namesakes, key)
            if namesakes[place : place + 1] != [key]:
                namesakes.insert(place, key)

    def _pass(self, job: Job) -> None:
        array = _conditions(job).array
        if array is not None:
            self._let_through[array].add(job.id)

    def _block(self, job: Job, at: int) -> None:
        conditions = _conditions(job)
        self._blocked[job.id] = job
        if conditions.begin > at:
            heappush(self._begins, (conditions.begin, job.id))
        if conditions.array is not None:
            insort(self._lines[conditions.array], in_order(job))

    def _unblock(self, job: Job) -> None:
        del self._blocked[job.id]
        array = _conditions(job).array
        if array is not None:
            line = self._lines[array]
            del line[bisect_left(line, in_order(job))]

    def _advance_line(self, array: int, at: int) -> list[Job]:
        """Let through the tasks of ``array`` that may queue, up to the limit."""
        through = []
        for *_, job_id in list(self._lines[array]):
            job = self._blocked[job_id]
            reason = self.reason(job, at)
            if reason is Reason.JOB_ARRAY_TASK_LIMIT:
                break
            if reason is None:
                self._unblock(job)
                self._pass(job)
                through.append(job)
        return through

    def _begin(self, job_id: int) -> int | None:
        job = self._blocked.get(job_id)
        return None if job is None else _conditions(job).begin


def _conditions(job: Job) -> Conditions:
    return job.conditions or NOTHING
