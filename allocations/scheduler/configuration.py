"""How a scheduler with Slurm's policy is set up."""

from dataclasses import dataclass, field

from .associations import Association, Partition, QoS
from .priority import Weights

DAY = 86_400


@dataclass(frozen=True, slots=True)
class SlurmConfig:
    """What ``slurm.conf`` and the accounting database say, with Slurm's names and defaults.

    Times are seconds. ``None`` is no limit, and no decay for the half-life. Unless
    ``budgets_by_usage_factor``, budgets are charged what jobs use, whatever their QoS.
    """

    weights: Weights = field(default_factory=Weights)
    priority_favor_small: bool = False
    priority_max_age: int = 7 * DAY
    priority_calc_period: int = 300
    priority_decay_half_life: int | None = 7 * DAY
    bf_interval: int = 30
    bf_resolution: int = 60
    bf_window: int | None = DAY
    bf_max_job_test: int | None = 500
    bf_job_part_count_reserve: int = 0
    budgets_by_usage_factor: bool = True
    partitions: tuple[Partition, ...] = ()
    qos: tuple[QoS, ...] = ()
    associations: tuple[Association, ...] = ()

    def __post_init__(self) -> None:
        for name in ("priority_max_age", "priority_calc_period", "bf_resolution"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is at least a second, not {getattr(self, name)}")


# Exactly EASY: one reservation, planned to the second in the very instant of the main pass.
EASY = SlurmConfig(
    bf_interval=0,
    bf_resolution=1,
    bf_window=None,
    bf_max_job_test=None,
    bf_job_part_count_reserve=1,
)
