"""De minimis aid by Commission Regulation (EU) 2023/2831 (OJ L, 2023/2831, 15.12.2023).

Per single undertaking and Member State at most 300,000 euros within any three years, counted
back day by day from the grant (Art. 3(2), recital 11). Pure computation.
"""

import datetime as dt
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

CEILING_EUR = 300_000
YEARS = 3


@dataclass(frozen=True)
class Grant:
    granted_on: dt.date
    amount_eur: int


def de_minimis_sum(grants: list[Grant], *, on: dt.date) -> int:
    """The euros granted in the three years that end with ``on``; that day counts, too."""
    since = on - relativedelta(years=YEARS)
    return sum(grant.amount_eur for grant in grants if since < grant.granted_on <= on)


def de_minimis_left(grants: list[Grant], *, on: dt.date) -> int:
    """How many euros could still be granted on this day; never negative."""
    return max(0, CEILING_EUR - de_minimis_sum(grants, on=on))


def free_again_on(grants: list[Grant], *, on: dt.date) -> dt.date | None:
    """From which day the sum lies below the ceiling again; nothing where it does today."""
    if de_minimis_left(grants, on=on) > 0:
        return None
    for grant in sorted(grants, key=lambda grant: grant.granted_on):
        day = grant.granted_on + relativedelta(years=YEARS)
        if day > on and de_minimis_left(grants, on=day) > 0:
            return day
    return None
