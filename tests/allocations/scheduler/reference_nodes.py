"""The semantics of the policies where nodes fail and are reserved, as plainly as possible.

An oracle for the engine node by node: sets of node numbers, every second looked at anew.
"""

from math import inf

from .reference import Reference, order
from .reference_placement import closest

MAX_BATCH_REQUEUE = 5


class OnNodes(Reference):
    def __init__(self, cells, policy, budgets, updates, reservations):
        self.cells = cells
        self.machine = {node for racks in cells for rack in racks for node in rack}
        super().__init__(len(self.machine), policy, budgets)
        self.updates = sorted(updates, key=lambda update: update[0])
        self.reservations = {own.name: own for own in reservations}
        self.outages = {}  # {node: (from, until)}
        self.nodes_of = {}
        self.starts = []

    def moments(self, jobs, calls, orders):
        return super().moments(jobs, calls, orders) | self.promised()

    def promised(self):
        moments = {max(at, 0) for at, *_ in self.updates}
        moments |= {until for _, until in self.outages.values() if until < inf}
        for own in self.reservations.values():
            moments |= {max(own.start, self.now), own.end}
        return {at for at in moments if at > self.now} | super().promised()

    now = -1

    def end_jobs(self, now):
        super().end_jobs(now)
        self.now = now

    def one_pass(self, fresh, now):
        return super().one_pass([*fresh, *self.change_nodes(now)], now)

    def change(self, job_id, *, reservation=None, **changes):
        if reservation is None:
            return super().change(job_id, **changes)
        self.reservations[reservation.name] = reservation
        self.reconsider()
        return False

    def reconsider(self):
        """Places of those who wait may be gone."""

    def change_nodes(self, now):
        """Let nodes go and come, and reservations end; give the jobs that wait again."""
        fresh = []
        ended = [name for name, own in self.reservations.items() if own.end <= now]
        for name in ended:
            del self.reservations[name]
        back = [node for node, (_, until) in self.outages.items() if until <= now]
        for node in back:
            del self.outages[node]
        due = [update for update in self.updates if update[0] <= now]
        self.updates = [update for update in self.updates if update[0] > now]
        for _, kind, nodes, until in due:
            for node in nodes:
                self.outages.pop(node, None)
                if kind != "RESUME":
                    self.outages[node] = (now, inf if until is None else until)
            if kind == "DOWN":
                hit = sorted(job for job, on in self.nodes_of.items() if on & set(nodes))
                fresh += [job_id for job_id in hit if self.fail(job_id, now)]
        if ended or back or due or any(own.start == now for own in self.reservations.values()):
            self.reconsider()
        return fresh

    def fail(self, job_id, now):
        job, started = self.running[job_id]
        if job.requeue:
            if job.restarts < MAX_BATCH_REQUEUE:
                return self.requeue(job_id, now)
            raise AssertionError("no generated job fails so often")
        self.leave(job, started, now)
        self.outcome[job_id] = (started, now, "NODE_FAIL")
        return False

    def leave(self, job, started, now):
        super().leave(job, started, now)
        del self.nodes_of[job.id]

    def lane(self, job):
        if not job.reservation:
            return ""
        own = self.reservations.get(job.reservation)
        return own.name if own and job.user in own.users else None

    def lanes(self):
        ordered = sorted(self.reservations.values(), key=lambda own: (own.start, own.name))
        return [*(own.name for own in ordered), ""]

    def closures(self, lane):
        """``(from, until, nodes)`` that jobs of the lane cannot have."""
        yield from ((start, end, {node}) for node, (start, end) in self.outages.items())
        for own in self.reservations.values():
            if own.name != lane:
                yield own.start, own.end, own.nodes
            else:
                yield -inf, own.start, self.machine
                yield own.end, inf, self.machine
                yield -inf, inf, self.machine - own.nodes

    def open(self, job, start):
        """The nodes that ``job`` may have from ``start`` on for its limit."""
        closed = set()
        for begins, ends, nodes in self.closures(self.lane(job)):
            if begins < start + job.limit and ends > start:
                closed |= nodes
        return self.machine - closed

    def ever(self, job):
        moments = [end for _, end, _ in self.closures(self.lane(job)) if end < inf]
        return any(len(self.open(job, at)) >= job.nodes for at in [*moments, 10**9])

    def free_at(self, at):
        """The nodes that no running job is expected to hold in the second ``at``."""
        held = (self.nodes_of[job.id] for job, start in self.running.values())
        ends = (start + job.limit for job, start in self.running.values())
        taken = set()
        for nodes, end in zip(held, ends, strict=True):
            taken |= nodes if end > at else set()
        return self.machine - taken

    def idle(self):
        return self.machine - {node for nodes in self.nodes_of.values() for node in nodes}

    def pass_over(self, now):
        started = []
        for lane in self.lanes():
            queue = [job for job in self.waiting if self.lane(job) == lane]
            head = self.start_heads(queue, now, started)
            if head is None or self.policy == "fcfs":
                continue
            queue = queue[queue.index(head) + 1 :]
            if self.policy == "easy-sjbf":
                queue.sort(key=lambda job: (job.low, job.limit, order(job)))
            self.backfill(head, queue, now, started)
        return started

    def start_heads(self, queue, now, started):
        for job in queue:
            if self.pays(job, now, None):
                usable = self.idle() & self.open(job, now)
                if len(usable) >= job.nodes:
                    self.begin(job, closest(self.cells, usable, job.nodes), now, started)
                elif self.reserve(job)[0] < inf:
                    return job
        return None

    def backfill(self, head, queue, now, started):
        shadow, promised = self.reserve(head)
        for job in queue:
            usable = self.idle() & self.open(job, now)
            long = now + job.limit > shadow
            others = usable - promised if long else usable
            extra = len(promised) - head.nodes
            if len(usable) < job.nodes or job.nodes > len(others) + extra:
                continue
            if not self.pays(job, now, head):
                continue
            if len(others) >= job.nodes:
                nodes = closest(self.cells, others, job.nodes)
            else:
                nodes = others | closest(self.cells, usable & promised, job.nodes - len(others))
            if long:
                promised = promised - nodes
            self.begin(job, nodes, now, started)

    def begin(self, job, nodes, now, started):
        self.nodes_of[job.id] = nodes
        self.starts.append((job.id, now, sorted(nodes)))
        self.start(job, now, started)

    def reserve(self, head):
        """The first second in which ``head`` could have its nodes, and those it could have."""
        moments = {start + job.limit for job, start in self.running.values()}
        moments |= {end for _, end, _ in self.closures(self.lane(head)) if self.now < end < inf}
        for at in sorted(moments):
            usable = self.free_at(at) & self.open(head, at)
            if len(usable) >= head.nodes:
                return at, usable
        return inf, set()
