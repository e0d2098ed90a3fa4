"""How good a method would have been on a log: it foresees each job, and learns as they start."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from statistics import fmean

from .hindsight import Submission
from .methods import LEVELS, Method, Waits
from .sizes import SizeClass


@dataclass(frozen=True, slots=True)
class Score:
    """``coverage``: of the starts from the low to the high quantile, as a part of 1.

    ``pinball`` is the mean pinball loss in seconds over the three quantiles, and
    ``median_loss`` that of the median alone: half the mean error, either way.
    """

    jobs: int
    coverage: float
    pinball: float
    median_loss: float


def backtest(jobs: Sequence[Submission], method: Method) -> list[Waits]:
    """What ``method`` foresees for each of the ``jobs``, which are in order of submission.

    It learns a job's wait in the second in which the job starts, and no sooner.
    """
    foreseen: list[Waits] = []
    started: list[tuple[int, int, Submission]] = []
    order = count()
    for job in jobs:
        while started and started[0][0] <= job.at:
            method.learn(heappop(started)[-1])
        foreseen.append(method.foresee(job))
        heappush(started, (job.started, next(order), job))
    return foreseen


def score(jobs: Sequence[Submission], foreseen: Sequence[Waits]) -> Score:
    """Compare what was foreseen with what came."""
    pairs = list(zip(jobs, foreseen, strict=True))
    return Score(
        jobs=len(pairs),
        coverage=fmean(low <= job.wait <= high for job, (low, _, high) in pairs),
        pinball=fmean(
            pinball(job.wait, wait, level)
            for job, waits in pairs
            for wait, level in zip(waits, LEVELS, strict=True)
        ),
        median_loss=fmean(pinball(job.wait, middle, 0.5) for job, (_, middle, _) in pairs),
    )


def score_by_size(jobs: Iterable[Submission], foreseen: Iterable[Waits]) -> dict[SizeClass, Score]:
    """The score of each size class of which there are jobs."""
    classes: dict[SizeClass, list[tuple[Submission, Waits]]] = {}
    for job, waits in zip(jobs, foreseen, strict=True):
        classes.setdefault(job.size, []).append((job, waits))
    return {size: score(*zip(*classes[size], strict=True)) for size in SizeClass if size in classes}


def pinball(value: float, foreseen: float, level: float) -> float:
    """The loss that is least on average where ``foreseen`` is the ``level``-quantile.

    Koenker and Bassett, "Regression quantiles", Econometrica 46 (1978).
    """
    error = value - foreseen
    return max(level * error, (level - 1) * error)
