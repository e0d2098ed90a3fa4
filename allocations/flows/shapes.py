"""What the latest forecast says of jobs that nobody has submitted yet."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..exceptions import ForecastNotReady, JobNotPossible
from ..models import Expectation

SOONER = dt.timedelta(minutes=15)
OPTIONS = 2  # of each kind


@dataclass(frozen=True, slots=True)
class ShapeForecast:
    """When a job of up to ``nodes`` nodes and ``time_limit`` seconds starts if submitted ``at``.

    ``p10``, ``p50`` and ``p90`` are its wait in seconds, as of ``made_at``; ``None`` lies beyond
    the horizon.
    """

    nodes: int
    time_limit: int
    p10: int | None
    p50: int | None
    p90: int | None
    at: dt.datetime
    made_at: dt.datetime
    replications: int

    @property
    def expectation(self):
        return Expectation(*(self._moment(wait) for wait in (self.p10, self.p50, self.p90)))

    def _moment(self, wait):
        return None if wait is None else self.at + dt.timedelta(seconds=wait)


def foreseen_shapes(partition, *, at):
    """Every shape of the partition's latest forecast, by nodes and limit; none before the first."""
    answer = partition.queue_forecasts.first()
    if answer is None:
        return []
    known = {"at": at, "made_at": answer.made_at, "replications": answer.replications}
    return [ShapeForecast(**shape, **known) for shape in answer.shapes]


def foresee_shape(partition, *, nodes, time_limit, at):
    """The forecast for a job that is submitted ``at``.

    Raises ``JobNotPossible`` where no such job can start, ``ForecastNotReady`` before the first
    forecast.
    """
    shapes = foreseen_shapes(partition, at=at)
    if not shapes:
        raise ForecastNotReady
    shape = forecast_for(shapes, nodes=nodes, time_limit=time_limit)
    if shape is None:
        raise JobNotPossible(
            _("%(partition)s has no room for jobs of this shape.") % {"partition": partition}
        )
    return shape


def forecast_for(shapes, *, nodes, time_limit):
    """The least of the ``shapes`` that is no smaller than the one asked for; else ``None``."""
    covering = [
        shape for shape in shapes if shape.nodes >= nodes and shape.time_limit >= time_limit
    ]
    return min(covering, key=lambda shape: (shape.nodes, shape.time_limit), default=None)


def sooner_shapes(shapes, *, nodes, time_limit, than):
    """Up to two shorter and two smaller shapes that start well before the moment ``than``.

    The largest of each kind: who can do with less knows it.
    """
    shorter = [
        shape
        for shape in shapes
        if shape.time_limit < time_limit
        and shape == forecast_for(shapes, nodes=nodes, time_limit=shape.time_limit)
    ]
    smaller = [
        shape
        for shape in shapes
        if shape.nodes < nodes
        and shape == forecast_for(shapes, nodes=shape.nodes, time_limit=time_limit)
    ]
    return [shape for kind in (shorter, smaller) for shape in _well_before(kind, than)]


def _well_before(shapes, than):
    found = []
    for shape in reversed(shapes):
        expected = shape.expectation.p50
        if expected is not None and expected <= than - SOONER and len(found) < OPTIONS:
            found.append(shape)
            than = expected
    return found
