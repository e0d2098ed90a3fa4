import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import call_command

from allocations.flows.calibration import calibrate
from jaif_portal import clock
from tests.allocations.foresight import HOUR, foreseen, others, quiet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def partition():
    return quiet()


def scored(job, *hours, start, **changes):
    started = clock.now() + start * HOUR
    made_at = clock.now() - changes.pop("age", 0) * dt.timedelta(minutes=1)
    return foreseen(job, *hours, outcome="started", started_at=started, made_at=made_at, **changes)


def figures(row):
    return row.horizon, row.size_class, row.scored, row.ranged, row.coverage, row.median_error


def test_coverage_and_error_are_given_by_horizon_and_size(partition):
    job = others(partition)[0]
    scored(job, 1, 2, 4, start=3, age=1)
    scored(job, 1, 2, 4, start=0.5, age=2)
    scored(job, 1, 2, 4, start=2, age=3)
    scored(job, 8, 9, None, start=700, age=4, horizon="day", size_class="large")
    scored(job, None, 2, None, start=4, age=5, horizon="day", size_class="large", replications=1)
    foreseen(job, 1, 2, 3)  # nobody knows yet

    rows = [figures(row) for row in calibrate()]

    assert rows == [
        ("quarter", "tiny", 3, 3, 66.7, 3600),
        ("day", "large", 2, 1, 100.0, round((691 + 2) / 2 * 3600)),
        (None, None, 5, 4, 75.0, 5400),
    ]


def test_the_bounds_of_a_range_are_in_it(partition):
    job = others(partition)[0]
    scored(job, 1, 2, 4, start=1, age=1)
    scored(job, 1, 2, 4, start=4, age=2)
    scored(job, None, None, None, start=5, age=3)  # not expected within four weeks at all

    assert calibrate()[-1].coverage == 66.7


def test_before_anything_is_scored_there_is_nothing_to_say(partition):
    assert [figures(row) for row in calibrate()] == [(None, None, 0, 0, None, None)]


def test_the_report_scores_first_and_prints_what_the_page_shows(partition):
    job = others(partition, state="running", started_at=clock.now() + HOUR)[0]
    foreseen(job, 0, 2, 4)

    out = StringIO()
    call_command("forecast_report", "--json", stdout=out)
    table = StringIO()
    call_command("forecast_report", stdout=table)

    expected = {"scored": 1, "ranged": 1, "covered": 1, "median_error": 3600, "coverage": 100.0}
    assert json.loads(out.getvalue()) == [
        {"horizon": "quarter", "size_class": "tiny"} | expected,
        {"horizon": None, "size_class": None} | expected,
    ]
    assert table.getvalue().splitlines()[1].split() == [
        "quarter", "tiny", "1", "100.0", "%", "3,600", "s",
    ]  # fmt: skip
