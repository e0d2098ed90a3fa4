"""What the backfill pass plans: who could start when, with everybody ahead provided for."""

from collections import Counter

from .configuration import SlurmConfig
from .jobs import Job
from .joint_profile import JointProfile, split
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

    In ``profile`` is what running jobs leave. Ends are rounded up to multiples of the resolution,
    so that all slots begin at such.
    """

    def __init__(self, profile: Profile, config: SlurmConfig, *, now: int) -> None:
        self._profile = profile
        self._now = now
        self._resolution = config.bf_resolution
        self._horizon = FOREVER if config.bf_window is None else now + config.bf_window
        self._most = config.bf_job_part_count_reserve or FOREVER
        self._after = round_up(now + 1, self._resolution)
        self._reserved: Counter[str] = Counter()  # jobs, by partition
        self._do_not_start = Refused()
        self._without_slot = Refused()
        self._latest: dict[tuple[int, int], int] = {}  # the last slot, by nodes and limit

    def starts_now(self, job: Job) -> bool:
        """Whether ``job`` has its nodes from now up to its limit."""
        if self._do_not_start.cover(job):
            return False
        starts = self._profile.fits_from_now(self._now + job.limit, job.nodes)
        if not starts:
            self._do_not_start.add(job)
        return starts

    def counts(self, job: Job) -> list[int]:
        """How many nodes of each class ``job`` has if it starts now."""
        return [job.nodes]

    def start(self, job: Job) -> None:
        self._take(job, self._now)

    def provide_for(self, job: Job, partition: str) -> int:
        """Take a slot for ``job`` and say where, unless it is too far off or enough have one."""
        if self._reserved[partition] >= self._most or self._without_slot.cover(job):
            return FOREVER
        nodes, limit = shape = job.nodes, job.limit
        after = self._latest.get(shape, self._after)  # a plan only fills
        start = self._profile.first(nodes, limit, after=after, before=self._horizon)
        if start is None:
            self._without_slot.add(job)
            return FOREVER
        self._latest[shape] = start
        self._take(job, start)
        self._reserved[partition] += 1
        return start

    def slot(self, job: Job) -> int:
        """When ``job`` could start later: the earliest multiple of the resolution."""
        start = self._profile.first(job.nodes, job.limit, after=self._after, before=FOREVER)
        return FOREVER if start is None else start

    def _take(self, job: Job, start: int) -> None:
        self._profile.take(start, self._end(job, start), job.nodes)

    def _end(self, job: Job, start: int) -> int:
        return round_up(start + job.limit, self._resolution)


class JointPlan(Plan):
    """As ``Plan``, with nodes of several classes."""

    def __init__(self, profile: JointProfile, config: SlurmConfig, *, now: int) -> None:
        super().__init__(profile, config, now=now)
        self._joint = profile

    def counts(self, job: Job) -> list[int]:
        return self._counts(job, self._now)

    def _counts(self, job: Job, start: int) -> list[int]:
        return split(self._joint.room(start, start + job.limit), job.nodes)

    def _take(self, job: Job, start: int) -> None:
        counts, end = self._counts(job, start), start + job.limit
        self._joint.take_of_each(start, end, counts, rounded=self._end(job, start))


def round_up(at: int, resolution: int) -> int:
    return -(-at // resolution) * resolution
