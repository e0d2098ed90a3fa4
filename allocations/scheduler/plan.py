"""What the backfill pass plans: who could start when, with everybody ahead provided for."""

from collections import Counter

from .configuration import SlurmConfig
from .jobs import Job
from .occupancy import FOREVER
from .profile import Profile


class Refused:
    """Jobs for which a plan has no room; while it only fills, nor has it for larger ones."""

    __slots__ = ("_shapes",)

    def __init__(self) -> None:
        self._shapes: list[tuple[int, int]] = []  # nodes and limits; none covers another

    def cover(self, job: Job) -> bool:
        """Whether one of them asks for no more nodes, and for no longer, than ``job``."""
        for nodes, limit in self._shapes:  # noqa: SIM110 - half the time of any()
            if job.nodes >= nodes and job.limit >= limit:
                return True
        return False

    def add(self, job: Job) -> None:
        self._shapes = [
            shape for shape in self._shapes if shape[0] < job.nodes or shape[1] < job.limit
        ]
        self._shapes.append((job.nodes, job.limit))


class Plan:
    """The nodes free from ``now`` on, as far as jobs' limits and slots taken let one see.

    ``running`` is what running jobs leave of all nodes, with every end rounded up to a multiple
    of the resolution, as are the ends of jobs in the plan. Of these nodes ``free`` can be had now.
    """

    def __init__(self, running: Profile, config: SlurmConfig, *, free: int, now: int) -> None:
        self._now = now
        self._resolution = config.bf_resolution
        self._horizon = FOREVER if config.bf_window is None else now + config.bf_window
        self._most = config.bf_job_part_count_reserve or FOREVER
        self._after = round_up(now + 1, self._resolution)
        self._reserved: Counter[str] = Counter()  # jobs, by partition
        self._do_not_start = Refused()
        self._without_slot = Refused()
        running.forget_before(now)
        self._profile = running.copy()
        self._profile.lower_to(free)

    def end(self, job: Job) -> int:
        """When ``job`` is over for the plan, if it starts now."""
        return round_up(self._now + job.limit, self._resolution)

    def starts_now(self, job: Job) -> bool:
        """Whether ``job`` has its nodes from now up to its limit."""
        if self._do_not_start.cover(job):
            return False
        starts = self._profile.fits_from_now(self.end(job), job.nodes)
        if not starts:
            self._do_not_start.add(job)
        return starts

    def start(self, job: Job) -> None:
        self._profile.take(self._now, self.end(job), job.nodes)

    def provide_for(self, job: Job, partition: str) -> int:
        """Take a slot for ``job`` and say where, unless it is too far off or enough have one."""
        if self._reserved[partition] >= self._most:
            return FOREVER
        if self._without_slot.cover(job):
            return FOREVER
        nodes, seconds = job.nodes, round_up(job.limit, self._resolution)
        start = self._profile.first(nodes, seconds, after=self._after, before=self._horizon)
        if start is None:
            self._without_slot.add(job)
            return FOREVER
        self._profile.take(start, start + seconds, nodes)
        self._reserved[partition] += 1
        return start

    def slot(self, job: Job) -> int:
        """When ``job`` could start later: the earliest multiple of the resolution."""
        seconds = round_up(job.limit, self._resolution)
        return self._profile.earliest(job.nodes, seconds, after=self._after)


def round_up(at: int, resolution: int) -> int:
    return -(-at // resolution) * resolution
