"""Ways to foresee a job's wait at its submission, learning from waits as they become known.

Each gives the waits that 10, 50 and 90 % of such jobs will not exceed.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, log, log1p
from operator import itemgetter
from typing import NamedTuple, Protocol

from .hindsight import Submission
from .sizes import SizeClass

LEVELS = (0.1, 0.5, 0.9)
HOUR = 3_600

Waits = tuple[float, float, float]


class Method(Protocol):
    def foresee(self, job: Submission) -> Waits:
        """The waits in seconds; ``job.wait`` must not be looked at."""

    def learn(self, job: Submission) -> None:
        """Take note of what came of ``job``, which has just started."""


class Reservation:
    """The start that a plain EASY schedule promises: one figure for all three."""

    def foresee(self, job: Submission) -> Waits:
        return (job.easy_wait,) * 3

    def learn(self, job: Submission) -> None:
        """It follows from the queue alone."""


class LastSimilar:
    """The median wait of the last 50 jobs of the same size class and a like limit."""

    number = 50
    limits = (HOUR, 3 * HOUR, 6 * HOUR)  # where the classes of limits end

    def __init__(self) -> None:
        self._waits: dict[tuple[SizeClass, int], deque[int]] = {}

    def foresee(self, job: Submission) -> Waits:
        waits = sorted(self._waits.get(self._class(job), ()))
        if not waits:
            return (job.easy_wait,) * 3
        return (quantile(waits, 0.5),) * 3

    def learn(self, job: Submission) -> None:
        self._waits.setdefault(self._class(job), deque(maxlen=self.number)).append(job.wait)

    def _class(self, job: Submission) -> tuple[SizeClass, int]:
        return job.size, bisect_left(self.limits, job.limit)


class Example(NamedTuple):
    """A job by what made it wait, in logarithms scaled to weigh alike, and its wait's logarithm."""

    easy_wait: float
    nodes: float
    limit: float
    work_ahead: float
    wait: float = 0.0

    @classmethod
    def of(cls, job: Submission) -> "Example":
        return cls(
            log1p(job.easy_wait) * 0.5,
            log(job.nodes),
            log(job.limit),
            log1p(job.work_ahead) * 0.3,
        )


@dataclass
class _Class:
    """What is known of one size class."""

    examples: deque[Example]
    offsets: list[float] = field(default_factory=lambda: [0.0] * len(LEVELS))


class Neighbours:
    """Quantiles of the waits of the most similar jobs, kept calibrated as waits become known.

    Similar is who asked for about as much and found about the same queue, among the last
    jobs of the size class that have started. As each job starts, the three quantiles of its
    class are moved a step: up where the wait was longer than foreseen, down where it was
    not, in the proportion that lets 10, 50 and 90 % stay below in the long run, whatever the
    waits do (quantile tracking; Gibbs and Candès, "Adaptive conformal inference under
    distribution shift", NeurIPS 2021; Angelopoulos, Candès and Tibshirani, "Conformal PID
    control for time series prediction", NeurIPS 2023). Waits are compared by logarithm.
    """

    neighbours = 60
    window = 1_000
    fewest = 20
    step = 0.03

    def __init__(self) -> None:
        self._classes: dict[SizeClass, _Class] = {}
        self._pending: dict[Submission, Waits] = {}

    def foresee(self, job: Submission) -> Waits:
        known = self._known(job.size)
        if len(known.examples) < self.fewest:
            return 0, job.easy_wait, 2 * job.easy_wait + HOUR
        waits = self._similar_waits(known.examples, Example.of(job))
        raised = sorted(
            max(0.0, quantile(waits, level) + offset)
            for level, offset in zip(LEVELS, known.offsets, strict=True)
        )
        low, middle, high = (exp(wait) - 1 for wait in raised)
        self._pending[job] = low, middle, high
        return low, middle, high

    def learn(self, job: Submission) -> None:
        known = self._known(job.size)
        for place, foreseen in enumerate(self._pending.pop(job, ())):
            known.offsets[place] += self.step * (LEVELS[place] - (job.wait <= foreseen))
        known.examples.append(Example.of(job)._replace(wait=log1p(job.wait)))

    def _known(self, size: SizeClass) -> _Class:
        return self._classes.setdefault(size, _Class(deque(maxlen=self.window)))

    def _similar_waits(self, examples: Sequence[Example], job: Example) -> list[float]:
        easy_wait, nodes, limit, work_ahead, _ = job
        distances = (
            (
                (easy_wait - a) ** 2 + (nodes - b) ** 2 + (limit - c) ** 2 + (work_ahead - d) ** 2,
                wait,
            )
            for a, b, c, d, wait in reversed(examples)  # of two as near, the later one first
        )
        nearest = sorted(distances, key=itemgetter(0))[: self.neighbours]
        return sorted(wait for _, wait in nearest)


def quantile(values: Sequence[float], level: float) -> float:
    """Of the sorted ``values``, between the two around ``level`` in proportion."""
    position = level * (len(values) - 1)
    below = int(position)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (position - below)
