import datetime as dt

import pytest

from jaif_portal.models import Mail
from tests.allocations.quotas import MONTH, monthly, pass_time, submit

pytestmark = pytest.mark.django_db

FIRST, SECOND, END = (
    dt.datetime(year, month, 23, 9, tzinfo=dt.UTC)
    for year, month in [(2026, 11), (2026, 12), (2027, 2)]
)
DAY = dt.timedelta(days=1)


@pytest.fixture
def allocation(monday):
    return monthly()


def events(allocation):
    """What the project was told about its hours, in order."""
    prefix = f"allocation:{allocation.pk}:"
    mails = Mail.objects.filter(key__startswith=prefix).order_by("pk")
    written = mails.values_list("key", flat=True)
    names = [key.removeprefix(prefix).rpartition(":")[0] for key in written]
    return [name for name in names if name not in {"activated", "expired"}]


@pytest.mark.parametrize("step", [DAY, 93 * DAY])
def test_each_mark_is_told_once_however_time_passes(allocation, travel, step):
    for node_seconds in (MONTH, MONTH, 1_050_000, 450_000):
        submit(allocation, node_seconds=node_seconds)
    at = FIRST
    while at < END - DAY:
        at = min(at + step, END - DAY)
        pass_time(allocation, until=travel(at))

    assert events(allocation) == [
        "used:50",
        "month:1:exhausted",
        "month:2:refilled",
        "used:75",
        "used:90",
        "used:100",
        "month:2:exhausted",
    ]


def test_hours_that_will_lapse_are_told_at_half_time(allocation, travel):
    pass_time(allocation, until=travel(FIRST + 47 * DAY))

    assert events(allocation) == ["forfeiture_ahead"]
    mail = Mail.objects.get(key__contains=":forfeiture_ahead:")
    assert "5,000 GPU-hours will have lapsed unused by 23 February 2027" in mail.body


def test_hours_that_will_run_out_are_told_at_half_time(monday, travel):
    """A third is left at half time, and the last week used as much."""
    allocation = monthly()
    pass_time(allocation, until=travel(SECOND + 10 * DAY))
    for _job in range(2):
        submit(allocation, node_seconds=MONTH)
    pass_time(allocation, until=travel(FIRST + 47 * DAY))

    assert events(allocation) == ["used:50", "exhaustion_ahead"]
