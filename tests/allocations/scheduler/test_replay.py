"""``manage.py replay``, which reads a trace and needs no database."""

import gzip
import hashlib
import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command

TRACE = """\
; MaxProcs: 4
1 0 -1 10 3 -1 -1 3 10 -1 1 -1 -1 -1 -1 -1 -1 -1
2 1 -1 10 4 -1 -1 4 10 -1 1 -1 -1 -1 -1 -1 -1 -1
3 2 -1 5 1 -1 -1 1 5 -1 1 -1 -1 -1 -1 -1 -1 -1
"""


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def trace(tmp_path):
    path = tmp_path / "small.swf"
    path.write_text(TRACE)
    return path


def replay(*args, stderr=None):
    stdout, stderr = io.StringIO(), stderr or io.StringIO()
    call_command("replay", *map(str, args), stdout=stdout, stderr=stderr)
    return stdout.getvalue(), stderr.getvalue()


def test_prints_the_metrics_as_json(trace):
    out, err = replay(trace, "--processors", 4, "--json")

    assert json.loads(out) == {
        "trace": "small.swf",
        "policy": "easy",
        "procs": 4,
        "first": None,
        "jobs": 3,
        "mean_wait": 3.0,
        "median_wait": 0,
        "p95_wait": 9,
        "max_wait": 9,
        "zero_wait_share": pytest.approx(2 / 3),
        "mean_slowdown": pytest.approx((1 + 1.9 + 1) / 3),
        "mean_bsld10": pytest.approx((1 + 1.9 + 1) / 3),
        "util": pytest.approx(75 / 80),
        "makespan": 20,
        "passes": 6,
        "backfilled": 1,
        "starts_sha256": hashlib.sha256(b"1,0\n2,10\n3,2\n").hexdigest(),
    }
    assert err == ""


def test_prints_a_table(trace):
    out, _ = replay(trace, "--policy", "fcfs")

    lines = dict(line.rsplit(maxsplit=1) for line in out.splitlines())
    assert lines["policy"] == "fcfs"
    assert lines["jobs"] == "3"
    assert lines["utilisation"] == "75.00%"


def test_replays_with_slurm_s_two_passes(trace):
    """Job 3, which ``easy`` lets start at 2, waits for the backfill pass: nothing is due before."""
    row = json.loads(replay(trace, "--policy", "slurm", "--json")[0])

    assert row["policy"] == "slurm"
    assert (row["jobs"], row["backfilled"]) == (3, 0)


def test_writes_the_starts(trace, tmp_path):
    starts = tmp_path / "starts.csv"

    replay(trace, "--processors", 4, "--policy", "easy", "--starts", starts)

    assert starts.read_bytes() == b"1,0\n2,10\n3,2\n"


def test_reads_gzip_whatever_the_file_is_called(tmp_path):
    path = tmp_path / "packed.swf"
    path.write_bytes(gzip.compress(TRACE.encode()))

    assert json.loads(replay(path, "--json")[0])["jobs"] == 3


def test_takes_only_the_first_usable_jobs(trace):
    assert json.loads(replay(trace, "--first", 2, "--json")[0])["jobs"] == 2
    assert json.loads(replay(trace, "--first", 2, "--processors", 3, "--json")[0])["jobs"] == 2


def test_reports_malformed_lines_and_goes_on(trace):
    trace.write_text(TRACE + "what is this\n" * 7)

    out, err = replay(trace, "--json")

    assert json.loads(out)["jobs"] == 3
    assert err.splitlines()[0] == "line 5 skipped: 3 fields instead of 18"
    assert err.splitlines()[-1] == "2 more malformed lines skipped"


def test_shows_progress_on_a_terminal_only(trace):
    out, shown = replay(trace, "--json", stderr=Terminal())

    assert json.loads(out)["jobs"] == 3
    assert "100 % of 3 jobs" in shown
    assert replay(trace, "--json")[1] == ""


def test_refuses_malformed_lines_when_told_to(trace):
    trace.write_text(TRACE + "what is this\n")

    with pytest.raises(CommandError, match="line 5: 3 fields instead of 18"):
        replay(trace, "--strict")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"Dear reader,\nthis is a letter.\n", "is not a trace in the Standard Workload Format"),
        (b"", "is not a trace in the Standard Workload Format"),
        (gzip.compress(TRACE.encode(), mtime=0)[:40], "cannot be read"),
        (b"\x1f\x8bnot gzip after all", "cannot be read"),
        (TRACE.encode().split(b"\n", 1)[1], "add --processors"),
    ],
)
def test_says_what_is_wrong_with_a_file(tmp_path, content, complaint):
    path = tmp_path / "odd.swf"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=complaint):
        replay(path)


