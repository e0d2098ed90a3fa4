"""Days on which the access office is closed, from 2026 to 2028.

Belgium's ten public holidays (law of 4 January 1974, royal decree of 18 April 1974), since
working days are counted in Brussels, and 24 to 31 December, when the EU institutions are
closed (Commission decisions on public holidays, yearly in the Official Journal, C series).
Staff add later years and further days in the administration.
"""

import datetime as dt

from dateutil.easter import easter
from django.db import migrations

YEARS = [2026, 2027, 2028]
FIXED = [
    (1, 1, "New Year's Day"),
    (5, 1, "Labour Day"),
    (7, 21, "Belgian National Day"),
    (8, 15, "Assumption Day"),
    (11, 1, "All Saints' Day"),
    (11, 11, "Armistice Day"),
    (12, 25, "Christmas Day"),
]
DAYS_AFTER_EASTER = [(1, "Easter Monday"), (39, "Ascension Day"), (50, "Whit Monday")]
YEAR_END = range(24, 32)


def holidays(year):
    """The days of ``year``, each once, with its name."""
    days = {dt.date(year, 12, day): "End of the year" for day in YEAR_END}
    days |= {dt.date(year, month, day): name for month, day, name in FIXED}
    return days | {easter(year) + dt.timedelta(after): name for after, name in DAYS_AFTER_EASTER}


def load(apps, _schema_editor):
    holiday = apps.get_model("jaif_portal", "Holiday")
    holiday.objects.bulk_create(
        [holiday(day=day, name=name) for year in YEARS for day, name in holidays(year).items()],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("jaif_portal", "0002_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
