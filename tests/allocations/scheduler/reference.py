"""The semantics of the policies, written down as plainly as possible.

An oracle for the engine: no cache, no heap, no index, no event objects; at each
instant it looks at everything anew. It shares only the ``Job`` class.
"""

from dataclasses import replace
from itertools import accumulate


def schedule(jobs, *, nodes, policy, budgets=(), cancellations=(), requeues=(), orders=()):
    """Give ``{job id: (started or None, ended, how)}``; ``how`` as Slurm's state.

    ``budgets`` is ``{account: (available, ends_at)}``, ``cancellations`` and
    ``requeues`` are ``{job id: at}``, ``orders`` are ``(at, job id, changes)``.
    """
    kind = Conservative if policy == "conservative" else Reference
    return kind(nodes, policy, dict(budgets)).run(
        jobs, dict(cancellations), dict(requeues), list(orders)
    )


def order(job):
    return job.low, job.submit, job.id


class Reference:
    def __init__(self, nodes, policy, budgets):
        self.nodes = nodes
        self.policy = policy
        self.available = {account: available for account, (available, _) in budgets.items()}
        self.ends_at = {account: ends_at for account, (_, ends_at) in budgets.items()}
        self.running = {}
        self.arriving = []
        self.seen = []  # and not started
        self.waiting = []  # those of them that queue, in order
        self.queued = set()
        self.outcome = {}
        self.free = nodes
        self.instants = 0

    def run(self, jobs, cancellations=(), requeues=(), orders=()):
        cancellations, requeues = dict(cancellations), dict(requeues)
        self.everything = {job.id: job for job in jobs}
        self.arriving = sorted(jobs, key=lambda job: (job.submit, job.id))
        moments = self.moments(jobs, [*cancellations.values(), *requeues.values()], orders)
        while moments:
            now = min(moments)
            moments.discard(now)
            self.instants += 1
            self.end_jobs(now)
            for job_id, at in cancellations.items():
                if max(at, 0) == now:
                    self.cancel(job_id, now)
            fresh = [job_id for job_id, at in requeues.items() if max(at, 0) == now]
            fresh = [job_id for job_id in fresh if self.requeue(job_id, now)]
            while self.arriving and self.arriving[0].submit <= now:
                fresh.append(self.arriving[0].id)
                self.seen.append(self.arriving.pop(0))
            started = self.one_pass(fresh, now)
            for _, job_id, changes in (order for order in orders if order[0] == now):
                fresh = [job_id] if self.change(job_id, **changes) else []
                started += self.one_pass(fresh, now)
            moments |= {now + min(job.runtime, job.limit) for job in started}
            moments |= self.promised()
        return self.outcome

    def moments(self, jobs, calls, orders):
        """The seconds, known beforehand, at which something may happen."""
        moments = {job.submit for job in jobs} | {max(at, 0) for at in calls}
        moments |= {at for at, *_ in orders}
        moments |= {at for at in self.ends_at.values() if at is not None}
        return moments | {job.conditions.begin for job in jobs if job.conditions}

    def end_jobs(self, now):
        for job, started in list(self.running.values()):
            if started + min(job.runtime, job.limit) == now:
                self.leave(job, started, now)
                self.outcome[job.id] = (started, now, how(job))

    def one_pass(self, fresh, now):
        self.seen.sort(key=order)
        for job in [*(job for job in self.seen if job.id not in fresh), *self.seen]:
            if job.id not in self.queued and self.may_queue(job, now):
                self.queued.add(job.id)
        self.waiting = [job for job in self.seen if job.id in self.queued]
        return self.pass_over(now)

    def may_queue(self, job, now):
        conditions = job.conditions
        if conditions is None:
            return True
        if conditions.hold or conditions.begin > now:
            return False
        if not all(self.fulfilled(dependency, job) for dependency in conditions.after):
            return False
        if conditions.task_limit is None:
            return True
        tasks = [*self.seen, *(job for job, _ in self.running.values())]
        tasks = [other for other in tasks if other.id in self.queued and other.conditions]
        tasks = [other for other in tasks if other.conditions.array == conditions.array]
        return len(tasks) < conditions.task_limit

    def fulfilled(self, dependency, job):
        if dependency.kind == "singleton":
            others = [*self.seen, *(job for job, _ in self.running.values())]
            return not job.name or not any(
                (other.user, other.name) == (job.user, job.name)
                and (other.submit, other.id) < (job.submit, job.id)
                for other in others
            )
        array = [
            other
            for other in self.everything.values()
            if other.conditions and other.conditions.array == dependency.on
        ]
        others = [*array, *(o for o in self.everything.values() if o.id == dependency.on)]
        if dependency.kind == "aftercorr" and array:
            others = [o for o in array if o.conditions.task == job.conditions.task]
        if not all(other.id in self.outcome for other in others):
            return False
        completed = all(self.outcome[other.id][2] == "COMPLETED" for other in others)
        if dependency.kind in {"afterok", "aftercorr"}:
            return completed
        return dependency.kind == "afterany" or not others or not completed

    def requeue(self, job_id, now):
        if job_id not in self.running:
            return False
        job, started = self.running[job_id]
        self.leave(job, started, now)
        self.seen.append(replace(job, submit=now, restarts=job.restarts + 1))
        return True

    def change(self, job_id, **changes):
        """Hold, release or modify; say whether the job has to pass the gate again."""
        for jobs in (self.seen, self.arriving):
            for place, job in enumerate(jobs):
                if job.id == job_id:
                    held = job.conditions.hold if job.conditions else None
                    if "conditions" in changes and changes["conditions"].hold is held:
                        return False
                    jobs[place] = replace(job, **changes)
                    if "conditions" in changes and jobs is self.seen:
                        self.queued.discard(job_id)
                        return True
        return False

    def leave(self, job, started, now):
        del self.running[job.id]
        self.queued.discard(job.id)
        self.free += job.nodes
        if job.account in self.available:
            self.available[job.account] += job.nodes * (job.limit - (now - started))

    def cancel(self, job_id, now):
        if job_id in self.running:
            job, started = self.running[job_id]
            self.leave(job, started, now)
            self.outcome[job_id] = (started, now, "CANCELLED")
        for jobs in (self.seen, self.arriving):
            for job in [job for job in jobs if job.id == job_id]:
                jobs.remove(job)
                self.queued.discard(job_id)
                self.outcome[job_id] = (None, now, "CANCELLED")

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
            candidates.sort(key=lambda job: (job.low, job.limit, order(job)))
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
        self.seen.remove(job)
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
        paid = self.paid(now)
        self.places = {job.id: self.places[job.id] for job in paid if job.id in self.places}
        low = [job for job in paid if job.low]
        paid = [job for job in paid if not job.low]
        placed, moved = [job for job in paid if job.id in self.places], True
        while moved:
            moved = sum(self.move(job, placed, now) for job in placed) > 0
        for job in paid:
            if job not in placed:
                placed.append(job)
                self.move(job, placed, now)
        started = []
        for job in [job for job in paid if self.places[job.id] <= now]:
            placed.remove(job)
            del self.places[job.id]
            self.start(job, now, started)
        self.start_low(low, placed, now, started)
        return started

    def paid(self, now):
        paid = []
        for job in self.waiting:
            if job.nodes <= self.nodes and self.pays(job, now, *paid):
                paid.append(job)
        return paid

    def start_low(self, low, placed, now, started):
        """Let jobs plan that are promised nothing, for this pass alone."""
        for job in low:
            placed.append(job)
            self.move(job, placed, now)
        for job in low:
            if self.places.pop(job.id) <= now:
                self.start(job, now, started)

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
