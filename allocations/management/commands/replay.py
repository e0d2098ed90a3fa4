"""Replay a trace in the Standard Workload Format and say what the schedule was like."""

import hashlib
import json
from argparse import ArgumentTypeError
from importlib import import_module
from io import StringIO
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from allocations.management.files import read_starts, read_trace, refusing, write_text
from allocations.scheduler import Ended, Machine, Policy, Scheduler, kernel, swf
from allocations.scheduler.comparison import differences, scene
from allocations.scheduler.metrics import measure

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
            "--kernel",
            action="store_true",
            help="compute by the compiled kernel, for long traces (fcfs and easy; needs numba)",
        )
        parser.add_argument("--strict", action="store_true", help="refuse malformed lines")
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
        self.add_files(parser)

    def add_files(self, parser):
        parser.add_argument(
            "--starts", type=Path, metavar="OUT.csv", help="write 'job id,start' lines there"
        )
        parser.add_argument(
            "--swf-out",
            type=Path,
            metavar="OUT.swf[.gz]",
            help="write the schedule there as a trace of its own",
        )
        parser.add_argument(
            "--compare",
            type=Path,
            metavar="OTHER.csv",
            help="compare the starts with those written by --starts there; fail if they differ",
        )
        parser.add_argument(
            "--plot",
            type=Path,
            metavar="OUT.png",
            help="draw utilisation and queue length over time (needs matplotlib)",
        )

    def handle(self, *, trace, processors, policy, first, strict, **options):
        others = read_starts(options["compare"]) if options["compare"] else None
        plot = plotter() if options["plot"] else None
        log = read_trace(trace, strict=strict)
        self.report_malformed(log)
        processors = processors or log.processors
        jobs = find_jobs(log, trace, processors=processors)[:first]
        compute = kernel_run if options["kernel"] else self.run
        ended, counts = compute(jobs, processors=processors, policy=policy)
        if options["swf_out"]:
            text = swf_text(ended, log, processors=processors, policy=policy)
            write_text(options["swf_out"], text)
        if plot:
            with refusing(options["plot"], to="written"):
                title = f"{trace.name}, {policy}, {processors:,} processors"
                plot.draw(options["plot"], ended, nodes=processors, title=title)
        starts = {event.job.id: event.started for event in ended}
        if options["starts"]:
            write_text(options["starts"], start_lines(starts))
        found = [] if others is None else differences(starts, others)
        row = summary(ended, processors) | counts
        row |= {"trace": trace.name, "policy": policy, "first": first}
        row["starts_sha256"] = hashlib.sha256(start_lines(starts).encode()).hexdigest()
        if others is not None:
            row["differing_starts"] = len(found)
        self.stdout.write(json.dumps(row, indent=1) if options["json"] else table(row))
        if found:
            again = new_scheduler(jobs, processors=processors, policy=policy)
            raise CommandError(explain(found, scene(again, at=found[0].at), len(jobs)))

    def report_malformed(self, log):
        for line, problem in log.malformed[:REPORTED]:
            self.stderr.write(f"line {line} skipped: {problem}")
        if len(log.malformed) > REPORTED:
            self.stderr.write(f"{len(log.malformed) - REPORTED} more malformed lines skipped")

    def run(self, jobs, *, processors, policy):
        """Let all ``jobs`` end, with a progress bar where somebody can see it."""
        scheduler = new_scheduler(jobs, processors=processors, policy=policy)
        step = (jobs[-1].submit - jobs[0].submit) // SLICES + 1
        ended = []
        while (at := scheduler.peek()) is not None:
            events = scheduler.advance(until=at + step)
            ended += [event for event in events if isinstance(event, Ended)]
            self.show_progress(len(ended), len(jobs))
        return ended, {"passes": scheduler.instants, "backfilled": scheduler.backfilled}

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


def find_jobs(log, trace, *, processors):
    if not processors:
        raise CommandError(f"{trace} does not say how large its machine is: add --processors.")
    jobs = swf.usable_jobs(log.records, processors=processors)
    if not jobs:
        raise CommandError(f"{trace} has no job that {processors} processors could run.")
    return jobs


def new_scheduler(jobs, *, processors, policy):
    scheduler = Scheduler(Machine(processors), Policy(policy))
    scheduler.submit(jobs)
    return scheduler


def kernel_run(jobs, *, processors, policy):
    """Let all ``jobs`` end in one call."""
    try:
        schedule = kernel.simulate(Machine(processors), Policy(policy), kernel.Columns.of(jobs))
    except kernel.KernelUnavailable as refusal:
        raise CommandError(f"--kernel cannot be used: {refusal}") from None
    ended = list(schedule.ended(jobs))
    return ended, {"passes": schedule.instants, "backfilled": schedule.backfilled}


def start_lines(starts: dict[int, int]) -> str:
    return "".join(f"{job_id},{start}\n" for job_id, start in sorted(starts.items()))


def swf_text(ended: list[Ended], log: swf.Trace, *, processors: int, policy: str) -> str:
    records = swf.scheduled(ended, {record.job: record for record in log.records})
    header = swf.scheduled_header(
        records,
        processors=processors,
        note=f"simulated, policy {policy}",
        source=log.header,
    )
    stream = StringIO()
    swf.write(stream, records, header=header)
    return stream.getvalue()


def plotter():
    """The module that draws; it is not imported before somebody asks for a picture."""
    try:
        return import_module("allocations.scheduler.plot")
    except ModuleNotFoundError as missing:
        raise CommandError(
            f"--plot needs {missing.name}, which is not installed: pip install matplotlib"
        ) from None


def explain(found, there, jobs):
    """Say in words how two schedules differ, and what the machine is like where they part."""
    first = found[0]
    lines = [
        f"{len(found):,} of {jobs:,} starts differ.",
        f"First: job {first.job} starts {moment(first.start)}, in the other {moment(first.other)}.",
        f"At {there.at}, once this schedule's pass is made:",
        f"  {there.free:,} nodes free, {there.running:,} jobs running, {there.waiting:,} waiting",
    ]
    if there.head:
        reserved = "" if there.reserved is None else f", reserved from {there.reserved} on"
        lines.append(
            f"  head of the queue: job {there.head.id}, {there.head.nodes:,} nodes "
            f"for {there.head.limit:,} s{reserved}"
        )
    return "\n".join(lines)


def moment(start):
    return "never" if start is None else f"at {start}"


def summary(ended: list[Ended], processors: int) -> dict[str, object]:
    metrics = measure(ended, nodes=processors)
    return {
        "jobs": metrics.jobs,
        "procs": processors,
        "mean_wait": metrics.mean_wait,
        "median_wait": metrics.median_wait,
        "p95_wait": metrics.p95_wait,
        "max_wait": metrics.max_wait,
        "mean_slowdown": metrics.mean_slowdown,
        "mean_bsld10": metrics.mean_bounded_slowdown,
        "util": metrics.utilisation,
        "makespan": metrics.makespan,
        "zero_wait_share": metrics.zero_wait_share,
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
