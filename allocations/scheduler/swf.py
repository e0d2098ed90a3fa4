"""The Standard Workload Format of the Parallel Workloads Archive, in and out.

A line per job with eighteen numbers, of which -1 stands for unknown, after
header lines ``; Label: value``. Defined by Chapin et al., "Benchmarks and
Standards for the Evaluation of Parallel Job Schedulers", JSSPP 1999; this is
version 2.2 of https://www.cs.huji.ac.il/labs/parallel/workload/swf.html.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType
from typing import NamedTuple, TextIO

from .events import Ended, Event
from .jobs import Job

HEADER = re.compile(r";\s*([A-Z]\w*)\s*:\s*(.*)")
CONTINUATION = re.compile(r";\s{2,}(\S.*)")
FAILED, COMPLETED = 0, 1  # values of ``status``
PARTS = {2, 3, 4}  # a line of a job that was swapped out and has a line as a whole

Header = Iterable[tuple[str, str]]


class Record(NamedTuple):
    """A job's line; times in seconds, ``submit`` from the start of the log."""

    job: int
    submit: int
    wait: int = -1
    run: int = -1
    used_processors: int = -1
    used_cpu: int = -1
    used_memory: int = -1
    processors: int = -1
    estimate: int = -1
    memory: int = -1
    status: int = -1
    user: int = -1
    group: int = -1
    executable: int = -1
    queue: int = -1
    partition: int = -1
    preceding: int = -1
    think: int = -1


class Malformed(NamedTuple):
    """A line that is neither a comment nor a job."""

    line: int
    problem: str


class MalformedTrace(ValueError):
    """A trace was to be read strictly and has a malformed line."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What a log says: its header fields in order, its jobs, and its broken lines."""

    header: tuple[tuple[str, str], ...]
    records: tuple[Record, ...]
    malformed: tuple[Malformed, ...] = ()

    def field(self, label: str) -> str | None:
        """The first header field of that label."""
        return next((value for key, value in self.header if key == label), None)

    @property
    def processors(self) -> int | None:
        """The size of the machine by the header, if it says."""
        for label in ("MaxProcs", "MaxNodes"):
            digits = re.match(r"\d+", self.field(label) or "")
            if digits and int(digits[0]) > 0:
                return int(digits[0])
        return None


def read(lines: Iterable[str], *, strict: bool = False) -> Trace:
    """Read a trace from an open text file or any lines.

    Malformed lines are skipped and listed by their number; with ``strict`` the
    first one raises ``MalformedTrace``.
    """
    header: list[tuple[str, str]] = []
    records: dict[int, Record] = {}
    malformed: list[Malformed] = []
    in_field = False
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text.startswith(";"):
            in_field = _read_comment(text, header, in_field=in_field)
        elif text:
            try:
                record = _record(text, records)
            except ValueError as problem:
                if strict:
                    raise MalformedTrace(f"line {number}: {problem}") from None
                malformed.append(Malformed(number, str(problem)))
            else:
                records.setdefault(record.job, record)
    return Trace(tuple(header), tuple(records.values()), tuple(malformed))


def _read_comment(text: str, header: list[tuple[str, str]], *, in_field: bool) -> bool:
    """Add a field to ``header``, or a line to its last one; say if another may follow."""
    if found := HEADER.match(text):
        header.append((found[1], found[2]))
    elif in_field and (found := CONTINUATION.match(text)):
        label, value = header[-1]
        header[-1] = label, f"{value}\n{found[1]}"
    return found is not None


def _record(text: str, earlier: Container[int]) -> Record:
    fields = text.split()
    if len(fields) != len(Record._fields):
        raise ValueError(f"{len(fields)} fields instead of {len(Record._fields)}")
    try:
        record = Record._make(map(int, fields))
    except ValueError:  # some logs give mean CPU times with a fraction
        record = Record._make(map(_whole, fields))
    if record.job in earlier and record.status not in PARTS:
        raise ValueError(f"job {record.job} has a line already")
    return record


def _whole(field: str) -> int:
    number = float(field)
    if not isfinite(number):
        raise ValueError(f"{field!r} is not a number")
    return int(number)


def usable_jobs(records: Iterable[Record], *, processors: int) -> list[Job]:
    """The jobs that a machine of that size can run, in the order of the queue.

    Without an estimate the run time stands for it, without requested
    processors those used; jobs without a run time, without processors, larger
    than the machine or submitted before the log starts are left out.
    """
    jobs = []
    for record in records:
        nodes = record.processors if record.processors > 0 else record.used_processors
        limit = record.estimate if record.estimate > 0 else record.run
        if record.run > 0 and 0 < nodes <= processors and record.submit >= 0:
            failed = int(record.status == FAILED)
            jobs.append(Job(record.job, record.submit, nodes, limit, record.run, failed))
    jobs.sort(key=lambda job: (job.submit, job.id))
    return jobs


def scheduled(
    events: Iterable[Event], records: Mapping[int, Record] = MappingProxyType({})
) -> list[Record]:
    """The jobs that have ended, as records with the wait and run time they had.

    They come in the order of their submission, as the format asks. What a
    schedule does not say is taken from ``records`` by job id.
    """
    jobs = []
    for event in events:
        if isinstance(event, Ended):
            job, record = event.job, records.get(event.job.id)
            status = FAILED if job.exit_code else COMPLETED
            jobs.append(
                (record or Record(job.id, job.submit, status=status))._replace(
                    submit=job.submit,
                    wait=event.started - job.submit,
                    run=event.elapsed,
                    used_processors=job.nodes,
                    processors=job.nodes,
                    estimate=job.limit,
                )
            )
    return sorted(jobs, key=lambda record: (record.submit, record.job))


def scheduled_header(
    records: Sequence[Record], *, processors: int, note: str, source: Header = ()
) -> list[tuple[str, str]]:
    """The header of ``records`` that were scheduled, after that of the log they come from.

    Where and when the log was made stays; what speaks of the schedule is said anew.
    """
    anew = {"Version", "MaxJobs", "MaxRecords", "MaxProcs", "MaxRuntime", "EndTime", "Preemption"}
    kept = [(label, value) for label, value in source if label not in anew]
    if "MaxNodes" not in dict(kept):
        kept.append(("MaxNodes", str(processors)))
    return [
        ("Version", "2.2"),
        *kept,
        ("MaxJobs", str(len(records))),
        ("MaxRecords", str(len(records))),
        ("MaxProcs", str(processors)),
        ("MaxRuntime", str(max((record.run for record in records), default=0))),
        ("Preemption", "No"),
        ("Note", note),
    ]


def write(stream: TextIO, records: Iterable[Record], *, header: Header = ()) -> None:
    """Write a trace to an open text file."""
    for label, value in header:
        first, *others = value.split("\n")
        stream.write(f"; {label}: {first}\n")
        stream.writelines(f";   {line}\n" for line in others)
    stream.writelines(" ".join(map(str, record)) + "\n" for record in records)
