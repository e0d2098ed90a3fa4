"""What a simulated job would have written, for people to read.

The same job always writes the same lines. Until it has ended, nothing in them tells how it will:
how often it writes follows from its time limit, not from its run time.
"""

import datetime as dt
import math
from random import Random

from django.utils import timezone

from ..models import JobState

LINES = 40  # at most so many reports of progress until the time limit
LEAST_PAUSE = 30  # seconds between two of them
STEPS = 50  # of the training, from one report to the next
CHECKPOINT = 5  # reports from one checkpoint to the next
FIRST_LOSS, LAST_LOSS, HALFWAY = 10.8, 1.9, 6  # the loss falls by half every so many reports

FAILURES = {  # by exit code; {number} and {step} are filled in
    1: (
        "Traceback (most recent call last):",
        '  File "train.py", line 218, in <module>',
        "    trainer.fit(model, loader)",
        "FloatingPointError: loss is NaN at step {step}",
        "srun: error: task 0: Exited with exit code 1",
    ),
    2: (
        "usage: train.py [-h] --config CONFIG [--resume PATH]",
        "train.py: error: unrecognized arguments: --warmup",
        "srun: error: task 0: Exited with exit code 2",
    ),
    134: (
        "terminate called after throwing an instance of 'c10::DistBackendError'",
        "  what(): NCCL watchdog: collective operation timeout at step {step}",
        "srun: error: task 0: Aborted (core dumped)",
    ),
    137: (
        "slurmstepd: error: Detected 1 oom_kill event in StepId={number}.0.",
        "srun: error: task 0: Out Of Memory",
    ),
    139: ("srun: error: task 0: Segmentation fault (core dumped)",),
}


def seconds_so_far(job, *, at):
    """Seconds that the present run has been on its nodes by ``at``, as far as that is computed."""
    if job.started_at is None:
        return 0
    until = job.ended_at or min(at, job.partition.advanced_until or at)
    return max(0, int((until - job.started_at).total_seconds()))


def read_log(job, *, at):
    """The lines that the job's present run has written by the moment ``at``; none before it."""
    if job.started_at is None:
        return []
    elapsed = seconds_so_far(job, at=at)
    lines = _heading(job)
    pause = max(LEAST_PAUSE, job.time_limit // LINES)
    rng = Random(f"{job.partition.seed}/log/{job.pk}/{job.restarts}")  # noqa: S311 - a simulation
    for report in range(1, elapsed // pause + 1):
        lines += _progress(job, report, seconds=report * pause, noise=rng.random())
    step = elapsed * STEPS // pause
    return lines + [_stamped(job.ended_at, line) for line in _ending(job, step=step)]


def _heading(job):
    partition = job.partition
    gpus = job.nodes * partition.gpus_per_node
    what = f"restart {job.restarts}, from the last checkpoint" if job.restarts else "first start"
    return [
        _stamped(
            job.started_at,
            f"job {job.number} on {partition.name}: nodes={job.nodes} gpus={gpus}, {what}",
        )
    ]


def _progress(job, report, *, seconds, noise):
    moment = job.started_at + dt.timedelta(seconds=seconds)
    fallen = LAST_LOSS + (FIRST_LOSS - LAST_LOSS) * math.pow(0.5, report / HALFWAY)
    loss = fallen * (1 + (noise - 0.5) / 20)
    lines = [_stamped(moment, f"step {report * STEPS:>6}  loss {loss:.3f}")]
    if report % CHECKPOINT == 0:
        lines.append(_stamped(moment, f"checkpoint written: checkpoints/step-{report * STEPS}.pt"))
    return lines


def _ending(job, *, step):
    moment = job.ended_at and f"{timezone.localtime(job.ended_at):%Y-%m-%dT%H:%M:%S}"
    match job.state:
        case JobState.COMPLETED:
            return [
                f"checkpoint written: checkpoints/step-{step}.pt",
                f"finished after {step} steps",
            ]
        case JobState.TIMEOUT:
            why = f"*** JOB {job.number} CANCELLED AT {moment} DUE TO TIME LIMIT ***"
            return [f"slurmstepd: error: {why}"]
        case JobState.CANCELLED:
            return [f"slurmstepd: error: *** JOB {job.number} CANCELLED AT {moment} ***"]
        case JobState.FAILED:
            code = job.exit_code
            unknown = (f"srun: error: task 0: Exited with exit code {code}",)
            known = FAILURES.get(code, unknown)
            return [line.format(number=job.number, step=step) for line in known]
    return []


def _stamped(moment, line):
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S} {line}"
