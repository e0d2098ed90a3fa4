"""Public traces give the very starts that independent simulators give."""

import gzip
import hashlib
import json
from dataclasses import asdict

import pytest

from allocations.scheduler import swf
from allocations.scheduler.metrics import measure

from .schedules import run, starts

SHORT = 10_000  # jobs; longer replays are marked as slow
NAMES = {"mean_bsld10": "mean_bounded_slowdown", "util": "utilisation"}


def replay(traces, row):
    with gzip.open(traces / row["trace"], "rt") as lines:
        log = swf.read(lines, strict=True)
    jobs = swf.usable_jobs(log.records, processors=row["procs"])[: row["first"]]
    return run(jobs, nodes=row["procs"], policy=row["policy"])


def check(traces, row):
    scheduler, events = replay(traces, row)

    lines = "".join(f"{job_id},{at}\n" for job_id, at in sorted(starts(events).items()))
    measured = asdict(measure(events, nodes=row["procs"]))
    assert hashlib.sha256(lines.encode()).hexdigest() == row["starts_sha256"]
    assert (scheduler.instants, scheduler.backfilled) == (row["passes"], row["backfilled"])
    for key in measured.keys() & {NAMES.get(key, key) for key in row}:
        expected = {NAMES.get(name, name): value for name, value in row.items()}[key]
        assert measured[key] == pytest.approx(expected, rel=1e-12), key


def expected_rows(traces, *, short):
    rows = json.loads((traces / "expected.json").read_text())
    chosen = [row for row in rows if (row["jobs"] <= SHORT) == short]
    assert chosen
    return chosen


def test_short_traces_start_as_published(traces):
    for row in expected_rows(traces, short=True):
        check(traces, row)


@pytest.mark.slow
def test_whole_traces_start_as_published(traces):
    for row in expected_rows(traces, short=False):
        check(traces, row)
