"""Conservative backfilling where nodes are not alike, as plainly as possible."""

from math import inf

from .reference_nodes import OnNodes
from .reference_placement import closest


class ConservativeOnNodes(OnNodes):
    """Everyone has a place on nodes; every second of the plan is tried for it."""

    def __init__(self, *args):
        super().__init__(*args)
        self.places = {}

    def promised(self):
        return super().promised() | {start for start, _ in self.places.values()}

    def reconsider(self):
        """Keep places on the same nodes, else at the same time, else not at all."""
        jobs = {job.id: job for job in self.seen}
        places = sorted((start, job_id) for job_id, (start, _) in self.places.items())
        before, self.places = self.places, {}
        for same_nodes in (True, False):
            for start, job_id in places:
                if job_id in self.places or job_id not in jobs or self.lane(jobs[job_id]) is None:
                    continue
                job, nodes = jobs[job_id], before[job_id][1]
                free = self.free_for(job, start)
                if not same_nodes and len(free) >= job.nodes:
                    nodes = closest(self.cells, free, job.nodes)
                if nodes <= free:
                    self.places[job_id] = (start, nodes)

    def pass_over(self, now):
        self.now = now
        able = [job for job in self.waiting if self.lane(job) is not None and self.ever(job)]
        paid = []
        for job in able:
            if self.pays(job, now, *paid):
                paid.append(job)
        self.places = {job.id: self.places[job.id] for job in paid if job.id in self.places}
        while sum(self.move(job) for job in paid if job.id in self.places):
            pass
        for job in paid:
            if not job.low and job.id not in self.places and (found := self.earliest(job)):
                self.places[job.id] = found
        started = []
        for job in paid:
            if job.id in self.places and self.places[job.id][0] == now:
                self.begin(job, self.places.pop(job.id)[1], now, started)
        self.start_low([job for job in paid if job.low], now, started)
        return started

    def start_low(self, jobs, now, started):
        placed = dict(self.places)
        for job in jobs:
            found = self.earliest(job)
            if found and found[0] == now:
                self.begin(job, found[1], now, started)
            elif found:
                self.places[job.id] = found
        self.places = placed

    def move(self, job):
        start, nodes = self.places.pop(job.id)
        found = self.earliest(job)
        moved = found is not None and found[0] < start
        self.places[job.id] = found if moved else (start, nodes)
        return moved

    def earliest(self, job):
        plan = self.plan()
        last = [self.now, *(end for _, end, _ in plan)]
        last += [end for _, end, _ in self.closures(self.lane(job)) if end < inf]
        for start in range(self.now, max(last) + 1):
            free = self.free_for(job, start, plan)
            if len(free) >= job.nodes:
                return start, closest(self.cells, free, job.nodes)
        return None

    def free_for(self, job, start, plan=None):
        free = self.open(job, start)
        for begins, ends, nodes in self.plan() if plan is None else plan:
            if begins < start + job.limit and ends > start:
                free -= nodes
        return free

    def plan(self):
        """``(from, until, nodes)`` that somebody has or is promised."""
        everyone = {job.id: job for job in self.seen}
        held = [(at, at + job.limit, self.nodes_of[job.id]) for job, at in self.running.values()]
        return held + [
            (start, start + everyone[job_id].limit, nodes)
            for job_id, (start, nodes) in self.places.items()
        ]
