"""The queue of Slurm's policy: who waits, in the order of priority, and what each has used."""

from collections.abc import Iterable, Iterator, Mapping

from .configuration import SlurmConfig
from .events import Event, Started
from .fairshare import Usage
from .jobs import Job, Reason
from .limits import Budgets
from .line import Line
from .machine import Machine
from .occupancy import Occupancy
from .plan import Plan, round_up
from .priorities import Factors, Priorities, Waiting
from .profile import Profile
from .state import SlurmState, Used
from .terms import Rules


class MultifactorQueue:
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
        self._plans: dict[str, Plan] = {}  # of a backfill pass, by advance reservation

    def __iter__(self) -> Iterator[Job]:
        yield from (waiting.job for waiting in self._line)
        yield from self._never.values()

    @property
    def head(self) -> Job | None:
        """The first job that waits for nodes alone."""
        return next((waiting.job for waiting in self._ready(self._now)), None)

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
        self._occupy(job, started, self._now)
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
        end = self._end(job, started)
        for profile, nodes in self._touched(job):
            profile.give(at, end, nodes)
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
            if not waiting.kept_back and not self._limit(waiting, at):
                yield waiting

    def _start(self, waiting: Waiting, at: int, events: list[Event]) -> None:
        job = waiting.job
        self._line.remove(job)
        del self._eligible[job.id]
        self.occupancy.start(job, at)
        self._occupy(job, at, at)
        waiting.terms.start(job, self._usage, started=at, at=at)
        if job.account is not None:
            self.budgets.hold(job)
        events.append(Started(job, at))

    def _occupy(self, job: Job, started: int, at: int) -> None:
        """Let what is left by those who run be less by the nodes of ``job``, from ``at`` on."""
        end = self._end(job, started)
        for profile, nodes in self._touched(job):
            profile.take(at, end, nodes)

    def _touched(self, job: Job) -> Iterable[tuple[Profile, int]]:
        """The profiles of nodes that ``job`` runs on, and how many of these it has."""
        return ((self._running, job.nodes),)

    def _end(self, job: Job, started: int) -> int:
        """When ``job`` is over for the plan."""
        return round_up(started + job.limit, self._config.bf_resolution)

    def _limit(self, waiting: Waiting, at: int) -> Reason | None:
        """What keeps a job back besides nodes."""
        job, terms = waiting.job, waiting.terms
        if terms.limited:
            if reached := terms.reached(job):
                waiting.tally, waiting.ended = reached.tally, reached.tally.ended
                return reached.reason
            if reason := terms.beyond_quota(job, self._usage, at):
                return reason
        return None if job.account is None else self.budgets.refusal(job, at)

    def _never_starts(self, job: Job) -> Reason | None:
        if job.nodes > self._largest:
            return Reason.PARTITION_NODE_LIMIT
        return self._rules.terms(job).never(job)
