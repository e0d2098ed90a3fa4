"""The semantics of the policy ``slurm``, written down as plainly as possible.

As ``reference``, on which it builds. Usage is added up second by second, free nodes are
counted second by second, and all jobs of somebody are counted whenever a limit is looked at.
"""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

from .reference_limits import Limited

NEVER_USED = Fraction(10**30)


def schedule(jobs, *, nodes, config, budgets=(), cancellations=(), requeues=(), orders=()):
    """Give ``{job id: (started or None, ended, how)}``, as ``reference.schedule``.

    A job that is refused has ``(None, at, the reason)``.
    """
    return Slurm(nodes, config, dict(budgets)).run(
        jobs, dict(cancellations), dict(requeues), list(orders)
    )


class Slurm(Limited):
    def __init__(self, nodes, config, budgets):
        super().__init__(nodes, "slurm", config, budgets)
        self.tree = [one for one in config.associations if (one.account, one.user) != (None, "")]
        self.children = {
            key: [one for one in self.tree if not key[1] and self.above(one) == key]
            for key in self.associations
        }
        self.now = 0
        self.admitted = set()
        self.eligible = {}
        self.used = Counter()  # by association or QoS, in growing units
        self.used_at_calculation = Counter()
        self.calculated = 0
        self.ranks = None
        self.seen_before = None
        self.changed = False
        self.forgets = config.priority_decay_half_life is not None and any(
            qos.grp_node_seconds is not None and not qos.no_decay for qos in config.qos
        )

    # Time

    def pass_time(self, now):
        """Add up the usage of each second up to ``now``."""
        period, half_life = self.config.priority_calc_period, self.config.priority_decay_half_life
        for second in range(self.now, now):
            for job, started in self.running.values():
                assert started <= second
                for key in self.charged(job):
                    weight = 65_536 if self.keeps(key) else self.weight(second)
                    self.used[key] += job.nodes * self.milli(job) * weight
            if half_life and (second + 1) % half_life == 0:
                for key in self.used:
                    self.used[key] //= 1 if self.keeps(key) else 2
            if (second + 1) % period == 0:
                self.used_at_calculation = self.used.copy()
                before = [job.id for job in self.in_order()] if self.waiting else []
                self.calculated, self.ranks = second + 1, None
                self.changed |= self.forgets or before != [job.id for job in self.in_order()]
        self.now = now

    def charged(self, job):
        """Where the usage of ``job`` is added up."""
        one = self.association(job)
        own = (None, "") if one is None else (one.account, one.user)
        return [own, *(qos.name for qos in self.all_qos(job))]

    def weight(self, second):
        period, half_life = self.config.priority_calc_period, self.config.priority_decay_half_life
        if half_life is None:
            return 65_536
        return int(
            65_536 * Decimal(2) ** (Decimal(second % half_life // period * period) / half_life)
        )

    def keeps(self, key):
        return isinstance(key, str) and self.qos[key].no_decay

    def promised(self):
        """The next multiples, while anybody waits for something that may come."""
        if not self.waiting or not (self.running or any(self.used.values())) or self.now > 2_000:
            return set()
        periods = {self.config.priority_calc_period, self.config.bf_interval} - {0}
        return {self.now - self.now % period + period for period in periods}

    def end_jobs(self, now):
        self.pass_time(now)
        super().end_jobs(now)

    # Arrivals and changes

    def one_pass(self, fresh, now):
        for job in [job for job in self.seen if job.id not in self.admitted]:
            if reason := self.refusal(job, self.everyone()):
                self.seen.remove(job)
                self.outcome[job.id] = (None, now, reason)
            self.admitted.add(job.id)
        return super().one_pass(fresh, now)

    def everyone(self):
        """All who have been admitted and are not gone."""
        running = [job for job, _ in self.running.values()]
        return [job for job in [*self.seen, *running] if job.id in self.admitted]

    def change(self, job_id, **changes):
        known = any(job.id == job_id for job in self.seen)
        again = super().change(job_id, **changes)
        self.changed |= again or (known and "conditions" not in changes)
        return again

    def pass_over(self, now):
        for job in self.waiting:
            self.eligible.setdefault(job.id, now)
        self.eligible = {job.id: self.eligible[job.id] for job in self.waiting}
        valid = {account for account, end in self.ends_at.items() if end is None or now < end}
        there = set(self.running), set(self.waiting), valid
        self.changed |= there != self.seen_before
        started = []
        if self.changed:
            self.changed = False
            self.main_pass(now, started)
            self.backfill_due = True
        interval = self.config.bf_interval
        if self.backfill_due and (interval == 0 or now % interval == 0):
            self.backfill_due = False
            self.backfill(now, started)
        self.seen_before = set(self.running), set(self.waiting), valid
        return started

    # Order

    def in_order(self):
        return sorted(self.waiting, key=self.key)

    def key(self, job):
        tier = self.partition(job).priority_tier
        return job.low, -tier, -self.priority(job), job.submit, job.id

    def priority(self, job):
        weights, config, nodes = self.config.weights, self.config, self.nodes
        size = nodes - job.nodes if config.priority_favor_small else job.nodes
        rank, users = self.fairshare(job)
        factors = [
            (weights.age, self.calculated - self.eligible[job.id], config.priority_max_age),
            (weights.fairshare, rank, users),
            (weights.size, size, nodes),
            (weights.tres, job.nodes, nodes),
            (
                weights.partition,
                *part(self.partition(job), "priority_job_factor", config.partitions),
            ),
            (weights.qos, *part(self.qos.get(job.qos), "priority", config.qos)),
            (weights.association, *part(self.association(job), "priority", config.associations)),
        ]
        points = sum(weight * max(0, min(some, all_)) // all_ for weight, some, all_ in factors)
        return min(max(1, points + job.site_factor - job.nice), 2**32 - 1)

    def fairshare(self, job):
        """The rank of the user by a walk through the tree, as a part of all users."""
        users = [one for one in self.tree if not self.below(one)]
        if self.ranks is None:
            self.rank_all(users)
        own = self.association(job)
        return self.ranks.get(own and (own.account, own.user), 0), max(1, len(users))

    def rank_all(self, users):
        self.turn = self.rank = len(users)
        self.ranks = {}
        self.visit([one for one in self.tree if self.above(one) is None], False)

    def visit(self, siblings, tied):
        levels = {one: self.level(one) for one in siblings}
        left = sorted(siblings, key=lambda one: (-levels[one], bool(self.below(one))))
        previous = None
        while left:
            one = left.pop(0)
            if previous is not None:
                tied = levels[one] == previous
            previous = levels[one]
            if not self.below(one):
                if not tied:
                    self.rank = self.turn
                self.ranks[one.account, one.user] = self.rank
                self.turn -= 1
                continue
            merged = self.below(one)
            while left and levels[left[0]] == previous:
                merged = merged + self.below(left.pop(0))
            self.visit(merged, tied)

    def level(self, one):
        siblings = [other for other in self.tree if self.above(other) == self.above(one)]
        shares = sum(other.shares for other in siblings)
        used = sum(self.all_used(other) for other in siblings)
        if one.shares == 0:
            return Fraction(0)
        if self.all_used(one) == 0:
            return NEVER_USED
        return Fraction(one.shares, shares) / Fraction(self.all_used(one), used)

    def all_used(self, one):
        own = self.used_at_calculation[one.account, one.user]
        return own + sum(self.all_used(other) for other in self.below(one))

    def below(self, one):
        return self.children[one.account, one.user]

    # Passes

    def main_pass(self, now, started):
        for job in self.in_order():
            if self.limit(job, now):
                continue
            if job.nodes > self.free:
                return
            self.start(job, now, started)

    def backfill(self, now, started):
        config, slots, tested, reserved = self.config, [], 0, Counter()
        for job in self.in_order():
            if self.limit(job, now):
                continue
            tested += 1
            if config.bf_max_job_test is not None and tested > config.bf_max_job_test:
                return
            if self.fits(job, now, now, slots):
                self.start(job, now, started)
                continue
            reserve, partition = config.bf_job_part_count_reserve, self.partition(job).name
            if reserve and reserved[partition] >= reserve:
                continue
            slot = self.round_up(now + 1)
            while not self.fits(job, slot, now, slots):
                slot += config.bf_resolution
            if config.bf_window is None or slot < now + config.bf_window:
                slots.append((slot, self.round_up(slot + job.limit), job.nodes))
                reserved[partition] += 1

    def round_up(self, at):
        while at % self.config.bf_resolution:
            at += 1
        return at

    def fits(self, job, start, now, slots):
        runs = [
            (now, self.round_up(since + other.limit), other.nodes)
            for other, since in self.running.values()
        ]
        return all(
            sum(nodes for begin, end, nodes in runs + slots if begin <= second < end) + job.nodes
            <= self.nodes
            for second in range(start, self.round_up(start + job.limit))
        )


def part(one, name, all_of_them):
    """What ``one`` has of ``name``, and the most that any has."""
    most = max((getattr(other, name) for other in all_of_them), default=0)
    return (getattr(one, name), most) if one and most else (0, 1)
