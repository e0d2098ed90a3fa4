"""When jobs start: said of a job, of a shape, and of how often that was right."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from jaif_portal import clock
from jaif_portal.templatetags.portal import duration

from ..flows.calibration import calibrate
from ..flows.forecasts import FORESEEABLE
from ..flows.shapes import forecast_for, foreseen_shapes, sooner_shapes
from ..models import JobState, Partition

# The most seconds of each of five levels, from "at once" to "longer than a day".
LEVELS = [15 * 60, 3600, 6 * 3600, 24 * 3600]

AT_ONCE = 180  # seconds
HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Cell:
    """A shape's wait in the heat map: in words, and as one of five levels."""

    shape: object

    @property
    def level(self):
        wait = self.shape.p50
        if wait is None:
            return len(LEVELS)
        return sum(wait > most for most in LEVELS)

    @property
    def typical(self):
        return wait_in_words(self.shape.p50)

    @property
    def range(self):
        """From the short to the long wait, where they differ in words; else nothing."""
        if self.shape.p10 is None:
            return ""
        short, long = wait_in_words(self.shape.p10), wait_in_words(self.shape.p90)
        return "" if short == long else _("%(short)s to %(long)s") % {"short": short, "long": long}


def heat_map(shapes):
    """``{"limits": [...], "rows": [(nodes, cells)], ...}``; nothing before the first forecast."""
    if not shapes:
        return None
    nodes = sorted({shape.nodes for shape in shapes})
    limits = sorted({shape.time_limit for shape in shapes})
    cells = {(shape.nodes, shape.time_limit): Cell(shape) for shape in shapes}
    return {
        "made_at": shapes[0].made_at,
        "limits": limits,
        "rows": [(count, [cells[count, limit] for limit in limits]) for count in nodes],
    }


def start_of_shape(cost, partition):
    """For the form: in a sentence when the job of ``cost`` would start, and the whole table."""
    if partition is None:
        return {"start": "", "heat_map": None}
    at = clock.now()
    shapes, shape = foreseen_shapes(partition, at=at), None
    if cost is not None and not cost.warning:
        shape = forecast_for(shapes, nodes=cost.nodes, time_limit=cost.time_limit)
    return {
        "start": "" if shape is None else shape.expectation.sentence(at=at),
        "heat_map": heat_map(shapes),
        "partition": partition,
    }


def start_of_job(job, *, at):
    """When a waiting job will start and what would be sooner, in sentences."""
    forecast = job.forecasts.first()
    if job.reason not in FORESEEABLE:
        return {"sentence": _("There is no forecast: how long this lasts is not up to the queue.")}
    if forecast is None:
        return {"sentence": _("The forecast is being computed and appears here in a minute or so.")}
    return {
        "sentence": forecast.expectation.sentence(at=at),
        "made_at": forecast.made_at,
        "sooner": _sooner(job, forecast, at),
    }


def say_starts(jobs):
    """Give each waiting one of ``jobs``, read with ``latest_forecasts``, its ``start``."""
    at = clock.now()
    for job in jobs:
        waits = job.state == JobState.PENDING and job.cancel_requested_at is None
        if waits and job.reason in FORESEEABLE and job.latest_forecasts:
            job.start = job.latest_forecasts[0].expectation.sentence(at=at)


def _sooner(job, forecast, at):
    if forecast.p50 is None:
        return []
    shapes = sooner_shapes(
        foreseen_shapes(job.partition, at=at),
        nodes=job.nodes,
        time_limit=job.time_limit,
        than=forecast.p50,
    )
    return [(_change(job, shape), shape.expectation.sentence(at=at)) for shape in shapes]


def _change(job, shape):
    if shape.time_limit < job.time_limit:
        return _("With a time limit of %(limit)s:") % {"limit": duration(shape.time_limit)}
    return ngettext("With %(nodes)s node:", "With %(nodes)s nodes:", shape.nodes) % {
        "nodes": shape.nodes
    }


def wait_in_words(seconds):
    """One figure, as rough as a forecast is."""
    if seconds is None:
        return _("over 4 weeks")
    if seconds < AT_ONCE:
        return _("at once")
    if seconds < HOUR - AT_ONCE:
        return _("%(minutes)d min") % {"minutes": 5 * round(seconds / 300)}
    if seconds < 2 * DAY:
        return _("%(hours)d h") % {"hours": max(1, round(seconds / HOUR))}
    days = round(seconds / DAY)
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


class ForecastPage(TemplateView):
    """For everybody: waits by shape as foreseen now, and how often forecasts were right."""

    template_name = "allocations/forecasts.html"

    def get_context_data(self, **kwargs):
        partitions = Partition.objects.select_related("system")
        return super().get_context_data(
            partitions=[
                {
                    "partition": partition,
                    "heat_map": heat_map(foreseen_shapes(partition, at=clock.now())),
                    "calibration": calibrate(partition=partition),
                }
                for partition in partitions
            ],
            **kwargs,
        )
