"""The semantics of the policies, written down as plainly as possible.

An oracle for the engine: no cached reservation, no heap, no index, no event
objects; at each instant it looks at everything anew. It shares nothing with
the engine but the ``Job`` class.
"""

from itertools import accumulate


def schedule(jobs, *, nodes, policy, budgets=(), cancellations=(), now=0):
    """Give ``{job id: (started or None, ended, how)}``; ``how`` as Slurm's state.

    ``budgets`` is ``{account: (available, ends_at)}``, ``cancellations`` a
    ``{job id: at}``. Jobs that never start are missing.
    """
    kind = Conservative if policy == "conservative" else Reference
    return kind(nodes, policy, dict(budgets)).run(jobs, dict(cancellations), now)


class Reference:
    def __init__(self, nodes, policy, budgets):
        self.nodes = nodes
        self.policy = policy
        self.available = {account: available for account, (available, _) in budgets.items()}
        self.ends_at = {account: ends_at for account, (_, ends_at) in budgets.items()}
        self.running = {}
        self.waiting = []
        self.free = nodes
        self.instants = 0

    def run(self, jobs, cancellations, begin):
        outcome = {}
        arriving = sorted(jobs, key=lambda job: (max(job.submit, begin), job.id))
        moments = {max(job.submit, begin) for job in jobs}
        moments |= {max(at, begin) for at in cancellations.values()}
        moments |= {at for at in self.ends_at.values() if at is not None}
        while moments:
            now = min(moments)
            moments.discard(now)
            self.instants += 1
            for job, started in list(self.running.values()):
                if started + min(job.runtime, job.limit) == now:
                    self.leave(job, started, now)
                    outcome[job.id] = (started, now, how(job))
            for job_id, at in cancellations.items():
                if max(at, begin) == now:
                    self.cancel(job_id, now, arriving, outcome)
            while arriving and max(arriving[0].submit, begin) <= now:
                self.waiting.append(arriving.pop(0))
            self.waiting.sort(key=lambda job: (job.submit, job.id))
            for job in self.pass_over(now):
                moments.add(now + min(job.runtime, job.limit))
            moments |= self.promised()
        return outcome

    def leave(self, job, started, now):
        del self.running[job.id]
        self.free += job.nodes
        if job.account in self.available:
            self.available[job.account] += job.nodes * (job.limit - (now - started))

    def cancel(self, job_id, now, arriving, outcome):
        if job_id in self.running:
            job, started = self.running[job_id]
            self.leave(job, started, now)
            outcome[job_id] = (started, now, "CANCELLED")
        for queue in (self.waiting, arriving):
            for job in [job for job in queue if job.id == job_id]:
                queue.remove(job)
                outcome[job_id] = (None, now, "CANCELLED")

    def pass_over(self, now):
        """One pass over the queue; give the jobs that start."""
        started = []
        while (head := self.first_paid(now)) and head.nodes <= self.free:
            self.start(head, now, started)
        if head is None or self.policy == "fcfs":
            return started
        shadow, extra = self.reserve(head)
        candidates = [job for job in self.waiting if job is not head]
        if self.policy == "easy-sjbf":
            candidates.sort(key=lambda job: (job.limit, job.submit, job.id))
        for job in candidates:
            long = now + job.limit > shadow
            if job.nodes > self.free or (long and job.nodes > extra):
                continue
            if self.pays(job, now, head):
                extra -= job.nodes if long else 0
                self.start(job, now, started)
        return started

    def promised(self):
        """Further seconds at which something may happen."""
        return set()

    def first_paid(self, now):
        for job in self.waiting:
            if job.nodes <= self.nodes and self.pays(job, now, None):
                return job
        return None

    def start(self, job, now, started):
        self.waiting.remove(job)
        self.running[job.id] = (job, now)
        self.free -= job.nodes
        if job.account is not None:
            self.available[job.account] -= job.nodes * job.limit
        started.append(job)

    def pays(self, job, now, *ahead):
        if job.account is None:
            return True
        ends_at = self.ends_at.get(job.account)
        if job.account not in self.available or (ends_at is not None and now >= ends_at):
            return False
        claimed = sum(
            other.nodes * other.limit for other in ahead if other and other.account == job.account
        )
        return job.nodes * job.limit <= self.available[job.account] - claimed

    def reserve(self, head):
        for shadow in sorted({started + job.limit for job, started in self.running.values()}):
            freed = sum(
                job.nodes for job, started in self.running.values() if started + job.limit <= shadow
            )
            if self.free + freed >= head.nodes:
                return shadow, self.free + freed - head.nodes
        raise AssertionError("the head fits an empty machine")


class Conservative(Reference):
    """Everyone has a place; each second of the plan is counted anew for every question."""

    def __init__(self, nodes, policy, budgets):
        super().__init__(nodes, policy, budgets)
        self.places = {}

    def promised(self):
        return set(self.places.values())

    def pass_over(self, now):
        paid = []
        for job in self.waiting:
            if job.nodes <= self.nodes and self.pays(job, now, *paid):
                paid.append(job)
        self.places = {job.id: self.places[job.id] for job in paid if job.id in self.places}
        placed = [job for job in paid if job.id in self.places]
        moved = True
        while moved:
            moved = sum(self.move(job, placed, now) for job in placed) > 0
        for job in paid:
            if job not in placed:
                placed.append(job)
                self.move(job, placed, now)
        started = []
        for job in [job for job in paid if self.places[job.id] <= now]:
            del self.places[job.id]
            self.start(job, now, started)
        return started

    def move(self, job, placed, now):
        """Give ``job`` the earliest place that the others leave it; say whether it is new."""
        held = [(started, other) for other, started in self.running.values()]
        held += [(self.places[other.id], other) for other in placed if other.id in self.places]
        held = [
            (start, start + other.limit, other.nodes) for start, other in held if other is not job
        ]
        end = max([now, *(end for _, end, _ in held)]) + job.limit
        changes = [self.nodes] + [0] * (end - now)
        for start, stop, nodes in held:
            changes[max(start - now, 0)] -= nodes
            changes[stop - now] += nodes
        free = list(accumulate(changes))
        start = at = 0
        while at < start + job.limit:
            if free[at] < job.nodes:
                start = at + 1
            at += 1
        before = self.places.get(job.id)
        self.places[job.id] = now + start
        assert before is None or now + start <= before, "a promise was broken"
        return before is not None and now + start < before


def how(job):
    if job.runtime > job.limit:
        return "TIMEOUT"
    return "FAILED" if job.exit_code else "COMPLETED"
