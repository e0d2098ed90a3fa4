"""What is likely: how long jobs run, and which jobs come on a day.

Both are drawn, never looked up: a forecast must not know how a job will end or who
will come. Run times are drawn as parts of the limit, on condition that a job has
already run as long as it has (Downey, "Predicting queue times on space-sharing
parallel computers", IPPS 1997, conditions on the age in the same way).
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from .habits import PERCENT_OF_LIMIT
from .sizes import SizeClass, size_class
from .workload import DAY, HOUR, Arrival, Tenant, daily_jobs

SLOT = 2 * HOUR
SLOTS = DAY // SLOT
WEEK = 7
WEEKS = 8  # of days to choose from
SEED = 1_000_003  # of days that no partition lives through
ENOUGH = 50  # jobs of a class that have ended, to draw from them instead of the model

Parts = Sequence[float]
Request = tuple[int, int, int, Tenant]  # the second of its day, nodes, limit, who
Day = Sequence[Sequence[Request]]  # by slot
Comer = tuple[int, int, int, int, Tenant]  # submit, nodes, limit, run time, who
Come = tuple[int, list[Comer]]  # the end of a slot, and the jobs in it

MODEL: Parts = tuple(percent / 100 for percent in PERCENT_OF_LIMIT)


@dataclass(frozen=True, slots=True)
class Prospects:
    """``parts``: of the limit that jobs have used, in order, by class; ``days``: by weekday.

    Where a class has no parts of its own, those of the workload model hold.
    """

    machine: int
    parts: Mapping[SizeClass, Parts]
    days: Sequence[Sequence[Day]]

    def runtime(self, nodes: int, limit: int, rng: Random, *, elapsed: int = 0) -> int:
        """Seconds that a job runs in all, given that it has run for ``elapsed``."""
        parts = self.parts.get(size_class(nodes, machine=self.machine), MODEL)
        part = _draw_beyond(parts, elapsed / limit, rng.random())
        return max(int(limit * part), elapsed + 1)

    def arrivals(self, after: int, rng: Random) -> Iterator[Come]:
        """Without end: the last second of each two hours, and the jobs that come in them.

        Each is ``(submit, nodes, limit, runtime, tenant)``. A day is one of the known days of its
        weekday. What comes by ``after`` is left out.
        """
        parts_of: dict[int, Parts] = {}
        day = after // DAY
        while True:
            midnight, slots = day * DAY, self._draw_day(day, rng)
            for slot in range(max(0, (after - midnight) // SLOT), SLOTS):
                jobs = []
                for second, nodes, limit, tenant in slots[slot]:
                    parts = parts_of.get(nodes)
                    if parts is None:
                        size = size_class(nodes, machine=self.machine)
                        parts = parts_of[nodes] = self.parts.get(size, MODEL)
                    if midnight + second > after:
                        runtime = max(1, int(limit * _draw(parts, rng.random())))
                        jobs.append((midnight + second, nodes, limit, runtime, tenant))
                yield midnight + (slot + 1) * SLOT - 1, jobs
            day += 1

    def _draw_day(self, day: int, rng: Random) -> Day:
        days = self.days[day % WEEK]
        return days[int(rng.random() * len(days))] if days else ((),) * SLOTS


@lru_cache(maxsize=8)
def model_days(nodes: int, load: float) -> Sequence[Sequence[Day]]:
    """Days of the workload model, eight for each day of the week from Thursday on."""
    if load <= 0:
        return ((),) * WEEK
    return tuple(
        tuple(
            _by_slot(daily_jobs(SEED, WEEK * week + weekday, nodes, load)) for week in range(WEEKS)
        )
        for weekday in range(WEEK)
    )


def learn_parts(
    ended: Sequence[tuple[int, int, int]], *, machine: int
) -> Mapping[SizeClass, Parts]:
    """The parts of the limit used, from jobs ``(nodes, limit, elapsed)`` that have ended.

    A class of which fewer than fifty jobs have ended is left to the model.
    """
    classes: dict[SizeClass, list[float]] = {}
    for nodes, limit, elapsed in ended:
        size = size_class(nodes, machine=machine)
        classes.setdefault(size, []).append(min(elapsed / limit, 1.0))
    return {size: sorted(parts) for size, parts in classes.items() if len(parts) >= ENOUGH}


def _by_slot(arrivals: Sequence[Arrival]) -> Day:
    slots: list[list[Request]] = [[] for _ in range(SLOTS)]
    for arrival in arrivals:
        second = arrival.submit % DAY
        slots[second // SLOT].append((second, arrival.nodes, arrival.limit, arrival.tenant))
    return slots


def _draw(parts: Parts, position: float) -> float:
    """The part at ``position``, from 0 to 1; between two that are known in proportion."""
    place = position * (len(parts) - 1)
    below = int(place)
    if below + 1 >= len(parts):
        return parts[-1]
    low = parts[below]
    return low + (parts[below + 1] - low) * (place - below)


def _draw_beyond(parts: Parts, least: float, chance: float) -> float:
    """A part beyond ``least``: the ``chance``-quantile of those that are.

    Where none lies beyond ``least``, the limit is what ends the job.
    """
    last = len(parts) - 1
    above = bisect_right(parts, least)
    if above > last:
        return 1.0
    first = 0.0
    if above > 0:
        low = parts[above - 1]
        first = (above - 1 + (least - low) / (parts[above] - low)) / last
    return _draw(parts, first + chance * (1 - first))
