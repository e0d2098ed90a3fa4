"""A picture of a schedule. Needs matplotlib, which nothing else here does."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .events import Ended
from .timeline import Steps, condensed, jobs_waiting, nodes_in_use

DAY = 86_400
COLUMNS = 1_200  # as many points as the picture can show


def draw(path: Path, ended: Sequence[Ended], *, nodes: int, title: str) -> None:
    """Write utilisation and queue length over time to ``path``, as PNG, PDF or SVG by its name."""
    figure = Figure(figsize=(12, 7), dpi=100, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    figure.suptitle(title)
    used, waiting = nodes_in_use(ended), jobs_waiting(ended)
    start = min((steps.times[0] for steps in (used, waiting) if steps.times), default=0)
    _fill(above, used, start=start, scale=100 / nodes)
    above.set(ylabel="nodes in use, %", ylim=(0, 105))
    _fill(below, waiting, start=start, scale=1)
    below.set(ylabel="jobs waiting", xlabel="days since the first job", ylim=(0, None))
    figure.savefig(path)


def _fill(axes: Axes, steps: Steps, *, start: int, scale: float) -> None:
    """Draw the mean as a line, and from least to most as a band."""
    columns = list(condensed(steps, COLUMNS))
    days = [(column.begin - start) / DAY for column in columns]
    least = [column.least * scale for column in columns]
    most = [column.most * scale for column in columns]
    axes.fill_between(days, least, most, step="post", alpha=0.3, linewidth=0)
    axes.step(days, [column.mean * scale for column in columns], where="post", linewidth=1)
    axes.grid(visible=True, alpha=0.3)
