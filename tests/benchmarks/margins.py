# ruff: noqa: T201 - it prints tables
"""How much too narrow drawn ranges are: ``python -m tests.benchmarks.margins [DAYS [SEED]]``.

The Booster lives through days of the workload model. Each hour the jobs that wait and have
not been foreseen yet are, as in the portal; when they start, it is noted how far the bounds of
their ranges would have had to move. It prints the quantiles that
``allocations/scheduler/experience.py`` has, and how many starts lie within ranges as they are
drawn and as they are widened by that file.
"""

import sys
from collections import defaultdict

from allocations.scheduler import Machine, Policy, Scheduler, Started
from allocations.scheduler.experience import EXPERIENCE
from allocations.scheduler.forecast import Outlook, start_range
from allocations.scheduler.margins import Margins, excess, learn_margins, widen
from allocations.scheduler.prospects import Prospects, model_days
from allocations.scheduler.workload import daily_jobs

BOOSTER, LOAD = 5_884, 0.9
BEGIN, WARM_UP = 20_000, 10  # days
HOUR, DAY = 3_600, 86_400
REPLICATIONS = 100
BOUNDS = {"hour": HOUR, "quarter": 6 * HOUR, "day": DAY}
QUANTILES = 20


def horizon(p50, now):
    if p50 is None:
        return "longer"
    return next((name for name, most in BOUNDS.items() if p50 - now <= most), "longer")


def foresee(state):
    """``{job id: range}`` of all that wait in ``state``."""
    days = model_days(BOOSTER, LOAD)
    prospects = Prospects(BOOSTER, {}, days)
    outlook = Outlook(Machine(BOOSTER), Policy.EASY, state, prospects, seed=f"margins/{state.now}")
    watched = [job.id for job in state.waiting]
    runs = [outlook.replicate(number, watched) for number in range(REPLICATIONS + 1)]
    return {pk: start_range(runs, pk) for pk in watched}


def live(days, seed):
    """``[(moment of the forecast, range as drawn, start), ...]``."""
    scheduler = Scheduler(Machine(BOOSTER), Policy.EASY)
    first = (BEGIN + WARM_UP) * DAY
    drawn, scored, number = {}, [], 0
    for day in range(BEGIN, BEGIN + WARM_UP + days):
        arrivals = daily_jobs(seed, day, BOOSTER, LOAD)
        for begin in range(day * DAY, (day + 1) * DAY, HOUR):
            coming = [job for job in arrivals if begin <= job.submit < begin + HOUR]
            scheduler.submit(job.as_job(number + place) for place, job in enumerate(coming))
            number += len(coming)
            events = scheduler.advance(until=begin + HOUR - 1)
            started = [event for event in events if isinstance(event, Started)]
            scored += [
                (*drawn.pop(event.job.id), event.at) for event in started if event.job.id in drawn
            ]
            state = scheduler.state
            if begin >= first and any(job.id not in drawn for job in state.waiting):
                for pk, found in foresee(state).items():
                    drawn.setdefault(pk, (state.now, found))
    return scored


def main(days=14, seed=7):
    by_horizon = defaultdict(list)
    for made_at, drawn, start in live(days, seed):
        by_horizon[horizon(drawn.p50, made_at)].append((made_at, drawn, start))
    for name, scored in by_horizon.items():
        found = [one for _at, drawn, start in scored if (one := excess(drawn, start))]
        columns = (sorted(column) for column in zip(*found, strict=True))
        quantiles = [
            tuple(
                round(column[(2 * place + 1) * len(column) // (2 * QUANTILES)], 2)
                for place in range(QUANTILES)
            )
            for column in columns
        ]
        print(f"{name}: {len(scored)} scored, {coverage(scored, Margins()):.1%} as drawn,", end=" ")
        known = learn_margins((), EXPERIENCE[name])
        print(f"{coverage(scored, known):.1%} widened")
        print("    low", quantiles[0])
        print("    high", quantiles[1])


def coverage(scored, margins):
    held = 0
    for made_at, drawn, start in scored:
        p10, _p50, p90 = widen(drawn, margins, now=made_at)
        held += p10 is not None and p10 <= start and (p90 is None or start <= p90)
    return held / len(scored)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