def test_says_that_a_file_is_missing(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        replay(tmp_path / "missing.swf", "--processors", 4)


def test_says_that_no_job_fits(trace):
    trace.write_text("\n".join(TRACE.splitlines()[:3]))

    with pytest.raises(CommandError, match="no job that 2 processors could run"):
        replay(trace, "--processors", 2)


def test_says_that_the_starts_cannot_be_written(trace, tmp_path):
    with pytest.raises(CommandError, match="cannot be written: No such file"):
        replay(trace, "--starts", tmp_path / "nowhere" / "starts.csv")


@pytest.mark.parametrize("option", ["--processors", "--first"])
@pytest.mark.parametrize("value", ["0", "-3", "four", "1.5"])
def test_refuses_numbers_below_one(trace, option, value):
    with pytest.raises(CommandError, match="is not a whole number above 0"):
        replay(trace, f"{option}={value}")


def test_refuses_an_unknown_policy(trace):
    with pytest.raises(CommandError, match="invalid choice: 'fifo'"):
        replay(trace, "--policy", "fifo")


def test_writes_the_schedule_as_a_trace_that_gives_it_again(trace, tmp_path):
    plain, packed = tmp_path / "out.swf", tmp_path / "out.swf.gz"
    first = replay(trace, "--json", "--swf-out", plain)[0]

    again = replay(plain, "--json", "--strict", "--swf-out", packed)[0]

    assert plain.read_text().splitlines() == [
        "; Version: 2.2",
        "; MaxNodes: 4",
        "; MaxJobs: 3",
        "; MaxRecords: 3",
        "; MaxProcs: 4",
        "; MaxRuntime: 10",
        "; Preemption: No",
        "; Note: simulated, policy easy",
        "1 0 0 10 3 -1 -1 3 10 -1 1 -1 -1 -1 -1 -1 -1 -1",
        "2 1 9 10 4 -1 -1 4 10 -1 1 -1 -1 -1 -1 -1 -1 -1",
        "3 2 0 5 1 -1 -1 1 5 -1 1 -1 -1 -1 -1 -1 -1 -1",
    ]
    assert gzip.decompress(packed.read_bytes()).startswith(b"; Version: 2.2\n; MaxNodes: 4\n")
    assert json.loads(again) == json.loads(first) | {"trace": "out.swf"}


def test_compares_the_starts_with_others(trace, tmp_path):
    others = tmp_path / "others.csv"
    replay(trace, "--starts", others)

    assert json.loads(replay(trace, "--compare", others, "--json")[0])["differing_starts"] == 0


def test_fails_where_starts_differ_and_describes_the_machine_there(trace, tmp_path):
    others = tmp_path / "others.csv"
    replay(trace, "--starts", others, "--policy", "fcfs")

    with pytest.raises(CommandError) as refusal:
        replay(trace, "--compare", others)

    assert refusal.value.returncode == 1
    assert str(refusal.value).splitlines() == [
        "1 of 3 starts differ.",
        "First: job 3 starts at 2, in the other at 20.",
        "At 2, once this schedule's pass is made:",
        "  0 nodes free, 2 jobs running, 1 waiting",
        "  head of the queue: job 2, 4 nodes for 10 s, reserved from 10 on",
    ]


def test_refuses_starts_that_it_cannot_read(trace, tmp_path):
    others = tmp_path / "others.csv"
    others.write_text("1,0\n2;10\n")

    with pytest.raises(CommandError, match="line 2: not 'job id,start'"):
        replay(trace, "--compare", others)
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        replay(trace, "--compare", tmp_path / "missing.csv")


def test_draws_the_schedule(trace, tmp_path):
    picture = tmp_path / "out.png"

    replay(trace, "--plot", picture)

    assert picture.read_bytes().startswith(b"\x89PNG\r\n")


def test_says_that_a_picture_needs_a_library(trace, tmp_path, monkeypatch):
    monkeypatch.delitem(sys.modules, "allocations.scheduler.plot", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    with pytest.raises(CommandError, match="pip install matplotlib"):
        replay(trace, "--plot", tmp_path / "out.png")


def test_the_kernel_prints_and_writes_the_same(trace, tmp_path):
    others = tmp_path / "others.csv"
    printed = replay(trace, "--json", "--starts", others)[0]

    assert replay(trace, "--json", "--kernel")[0] == printed
    replay(trace, "--kernel", "--compare", others)


def test_says_which_policies_the_kernel_does_not_know(trace):
    with pytest.raises(CommandError, match="the kernel does not know the policy conservative"):
        replay(trace, "--kernel", "--policy", "conservative")
