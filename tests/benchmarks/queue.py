# ruff: noqa: T201 - it prints tables
"""How fast the live queue is: ``python -m tests.benchmarks.queue``.

Three tables: a tick over a full queue (CPU time with that of the database's process), jobs
submitted by REST to a real server, and a week of the machine at 3,600 times the world's speed.
It is meant for PostgreSQL (``DATABASE_URL``); each part makes a database of its own and drops
it. Name parts to run only these: ``python -m tests.benchmarks.queue ticks submissions week``.
"""

import os
import sys
import tempfile

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jaif_portal.settings.test")
django.setup()

from . import submissions, ticks, week  # noqa: E402  # models exist only after the set-up

WIDTH = 14
QUEUES = [(1_000, 2_000), (5_000, 2_000), (10_000, 2_000)]


def tick_rows():
    for waiting, running in QUEUES:
        shape = {"waiting": waiting, "running": running, "nodes": 5_884}
        yield shape | ticks.measure(waiting=waiting, running=running, ours=10)


def submission_rows():
    with tempfile.TemporaryFile("w") as log:
        yield submissions.measure(2_000, log=log)


def week_rows():
    with tempfile.TemporaryFile("w") as log:
        yield week.measure(7, log=log)


PARTS = {
    "ticks": ("A tick of two minutes", tick_rows),
    "submissions": ("Jobs submitted by eight clients", submission_rows),
    "week": ("A week of portal time at rate 3,600", week_rows),
}


def show(title, rows):
    print(f"\n{title}")
    for number, row in enumerate(rows):
        if number == 0:
            print("".join(name.rjust(WIDTH) for name in row))
        print("".join(_cell(value).rjust(WIDTH) for value in row.values()), flush=True)


def _cell(value):
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        title, rows = PARTS[part]
        show(title, rows())
