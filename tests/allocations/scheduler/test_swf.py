import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocations.scheduler import Job, swf

from . import generated
from .schedules import run

LOG = """\
; Version: 2.2
; Computer: IBM SP2
; Note: uses the EASY scheduler
; Note: and a second note
;              http://www.cs.huji.ac.il/labs/parallel/workload/
;
; MaxProcs: 100
1 0 5 100 4 -1 -1 8 200 -1 1 12 13 14 1 -1 -1 -1

  2   10  -1   50   2 9.5 -1   -1   -1   -1   0  -1  -1  -1  -1  -1  -1 -1
"""


def line(job, submit=0, run=10, used=-1, processors=-1, estimate=-1, status=1):
    return swf.Record(
        job,
        submit,
        run=run,
        used_processors=used,
        processors=processors,
        estimate=estimate,
        status=status,
    )


def test_reads_header_and_jobs():
    trace = swf.read(LOG.splitlines())

    assert trace.header == (
        ("Version", "2.2"),
        ("Computer", "IBM SP2"),
        ("Note", "uses the EASY scheduler"),
        ("Note", "and a second note\nhttp://www.cs.huji.ac.il/labs/parallel/workload/"),
        ("MaxProcs", "100"),
    )
    assert trace.records == (
        swf.Record(1, 0, 5, 100, 4, -1, -1, 8, 200, -1, 1, 12, 13, 14, 1, -1, -1, -1),
        swf.Record(2, 10, run=50, used_processors=2, used_cpu=9, status=0),
    )
    assert trace.malformed == ()


def test_a_comment_after_a_break_belongs_to_no_field():
    trace = swf.read(["; Note: on the scheduler", ";", ";  j |  s |  w", ";  continued"])

    assert trace.header == (("Note", "on the scheduler"),)


def test_lines_of_parts_of_a_job_belong_to_the_line_of_the_whole():
    lines = [
        "1 0 5 100 4 -1 -1 8 200 -1 1 12 13 14 1 -1 -1 -1",
        "1 -1 5 60 4 -1 -1 8 200 -1 2 12 13 14 1 -1 -1 -1",
        "1 -1 9 40 4 -1 -1 8 200 -1 3 12 13 14 1 -1 -1 -1",
        "2 7 5 100 4 -1 -1 8 200 -1 2 12 13 14 1 -1 -1 -1",
    ]

    trace = swf.read(lines, strict=True)

    assert [(record.job, record.run) for record in trace.records] == [(1, 100), (2, 100)]


def test_header_fields_are_found_by_their_label():
    trace = swf.read(LOG.splitlines())

    assert trace.field("Note") == "uses the EASY scheduler"
    assert trace.field("Queue") is None


@pytest.mark.parametrize(
    ("header", "processors"),
    [
        ("; MaxProcs: 100\n; MaxNodes: 25", 100),
        ("; MaxNodes: 25", 25),
        ("; MaxProcs: 2004 (4 of them broken)", 2004),
        ("; MaxProcs: -1\n; MaxNodes: 25", 25),
        ("; MaxProcs: unknown", None),
        ("", None),
    ],
)
def test_the_header_says_how_large_the_machine_is(header, processors):
    assert swf.read(header.splitlines()).processors == processors


BROKEN = """\
; Version: 2.2
1 0 5 100 4 -1 -1 8 200 -1 1 12 13 14 1 -1 -1 -1
2 0 5 100 4 -1 -1 8 200
three 0 5 100 4 -1 -1 8 200 -1 1 12 13 14 1 -1 -1 -1
4 0 5 nan 4 -1 -1 8 200 -1 1 12 13 14 1 -1 -1 -1
1 7 5 100 4 -1 -1 8 200 -1 1 12 13 14 1 -1 -1 -1
6 0 5 100 4 -1 -1 8 200 -1 1 12 13 14 1 -1 -1 -1 -1
7 0 5 100 4 -1 -1 8 200 -1 1 12 13 14 1 -1 -1 -1
"""


def test_malformed_lines_are_skipped_and_listed_by_their_number():
    trace = swf.read(BROKEN.splitlines())

    assert [record.job for record in trace.records] == [1, 7]
    assert [line for line, _ in trace.malformed] == [3, 4, 5, 6, 7]
    assert trace.malformed[0].problem == "9 fields instead of 18"
    assert trace.malformed[3].problem == "job 1 has a line already"


