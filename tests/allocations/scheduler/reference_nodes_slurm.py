"""Slurm's policy where nodes are not alike, as plainly as possible."""

from collections import Counter
from math import inf

from .reference_nodes import OnNodes
from .reference_placement import closest
from .reference_slurm import Slurm


class SlurmOnNodes(OnNodes, Slurm):
    """As ``Slurm``, lane by lane; slots of the backfill pass are on certain nodes."""

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
                usable = self.idle() & self.open(job, now)
                if len(usable) < job.nodes:
                    break
                self.begin(job, closest(self.cells, usable, job.nodes), now, started)

    def backfill(self, now, started):
        config, slots, tested, reserved = self.config, [], 0, Counter()
        for lane in self.lanes():
            for job in self.in_lane(lane):
                if self.limit(job, now):
                    continue
                tested += 1
                if config.bf_max_job_test is not None and tested > config.bf_max_job_test:
                    return
                usable = self.usable(job, now, slots)
                if len(usable) >= job.nodes:
                    self.begin(job, closest(self.cells, usable, job.nodes), now, started)
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
            usable = self.usable(job, slot, slots)
            if len(usable) >= job.nodes:
                nodes = closest(self.cells, usable, job.nodes)
                slots.append((slot, self.round_up(slot + job.limit), nodes))
                return True
            slot += self.config.bf_resolution
        return False

    def usable(self, job, start, slots):
        """The nodes that ``job`` could have from ``start`` up to its limit."""
        runs = [
            (-inf, self.round_up(since + other.limit), self.nodes_of[other.id])
            for other, since in self.running.values()
        ]
        nodes = self.open(job, start)
        for begins, ends, taken in runs + slots:
            if begins < start + job.limit and ends > start:
                nodes = nodes - taken
        return nodes
