"""The semantics of ``fcfs``, ``easy`` and ``easy-sjbf``, written down as plainly as possible.

An oracle for the engine: no cached reservation, no heap, no index, no event
objects; at each instant it looks at everything anew. It shares nothing with
the engine but the ``Job`` class.
"""


def schedule(jobs, *, nodes, policy, budgets=(), cancellations=(), now=0):
    """Give ``{job id: (started or None, ended, how)}``; ``how`` as Slurm's state.

    ``budgets`` is ``{account: (available, ends_at)}``, ``cancellations`` a
    ``{job id: at}``. Jobs that never start are missing.
    """
    return Reference(nodes, policy, dict(budgets)).run(jobs, dict(cancellations), now)


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

    def pays(self, job, now, head):
        if job.account is None:
            return True
        ends_at = self.ends_at.get(job.account)
        if job.account not in self.available or (ends_at is not None and now >= ends_at):
            return False
        claimed = head.nodes * head.limit if head and head.account == job.account else 0
        return job.nodes * job.limit <= self.available[job.account] - claimed

    def reserve(self, head):
        for shadow in sorted({started + job.limit for job, started in self.running.values()}):
            freed = sum(
                job.nodes for job, started in self.running.values() if started + job.limit <= shadow
            )
            if self.free + freed >= head.nodes:
                return shadow, self.free + freed - head.nodes
        raise AssertionError("the head fits an empty machine")


def how(job):
    if job.runtime > job.limit:
        return "TIMEOUT"
    return "FAILED" if job.exit_code else "COMPLETED"