def test_a_strict_reader_refuses_the_first_malformed_line():
    with pytest.raises(swf.MalformedTrace, match="line 3: 9 fields instead of 18"):
        swf.read(BROKEN.splitlines(), strict=True)


def test_a_file_of_something_else_has_no_jobs():
    trace = swf.read(Path(generated.__file__).read_text(encoding="utf-8").splitlines())

    assert trace.records == ()
    assert trace.malformed


def test_unknown_fields_are_replaced_by_what_is_known():
    records = [
        line(1, processors=8, used=4, estimate=20),
        line(2, used=4, estimate=20),
        line(3, processors=8),
        line(4, processors=0, used=4, estimate=0),
    ]

    assert swf.usable_jobs(records, processors=8) == [
        Job(1, 0, 8, 20, 10),
        Job(2, 0, 4, 20, 10),
        Job(3, 0, 8, 10, 10),
        Job(4, 0, 4, 10, 10),
    ]


def test_a_job_is_cut_at_its_estimate():
    jobs = swf.usable_jobs([line(1, run=30, used=1, estimate=20)], processors=1)

    assert [job.elapsed for job in jobs] == [20]


@pytest.mark.parametrize(
    "record",
    [
        line(1, run=0, used=1),
        line(1, run=-1, used=1),
        line(1, run=-1, used=1, estimate=10),
        line(1),
        line(1, used=0, processors=0),
        line(1, used=9),
        line(1, processors=9, used=1),
        line(1, submit=-1, used=1),
    ],
)
def test_jobs_that_cannot_run_are_dropped(record):
    assert swf.usable_jobs([record], processors=8) == []


def test_jobs_come_in_the_order_of_the_queue():
    records = [line(3, 5, used=1), line(2, 5, used=1), line(9, 0, used=1)]

    assert [job.id for job in swf.usable_jobs(records, processors=1)] == [9, 2, 3]


def test_a_failed_job_keeps_its_failure():
    jobs = swf.usable_jobs([line(1, used=1, status=0), line(2, used=1, status=5)], processors=1)

    assert [job.exit_code for job in jobs] == [1, 0]


def written(records, header=()):
    stream = io.StringIO()
    swf.write(stream, records, header=header)
    return stream.getvalue()


def test_a_schedule_is_written_as_a_trace_with_its_waits():
    _, events = run([Job(9, 0, 2, 20, 10), Job(2, 3, 2, 20, 30, exit_code=1)], nodes=2)

    assert written(swf.scheduled(reversed(events)), header=[("MaxProcs", "2")]) == (
        "; MaxProcs: 2\n"
        "9 0 0 10 2 -1 -1 2 20 -1 1 -1 -1 -1 -1 -1 -1 -1\n"
        "2 3 7 20 2 -1 -1 2 20 -1 0 -1 -1 -1 -1 -1 -1 -1\n"
    )


def test_a_schedule_keeps_what_the_log_says_beyond_it():
    source = "1 4 99 30 2 9 8 -1 20 7 5 12 13 14 15 16 -1 -1"
    record = swf.read([source]).records[0]
    _, events = run(swf.usable_jobs([record], processors=2), nodes=2)

    records = swf.scheduled(events, {record.job: record})

    assert written(records) == "1 4 0 20 2 9 8 2 20 7 5 12 13 14 15 16 -1 -1\n"


def test_the_header_of_a_schedule_keeps_where_the_log_was_made():
    source = swf.read(LOG.splitlines()).header

    header = swf.scheduled_header(
        [line(1, run=70), line(2)], processors=64, note="x", source=source
    )

    assert header == [
        ("Version", "2.2"),
        ("Computer", "IBM SP2"),
        ("Note", "uses the EASY scheduler"),
        ("Note", "and a second note\nhttp://www.cs.huji.ac.il/labs/parallel/workload/"),
        ("MaxNodes", "64"),
        ("MaxJobs", "2"),
        ("MaxRecords", "2"),
        ("MaxProcs", "64"),
        ("MaxRuntime", "70"),
        ("Preemption", "No"),
        ("Note", "x"),
    ]


numbers = st.integers(-1, 2**40)


@given(st.lists(st.tuples(*[numbers] * 18), unique_by=lambda record: record[0]))
def test_what_is_written_is_read_back(rows):
    records = tuple(swf.Record(*row) for row in rows)
    header = (("Version", "2.2"), ("Note", "one"), ("Note", "two: three\nand four"))
    stream = io.StringIO()

    swf.write(stream, records, header=header)

    stream.seek(0)
    assert swf.read(stream, strict=True) == swf.Trace(header, records)
