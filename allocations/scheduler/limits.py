"""What keeps a job from starting although nodes are free."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush

from .jobs import Budget, Job, Reason
from .occupancy import FOREVER
from .terms import Rules


class Budgets:
    """Node-seconds by account, spent as Slurm's ``GrpTRESMins`` with ``safe``.

    A job starts only if all it may use is there; that much is set aside, and
    what it leaves unused comes back when it ends. Jobs that their budget keeps
    from starting are set aside too, so that nobody queues behind them.
    """

    def __init__(self, budgets: Mapping[int, Budget], *, now: int) -> None:
        self._budgets = dict(budgets)
        self._refused: dict[int | None, list[tuple[int, int, int, Job]]] = {}
        self.changed: set[int] = set()
        self.next_expiry = FOREVER
        self.pass_expiries(now)

    def __iter__(self) -> Iterator[tuple[int, Budget]]:
        return iter(self._budgets.items())

    def __setitem__(self, account: int, budget: Budget) -> None:
        self._budgets[account] = budget
        self.changed.add(account)

    def pass_expiries(self, at: int) -> None:
        """Note which budget ends next after ``at``."""
        ends = (budget.ends_at for budget in self._budgets.values())
        self.next_expiry = min(
            (end for end in ends if end is not None and end > at), default=FOREVER
        )

    def refusal(
        self, job: Job, at: int, *, ahead: Job | None = None, claimed: int = 0
    ) -> Reason | None:
        """Why the budget does not let ``job`` start, after others have had their part.

        That is what the job ``ahead`` may use, or ``claimed`` node-seconds.
        """
        if job.account is None:
            return None
        budget = self._budgets.get(job.account)
        if budget is None or (budget.ends_at is not None and at >= budget.ends_at):
            return Reason.INVALID_ACCOUNT
        available = budget.available - claimed
        if ahead is not None and ahead.account == job.account:
            available -= self.charge(ahead, ahead.limit)
        too_much = self.charge(job, job.limit) > available
        return Reason.ASSOC_GRP_NODE_MINUTES if too_much else None

    def charge(self, job: Job, seconds: int) -> int:
        """What ``job`` is charged for that long, in node-seconds."""
        return job.nodes * seconds

    def refusals(self, queue: Iterable[Job], at: int) -> dict[int, Reason]:
        """Whom the budgets do not let start after those ahead in ``queue`` have had their part."""
        refused = {}
        claimed: dict[int, int] = defaultdict(int)
        for job in queue:
            if job.account is None:
                continue
            if reason := self.refusal(job, at, claimed=claimed[job.account]):
                refused[job.id] = reason
            else:
                claimed[job.account] += job.cost
        return refused

    def hold(self, job: Job) -> None:
        """Set aside all that ``job`` may use."""
        self._add(job, -self.charge(job, job.limit))

    def settle(self, job: Job, elapsed: int) -> None:
        """Give back what ``job`` was allowed but did not use."""
        self._add(job, self.charge(job, job.limit) - self.charge(job, elapsed))

    def _add(self, job: Job, node_seconds: int) -> None:
        if job.account is None:
            return
        budget = self._budgets.get(job.account)
        if budget is None:  # the account went away while the job ran
            return
        self._budgets[job.account] = Budget(budget.available + node_seconds, budget.ends_at)
        if node_seconds > 0:
            self.changed.add(job.account)

    def refuse(self, job: Job) -> None:
        """Keep ``job`` until its budget has changed for the better."""
        heappush(self._refused.setdefault(job.account, []), (job.cost, job.submit, job.id, job))

    def reconsidered(self, at: int) -> list[Job]:
        """Let go of the jobs whose budget has changed so that it covers them."""
        jobs = []
        for account in self.changed:
            refused = self._refused.get(account, [])
            while refused and self.refusal(refused[0][3], at) is None:
                jobs.append(heappop(refused)[3])
        self.changed.clear()
        return jobs

    def reconsider(self, job: Job) -> None:
        """The head ``job`` no longer claims its part, so others may have it."""
        if job.account is not None:
            self.changed.add(job.account)

    def refused(self) -> Iterator[Job]:
        return (entry[3] for refused in self._refused.values() for entry in refused)

    def forget(self, job: Job) -> bool:
        """Drop ``job``, which was cancelled, if it is among the refused."""
        refused = self._refused.get(job.account, [])
        entry = (job.cost, job.submit, job.id, job)
        if entry not in refused:
            return False
        refused.remove(entry)
        heapify(refused)
        return True


class RuledBudgets(Budgets):
    """Budgets charged ``by_factor`` of the job's QoS, or not; accounts need none to be valid."""

    def __init__(
        self, budgets: Mapping[int, Budget], *, now: int, rules: Rules, by_factor: bool = True
    ) -> None:
        super().__init__(budgets, now=now)
        self._rules = rules
        self._by_factor = by_factor

    def refusal(
        self, job: Job, at: int, *, ahead: Job | None = None, claimed: int = 0
    ) -> Reason | None:
        if job.account in self._rules.accounts and job.account not in self._budgets:
            return None
        return super().refusal(job, at, ahead=ahead, claimed=claimed)

    def charge(self, job: Job, seconds: int) -> int:
        used = job.nodes * seconds
        return used * self._rules.terms(job).rate // 1000 if self._by_factor else used
