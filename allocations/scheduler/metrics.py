"""What a schedule was like, in the measures of the literature."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum

from .events import Ended, Event

BOUND = (
    10  # seconds; Feitelson et al., "Theory and Practice in Parallel Job Scheduling", JSSPP 1997
)


@dataclass(frozen=True, slots=True)
class Metrics:
    """Times in seconds; jobs that were cancelled do not count."""

    jobs: int
    mean_wait: float
    median_wait: int
    p95_wait: int
    max_wait: int
    zero_wait_share: float
    mean_slowdown: float
    mean_bounded_slowdown: float
    utilisation: float
    makespan: int


NOTHING = Metrics(0, 0.0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0)


def measure(events: Iterable[Event], *, nodes: int) -> Metrics:
    """Measure the jobs that have ended on a machine of ``nodes`` nodes."""
    ended = [event for event in events if isinstance(event, Ended)]
    if not ended:
        return NOTHING
    waits = sorted(event.started - event.job.submit for event in ended)
    responses = [(event.at - event.job.submit, event.elapsed) for event in ended]
    used = sum(event.elapsed * event.job.nodes for event in ended)
    makespan = max(event.at for event in ended) - min(event.job.submit for event in ended)
    return Metrics(
        jobs=len(ended),
        mean_wait=sum(waits) / len(waits),
        median_wait=quantile(waits, percent=50),
        p95_wait=quantile(waits, percent=95),
        max_wait=waits[-1],
        zero_wait_share=waits.count(0) / len(waits),
        mean_slowdown=fsum(total / run for total, run in responses) / len(waits),
        mean_bounded_slowdown=fsum(max(1, total / max(run, BOUND)) for total, run in responses)
        / len(waits),
        utilisation=used / (nodes * makespan),
        makespan=makespan,
    )


def quantile(values: Sequence[int], *, percent: int) -> int:
    """The least of the sorted ``values`` that more than ``percent`` % do not exceed."""
    return values[min(len(values) * percent // 100, len(values) - 1)]
