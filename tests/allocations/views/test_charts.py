import datetime as dt
from types import SimpleNamespace

import pytest

from allocations.views.charts import last_day, round_up

END = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)


def sample(hours_ago, waiting):
    return SimpleNamespace(at=END - dt.timedelta(hours=hours_ago), waiting=waiting)


def draw(samples, **options):
    return last_day(samples, value=lambda row: row.waiting, ends_at=END, **options)


def test_a_line_runs_from_the_left_to_the_right_edge():
    chart = draw([sample(24, 0), sample(12, 100), sample(0, 50)])

    assert chart.line == "0,120 360,0 720,60"
    assert chart.area == "0,120 360,0 720,60 720,120 0,120"
    assert (chart.highest, chart.starts_at, chart.ends_at) == (
        100,
        END - dt.timedelta(days=1),
        END,
    )


def test_the_upper_edge_can_be_given():
    assert draw([sample(24, 50), sample(0, 50)], highest=200).line == "0,90 720,90"


@pytest.mark.parametrize("samples", [[], [sample(1, 5)]])
def test_one_moment_is_no_line(samples):
    assert draw(samples) is None


@pytest.mark.parametrize(
    ("number", "edge"), [(0, 10), (10, 10), (11, 20), (21, 50), (51, 100), (1001, 2000)]
)
def test_the_upper_edge_is_a_round_number(number, edge):
    assert round_up(number) == edge
