"""What the backfill pass plans: who could start when, with everybody ahead provided for."""

from collections import Counter

from .configuration import SlurmConfig
from .jobs import Job
from .occupancy import FOREVER
from .profile import Profile


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
        self._without_slot: list[tuple[int, int]] = []  # nodes and seconds that nobody is given
        running.forget_before(now)
        self._profile = running.copy()
        self._profile.lower_to(free)

    def end(self, job: Job) -> int:
        """When ``job`` is over for the plan, if it starts now."""
        return round_up(self._now + job.limit, self._resolution)

    def starts_now(self, job: Job) -> bool:
        """Whether ``job`` has its nodes from now up to its limit."""
        end = -(-(self._now + job.limit) // self._resolution) * self._resolution
        return self._profile.fits_from_now(end, job.nodes)

    def start(self, job: Job) -> None:
        self._profile.take(self._now, self.end(job), job.nodes)

    def provide_for(self, job: Job, partition: str) -> int:
        """Take a slot for ``job`` and say where, unless it is too far off or enough have one."""
        if self._reserved[partition] >= self._most:
            return FOREVER
        nodes, seconds = job.nodes, round_up(job.limit, self._resolution)
        for others_nodes, others_seconds in self._without_slot:
            if nodes >= others_nodes and seconds >= others_seconds:
                return FOREVER
        start = self._profile.first(nodes, seconds, after=self._after, before=self._horizon)
        if start is None:
            self._without_slot.append((nodes, seconds))
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
