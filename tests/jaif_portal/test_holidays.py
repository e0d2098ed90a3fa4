import datetime as dt

import pytest

from jaif_portal.clock import BRUSSELS, add_working_days
from jaif_portal.models import Holiday

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_each_year_has_the_belgian_holidays_and_the_closed_days_at_its_end(year):
    # Ten public holidays, and 24 to 31 December, of which Christmas is one.
    assert Holiday.objects.filter(day__year=year).count() == 10 + 8 - 1


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-04-06", "Easter Monday"),
        ("2026-05-14", "Ascension Day"),
        ("2026-05-25", "Whit Monday"),
        ("2027-03-29", "Easter Monday"),
        ("2028-06-05", "Whit Monday"),
        ("2026-12-25", "Christmas Day"),
        ("2026-12-28", "End of the year"),
    ],
)
def test_a_day_has_its_name(day, name):
    assert Holiday.objects.get(day=day).name == name


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-12-23", 1, "2027-01-04"),
        ("2026-11-10", 1, "2026-11-12"),
        ("2026-05-13", 2, "2026-05-18"),
    ],
)
def test_working_days_leave_them_out(start, days, end):
    begun, ended = (
        dt.datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=BRUSSELS) for day in (start, end)
    )

    assert add_working_days(begun, days) == ended
