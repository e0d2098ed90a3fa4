"""Traces and schedules as files, and in words why one cannot be used."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from django.core.management.base import CommandError

from allocations.scheduler import swf

GZIP = b"\x1f\x8b"


def read_trace(path: Path, *, strict: bool) -> swf.Trace:
    try:
        with refusing(path, to="read"), open_text(path) as lines:
            trace = swf.read(lines, strict=strict)
    except swf.MalformedTrace as problem:
        raise CommandError(f"{path}, {problem}") from problem
    if not trace.records:
        raise CommandError(f"{path} is not a trace in the Standard Workload Format.")
    return trace


@contextmanager
def refusing(path: Path, *, to: str) -> Iterator[None]:
    """Say in a sentence why a file cannot be used."""
    try:
        yield
    except (OSError, EOFError, zlib.error) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise CommandError(f"{path} cannot be {to}: {reason}") from problem


@contextmanager
def open_text(path: Path) -> Iterator[TextIO]:
    """Open a text file, gzipped or not, whatever its name."""
    with path.open("rb") as raw:
        packed = raw.read(len(GZIP)) == GZIP
    opener = gzip.open if packed else open
    with opener(path, "rt", encoding="utf-8", errors="replace") as stream:
        yield stream


def read_starts(path: Path) -> dict[int, int]:
    starts = {}
    with refusing(path, to="read"), open_text(path) as lines:
        for number, line in enumerate(lines, start=1):
            try:
                job_id, start = map(int, line.split(","))
            except ValueError:
                raise CommandError(f"{path}, line {number}: not 'job id,start'") from None
            starts[job_id] = start
    return starts


def write_text(path: Path, text: str) -> None:
    """Write a text file, gzipped if its name says so; the same text gives the same bytes."""
    data = text.encode()
    with refusing(path, to="written"):
        path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
