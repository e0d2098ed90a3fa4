"""The Standard Workload Format of the Parallel Workloads Archive, in and out.

A line per job with eighteen numbers, of which -1 stands for unknown, after
header lines ``; Label: value``. Defined by Chapin et al., "Benchmarks and
Standards for the Evaluation of Parallel Job Schedulers", JSSPP 1999.
"""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple, TextIO

from .events import Ended, Event
from .jobs import Job

HEADER = re.compile(r";\s*([A-Z]\w*)\s*:\s*(.*)")
FAILED = 0  # a value of ``status``


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
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text.startswith(";"):
            header += _header_field(text)
        elif text:
            try:
                record = _record(text, records)
            except ValueError as problem:
                if strict:
                    raise MalformedTrace(f"line {number}: {problem}") from None
                malformed.append(Malformed(number, str(problem)))
            else:
                records[record.job] = record
    return Trace(tuple(header), tuple(records.values()), tuple(malformed))


def _header_field(comment: str) -> list[tuple[str, str]]:
    found = HEADER.match(comment)
    return [(found[1], found[2])] if found else []


def _record(text: str, earlier: Container[int]) -> Record:
    fields = text.split()
    if len(fields) != len(Record._fields):
        raise ValueError(f"{len(fields)} fields instead of {len(Record._fields)}")
    try:
        record = Record._make(map(int, fields))
    except ValueError:  # some logs give mean CPU times with a fraction
        record = Record._make(map(_whole, fields))
    if record.job in earlier:
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


def scheduled(events: Iterable[Event]) -> Iterator[Record]:
    """The jobs that have ended, as records with the wait and run time they had."""
    for event in events:
        if isinstance(event, Ended):
            job = event.job
            yield Record(
                job=job.id,
                submit=job.submit,
                wait=event.started - job.submit,
                run=event.elapsed,
                used_processors=job.nodes,
                processors=job.nodes,
                estimate=job.limit,
                status=int(job.exit_code == 0),
            )


def write(
    stream: TextIO, records: Iterable[Record], *, header: Iterable[tuple[str, str]] = ()
) -> None:
    """Write a trace to an open text file."""
    stream.writelines(f"; {label}: {value}\n" for label, value in header)
    stream.writelines(" ".join(map(str, record)) + "\n" for record in records)
