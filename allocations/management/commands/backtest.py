"""Replay a log with recorded waits, and say how well they could have been foreseen."""

import json
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from allocations.management.files import read_trace
from allocations.scheduler import swf
from allocations.scheduler.backtest import backtest, score, score_by_size
from allocations.scheduler.hindsight import submissions
from allocations.scheduler.methods import LastSimilar, Neighbours, Reservation

FEWEST = 100  # jobs, to learn from one half and score the other
METHODS = {
    "forecast": Neighbours,
    "last_50_similar": LastSimilar,
    "easy_reservation": Reservation,
}


class Command(BaseCommand):
    help = (
        "Replays the jobs of a trace whose waits were recorded (Standard Workload Format, plain or "
        "gzip): each is foreseen at its submission, and its wait is learned when it has started. "
        "The first half is for learning, the second is scored. Needs no database."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("trace", type=Path, metavar="TRACE")
        parser.add_argument(
            "--processors",
            type=int,
            metavar="P",
            help="size of the machine (default: what the header of the trace says)",
        )
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *, trace, processors, **options):
        log = read_trace(trace, strict=False)
        processors = processors or log.processors
        if not processors:
            raise CommandError(f"{trace} does not say how large its machine is: add --processors.")
        waits = {record.job: record.wait for record in log.records}
        jobs = list(
            submissions(
                swf.usable_jobs(log.records, processors=processors), waits, processors=processors
            )
        )
        if len(jobs) < FEWEST:
            raise CommandError(f"{trace} has too few recorded waits to learn from.")
        row = {"trace": trace.name, "processors": processors, "learned": len(jobs) // 2} | {
            name: scores(jobs, method()) for name, method in METHODS.items()
        }
        self.stdout.write(json.dumps(row, indent=1) if options["json"] else table(row))


def scores(jobs, method):
    """The scores of the second half, of all jobs and by size class."""
    half = len(jobs) // 2
    foreseen = backtest(jobs, method)[half:]
    by_size = score_by_size(jobs[half:], foreseen)
    return asdict(score(jobs[half:], foreseen)) | {
        "by_size": {size.value: asdict(found) for size, found in by_size.items()}
    }


def table(row):
    lines = [
        f"{row['trace']} on {row['processors']:,} processors, after {row['learned']:,} jobs",
        f"{'method':<18}{'size':<8}{'jobs':>8}{'P10-P90':>10}{'pinball':>12}{'of P50':>12}",
    ]
    for name in METHODS:
        for size, found in [("all", row[name]), *row[name]["by_size"].items()]:
            lines.append(
                f"{name:<18}{size:<8}{found['jobs']:>8,}{found['coverage']:>10.1%}"
                f"{found['pinball']:>10,.0f} s{found['median_loss']:>10,.0f} s"
            )
    return "\n".join(lines)
