"""Replay a trace in the Standard Workload Format and say what the schedule was like."""

import gzip
import hashlib
import json
import zlib
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.core.management.base import BaseCommand, CommandError

from allocations.scheduler import Ended, Machine, Policy, Scheduler, swf
from allocations.scheduler.metrics import measure

GZIP = b"\x1f\x8b"
SLICES = 200  # of the time in which jobs arrive, between two looks at the progress bar
BAR = 40
REPORTED = 5  # malformed lines named one by one


class Command(BaseCommand):
    help = (
        "Replays the jobs of a trace (Standard Workload Format, plain or gzip) on a machine "
        "and prints the metrics of the schedule. Needs no database."
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("trace", type=Path, metavar="TRACE")
        parser.add_argument(
            "--processors",
            type=positive,
            metavar="P",
            help="size of the machine (default: what the header of the trace says)",
        )
        parser.add_argument(
            "--policy", choices=[policy.value for policy in Policy], default=Policy.EASY.value
        )
        parser.add_argument(
            "--first", type=positive, metavar="N", help="only the first N jobs that fit the machine"
        )
        parser.add_argument(
            "--starts", type=Path, metavar="OUT.csv", help="write 'job id,start' lines there"
        )
        parser.add_argument("--strict", action="store_true", help="refuse malformed lines")
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *, trace, processors, policy, first, starts, strict, **options):
        log = read_trace(trace, strict=strict)
        self.report_malformed(log)
        processors = processors or log.processors
        if not processors:
            raise CommandError(f"{trace} does not say how large its machine is: add --processors.")
        jobs = swf.usable_jobs(log.records, processors=processors)[:first]
        if not jobs:
            raise CommandError(f"{trace} has no job that {processors} processors could run.")
        scheduler = Scheduler(Machine(processors), Policy(policy))
        scheduler.submit(jobs)
        ended = self.run(scheduler, jobs)
        lines = start_lines(ended)
        if starts:
            write_starts(starts, lines)
        row = summary(ended, scheduler) | {
            "trace": trace.name,
            "policy": policy,
            "first": first,
            "starts_sha256": hashlib.sha256(lines.encode()).hexdigest(),
        }
        self.stdout.write(json.dumps(row, indent=1) if options["json"] else table(row))

    def report_malformed(self, log):
        for line, problem in log.malformed[:REPORTED]:
            self.stderr.write(f"line {line} skipped: {problem}")
        if len(log.malformed) > REPORTED:
            self.stderr.write(f"{len(log.malformed) - REPORTED} more malformed lines skipped")

    def run(self, scheduler, jobs):
        """Let all ``jobs`` end, with a progress bar where somebody can see it."""
        step = (jobs[-1].submit - jobs[0].submit) // SLICES + 1
        ended = []
        while (at := scheduler.peek()) is not None:
            events = scheduler.advance(until=at + step)
            ended += [event for event in events if isinstance(event, Ended)]
            self.show_progress(len(ended), len(jobs))
        return ended

    def show_progress(self, done, total):
        if not self.stderr.isatty():
            return
        bar = "#" * (BAR * done // total)
        end = "\n" if done == total else "\r"
        self.stderr.write(
            f"\r[{bar:<{BAR}}] {100 * done // total:3} % of {total:,} jobs", ending=end
        )
        self.stderr.flush()


def positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return number


def read_trace(path: Path, *, strict: bool) -> swf.Trace:
    try:
        with open_text(path) as lines:
            trace = swf.read(lines, strict=strict)
    except swf.MalformedTrace as problem:
        raise CommandError(f"{path}, {problem}") from problem
    except (OSError, EOFError, zlib.error) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise CommandError(f"{path} cannot be read: {reason}") from problem
    if not trace.records:
        raise CommandError(f"{path} is not a trace in the Standard Workload Format.")
    return trace


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """Open a text file, gzipped or not, whatever its name."""
    with path.open("rb") as raw:
        packed = raw.read(len(GZIP)) == GZIP
    opener = gzip.open if packed else open
    with opener(path, "rt", encoding="utf-8", errors="replace") as stream:
        yield stream


def start_lines(ended: list[Ended]) -> str:
    pairs = sorted((event.job.id, event.started) for event in ended)
    return "".join(f"{job_id},{started}\n" for job_id, started in pairs)


def write_starts(path: Path, lines: str) -> None:
    try:
        path.write_text(lines, encoding="ascii", newline="")
    except OSError as problem:
        raise CommandError(f"{path} cannot be written: {problem.strerror}") from problem


def summary(ended: list[Ended], scheduler: Scheduler) -> dict[str, object]:
    metrics = measure(ended, nodes=scheduler.machine.nodes)
    return {
        "jobs": metrics.jobs,
        "procs": scheduler.machine.nodes,
        "mean_wait": metrics.mean_wait,
        "median_wait": metrics.median_wait,
        "p95_wait": metrics.p95_wait,
        "max_wait": metrics.max_wait,
        "mean_slowdown": metrics.mean_slowdown,
        "mean_bsld10": metrics.mean_bounded_slowdown,
        "util": metrics.utilisation,
        "makespan": metrics.makespan,
        "zero_wait_share": metrics.zero_wait_share,
        "passes": scheduler.instants,
        "backfilled": scheduler.backfilled,
    }


def table(row: dict[str, object]) -> str:
    lines = [
        ("trace", row["trace"]),
        ("policy", row["policy"]),
        ("processors", f"{row['procs']:,}"),
        ("jobs", f"{row['jobs']:,}"),
        ("backfilled", f"{row['backfilled']:,}"),
        ("mean wait", f"{row['mean_wait']:,.1f} s"),
        ("median wait", f"{row['median_wait']:,} s"),
        ("95 % wait at most", f"{row['p95_wait']:,} s"),
        ("longest wait", f"{row['max_wait']:,} s"),
        ("no wait", f"{row['zero_wait_share']:.1%}"),
        ("mean slowdown", f"{row['mean_slowdown']:,.2f}"),
        ("mean bounded slowdown", f"{row['mean_bsld10']:,.2f}"),
        ("utilisation", f"{row['util']:.2%}"),
        ("makespan", f"{row['makespan']:,} s"),
        ("SHA-256 of the starts", row["starts_sha256"]),
    ]
    return "\n".join(f"{name:<22} {value:>18}" for name, value in lines)
