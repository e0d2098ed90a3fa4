"""What the backfill pass plans: who could start when, with everybody ahead provided for."""

from collections import Counter
from collections.abc import Iterable

from .configuration import SlurmConfig
from .jobs import Job
from .occupancy import FOREVER
from .profile import Profile


class Plan:
    """The nodes free from ``now`` on, as far as jobs' limits and slots taken let one see.

    Every end is rounded up to a multiple of the resolution.
    """

    def __init__(
        self, free: int, ends: Iterable[tuple[int, int]], config: SlurmConfig, *, now: int
    ) -> None:
        self._now = now
        self._resolution = resolution = config.bf_resolution
        self._horizon = FOREVER if config.bf_window is None else now + config.bf_window
        self._most = config.bf_job_part_count_reserve or FOREVER
        self._reserved: Counter[str] = Counter()  # jobs, by partition
        rounded = [(-(-end // resolution) * resolution, nodes) for end, nodes in ends]
        self._profile = Profile.with_ends(free, rounded, after=now)

    def end(self, job: Job) -> int:
        """When ``job`` is over for the plan, if it starts now."""
        return self._round_up(self._now + job.limit)

    def starts_now(self, job: Job) -> bool:
        """Whether ``job`` has its nodes from now up to its limit."""
        return self._profile.fits_from_now(self.end(job), job.nodes)

    def start(self, job: Job) -> None:
        self._profile.take(self._now, self.end(job), job.nodes)

    def provide_for(self, job: Job, partition: str) -> int:
        """Take a slot for ``job`` and say where, unless it is too far off or enough have one."""
        if self._reserved[partition] >= self._most:
            return FOREVER
        start = self.slot(job)
        if start >= self._horizon:
            return FOREVER
        self._profile.take(start, start + self._round_up(job.limit), job.nodes)
        self._reserved[partition] += 1
        return start

    def slot(self, job: Job) -> int:
        """When ``job`` could start later: the earliest multiple of the resolution."""
        after = self._round_up(self._now + 1)
        return self._profile.earliest(job.nodes, self._round_up(job.limit), after=after)

    def _round_up(self, at: int) -> int:
        return -(-at // self._resolution) * self._resolution
