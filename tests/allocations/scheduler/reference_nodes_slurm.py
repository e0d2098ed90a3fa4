"""Slurm's policy where nodes are not alike, as plainly as possible."""

from collections import Counter
from math import inf

from .reference_nodes import OnNodes
from .reference_placement import closest
from .reference_slurm import Slurm


class SlurmOnNodes(OnNodes, Slurm):
    """As ``Slurm``, lane by lane; nodes that are closed at the same times are counted."""

    pass_over = Slurm.pass_over

    def reconsider(self):
        self.changed = True

    def in_lane(self, lane):
        return [job for job in self.in_order() if self.lane(job) == lane]

    def limit(self, job, now):
        if self.lane(job) is None or not self.ever(job):
            return "closed"
        return super().limit(job, now)

    def main_pass(self, now, started):
        for lane in self.lanes():
            for job in self.in_lane(lane):
                if self.limit(job, now):
                    continue
                room = self.room(job, now, [])
                if sum(room.values()) < job.nodes:
                    break
                self.begin_on(shared(room, job.nodes), job, now, started)

    def backfill(self, now, started):
        config, slots, tested, reserved = self.config, [], 0, Counter()
        for lane in self.lanes():
            for job in self.in_lane(lane):
                if self.limit(job, now):
                    continue
                tested += 1
                if config.bf_max_job_test is not None and tested > config.bf_max_job_test:
                    return
                room = self.room(job, now, slots)
                if sum(room.values()) >= job.nodes:
                    self.begin_on(shared(room, job.nodes), job, now, started)
                    continue
                reserve, key = config.bf_job_part_count_reserve, (lane, self.partition(job).name)
                if not reserve or reserved[key] < reserve:
                    reserved[key] += self.provide_for(job, now, slots)

    def provide_for(self, job, now, slots):
        """Take the first slot within the window; say if there is one."""
        horizon = inf if self.config.bf_window is None else now + self.config.bf_window
        last = max([now, *(end for _, end, _ in self.closures(self.lane(job)) if end < inf)])
        last += sum(other.limit for other, _ in self.running.values())
        last = max([last, *(end for _, end, _ in slots)]) + 2 * self.config.bf_resolution
        slot = self.round_up(now + 1)
        while slot < min(horizon, last):
            room = self.room(job, slot, slots)
            if sum(room.values()) >= job.nodes:
                end = self.round_up(slot + job.limit)
                slots.append((slot, end, shared(room, job.nodes)))
                return True
            slot += self.config.bf_resolution
        return False

    def room(self, job, start, slots):
        """How many nodes of each class ``job`` could have from ``start`` up to its limit."""
        end, open_ = start + job.limit, self.open(job, start)
        moments = [start, *(begins for begins, _, _ in slots if start < begins < end)]
        return {
            nodes: min(self.left(nodes, at, slots) for at in moments) if nodes <= open_ else 0
            for nodes in self.classes(self.lane(job))
        }

    def left(self, nodes, at, slots):
        """How many of ``nodes`` running jobs and ``slots`` leave in the second ``at``."""
        left = len(nodes)
        for other, since in self.running.values():
            if self.round_up(since + other.limit) > at:
                left -= len(nodes & self.nodes_of[other.id])
        return left - sum(
            counts.get(nodes, 0) for begins, ends, counts in slots if begins <= at < ends
        )

    def classes(self, lane):
        """The nodes that are closed at the same times, those that are closed soonest first."""
        closures = list(self.closures(lane))
        closed = {
            node: frozenset(
                (begins, ends)
                for begins, ends, nodes in closures
                if node in nodes
                if ends > self.now
            )
            for node in self.machine
        }
        alike = {
            frozenset(node for node in self.machine if closed[node] == times): times
            for times in closed.values()
            if not any(begins <= self.now and ends == inf for begins, ends in times)
        }

        def order(nodes):
            begins = [begins for begins, _ in alike[nodes] if begins > self.now]
            return min(begins, default=inf), min(nodes)

        return sorted(alike, key=order)

    def begin_on(self, counts, job, now, started):
        nodes = set()
        for alike, count in counts.items():
            nodes |= closest(self.cells, self.idle() & alike, count) if count else set()
        self.begin(job, nodes, now, started)


def shared(room, nodes):
    """``{class: how many of ``nodes`` nodes}``: the first that has enough, or one by one."""
    for alike, free in room.items():
        if free >= nodes:
            return {alike: nodes}
    counts = {}
    for alike, free in room.items():
        counts[alike] = min(free, nodes - sum(counts.values()))
    return counts
