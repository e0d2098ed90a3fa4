"""How good the forecasts have been, by what has become of them."""

from collections import defaultdict
from dataclasses import dataclass
from statistics import median

from ..models import Forecast, ForecastOutcome, Horizon, SizeClass
from ..scheduler.forecast import FEWEST

LATEST = 50_000  # scored forecasts that count


@dataclass(frozen=True, slots=True)
class Calibration:
    """The scored forecasts of a horizon and a size class.

    ``covered`` of the ``ranged`` ones held the true start between p10 and p90, which 80 %
    should. ``median_error`` is that of the most likely start, in seconds either way.
    """

    horizon: Horizon | None
    size_class: SizeClass | None
    scored: int
    ranged: int
    covered: int
    median_error: int | None

    @property
    def coverage(self):
        """In percent; ``None`` where no forecast had a range."""
        return round(100 * self.covered / self.ranged, 1) if self.ranged else None


def calibrate(**of):
    """The calibration by horizon and size class, in their order, and of all together at the end.

    ``of`` restricts the forecasts, as a query does: ``calibrate(partition=booster)``.
    """
    scored = Forecast.objects.filter(outcome=ForecastOutcome.STARTED, **of)
    fields = ("horizon", "size_class", "replications", "p10", "p50", "p90", "started_at")
    groups, everything = defaultdict(list), []
    for horizon, size, *times in scored.values_list(*fields)[:LATEST]:
        groups[horizon, size].append(times)
        everything.append(times)
    rows = [
        _calibration(horizon, size, groups[horizon, size])
        for horizon in Horizon
        for size in SizeClass
        if groups[horizon, size]
    ]
    return [*rows, _calibration(None, None, everything)]


def _calibration(horizon, size, scored):
    covered = [
        (p10 is not None and p10 <= started) and (p90 is None or started <= p90)
        for replications, p10, _p50, p90, started in scored
        if replications >= FEWEST
    ]
    errors = [
        abs((started - p50).total_seconds())
        for _replications, _p10, p50, _p90, started in scored
        if p50 is not None
    ]
    return Calibration(
        horizon=horizon,
        size_class=size,
        scored=len(scored),
        ranged=len(covered),
        covered=sum(covered),
        median_error=round(median(errors)) if errors else None,
    )
