"""When the waiting jobs of a partition will start, and jobs that nobody has submitted yet.

A forecast reads the queue without a lock, so that no tick ever waits for it, and is kept
under the fingerprint of the state it was made from: whoever asks again for the same state
finds the answer. When time is up fewer replications have to do; below twenty of them the
answer has no ranges, and without any time it is that of a single run.
"""

import datetime as dt
import time

from django.db import transaction
from django.db.models import Prefetch, Q

from jaif_portal import clock

from ..models import (
    Forecast,
    Horizon,
    Job,
    JobState,
    LedgerAccount,
    Partition,
    PendingReason,
    QueueForecast,
)
from ..scheduler.forecast import FEWEST, Outlook, Shape, start_range
from ..scheduler.margins import widen
from ..scheduler.prospects import Prospects, learn_parts, model_days
from ..scheduler.sizes import size_class
from . import multifactor
from .scores import margins_of
from .snapshot import Snapshot

REPLICATIONS = 200
PROBES = 40  # replications of each shape
FRESH = dt.timedelta(minutes=10)  # of portal time, within which no other answer is needed
LEARNED_FROM = 4000  # jobs that have ended
LIMITS = [1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600]
FORESEEN = ["replications", "p10", "p50", "p90", "drawn_p10", "drawn_p90", "horizon"]
ANSWER = ["made_at", "replications", "shapes"]
HORIZONS = {Horizon.HOUR: 3600, Horizon.QUARTER: 6 * 3600, Horizon.DAY: 24 * 3600}

# What ends by itself. How long anything else lasts is up to people.
FORESEEABLE = [
    PendingReason.NONE,
    PendingReason.PRIORITY,
    PendingReason.RESOURCES,
    PendingReason.BEGIN_TIME,
    PendingReason.DEPENDENCY,
    PendingReason.JOB_ARRAY_TASK_LIMIT,
    PendingReason.RESERVATION,
    PendingReason.REQ_NODE_NOT_AVAIL,
    PendingReason.ASSOC_GRP_NODE,
    PendingReason.ASSOC_MAX_JOBS,
    PendingReason.QOS_GRP_NODE,
    PendingReason.QOS_MAX_JOBS_PER_USER,
]


def foresee_queue(partition_id, *, seconds):
    """Forecast the partition's queue as it stands, in about ``seconds`` of wall time.

    With 0 it is a single run. Returns the ``QueueForecast`` of the present state, the one that
    was made before if there is one that is as good; ``None`` where nothing has been simulated
    yet, or where the queue moved on while it was read.
    """
    partition = Partition.objects.get(pk=partition_id)
    read_at = partition.advanced_until
    if read_at is None:
        return None
    jobs = _live_jobs(partition)
    outlook = _outlook(partition, jobs)
    partition.refresh_from_db(fields=["advanced_until"])
    if partition.advanced_until != read_at:
        return None
    fingerprint = outlook.fingerprint
    known = partition.queue_forecasts.filter(fingerprint=fingerprint).first()
    if known is not None and (known.replications >= FEWEST or not seconds):
        return known
    watched = _watched(partition, jobs)
    margins = margins_of(partition)
    runs = _in_time(outlook.replicate, watched, most=REPLICATIONS, seconds=seconds / 2)
    answer = QueueForecast(
        partition=partition,
        fingerprint=fingerprint,
        made_at=read_at,
        replications=len(runs) - 1 or 1,
        shapes=_foresee_shapes(outlook, shapes_of(partition), margins, seconds=seconds / 2),
    )
    ranges = {pk: start_range(runs, pk) for pk in watched}
    return _store(answer, [_forecast(jobs[pk], ranges[pk], margins, answer) for pk in watched])


def is_due(partition):
    """Whether the last answer is old, or a project's job has none yet."""
    latest = partition.queue_forecasts.first()
    if latest is None or partition.advanced_until - latest.made_at >= FRESH:
        return True
    ours = Job.objects.filter(allocation__isnull=False, forecasts=None, cancel_requested_at=None)
    return ours.filter(partition=partition, state=JobState.PENDING, reason__in=FORESEEABLE).exists()


def with_forecasts(jobs):
    """The query for ``jobs``, each with its latest one in the list ``latest_forecasts``."""
    latest = Forecast.objects.all()[:1]
    return jobs.prefetch_related(Prefetch("forecasts", latest, to_attr="latest_forecasts"))


def shapes_of(partition):
    """The shapes to foresee: nodes in powers of four and all of them, limits people choose."""
    nodes = [4**power for power in range(16) if 2 * 4**power <= partition.nodes]
    limits = [limit for limit in LIMITS if limit < partition.longest_limit]
    return [
        Shape(count, limit)
        for count in [*nodes, partition.nodes]
        for limit in [*limits, partition.longest_limit]
    ]


def _live_jobs(partition):
    """``{id: job}`` of all whose submission people know of; no background job of tomorrow."""
    known = Q(allocation__isnull=False) | Q(submitted_at__lte=partition.advanced_until)
    rows = Job.objects.live().filter(known, partition=partition).defer("script")
    return {job.pk: job for job in rows.order_by("pk")}


def _outlook(partition, jobs):
    accounts = LedgerAccount.objects.select_related("allocation__month").filter(
        allocation__in={job.allocation_id for job in jobs.values() if job.allocation_id}
    )
    accounts = {account.allocation_id: account for account in accounts}
    snapshot = Snapshot(partition, jobs, accounts, at=partition.advanced_until)
    scheduler = snapshot.scheduler()
    machine, state = snapshot.floor.counted(scheduler.state)
    parts = learn_parts(_ended(partition), machine=partition.nodes)
    days = model_days(partition.nodes, float(partition.background_load))
    return Outlook(
        machine,
        scheduler.policy,
        state,
        Prospects(partition.nodes, parts, days),
        seed=f"{partition.seed}/forecast",
        slurm=snapshot.slurm,
        accounts=multifactor.tenant_accounts(partition),
        probe_account=multifactor.probe_account(partition, snapshot.slurm, state.budgets),
    )


def _ended(partition):
    """``(nodes, limit, elapsed)`` of the latest jobs that came to an end of their own.

    Of those that started so long ago that none of them runs any more: among later ones, who has
    ended already is who ran for a short time.
    """
    whole = partition.advanced_until - dt.timedelta(seconds=partition.longest_limit)
    ended = Job.objects.filter(
        partition=partition,
        state__in=[JobState.COMPLETED, JobState.FAILED, JobState.TIMEOUT],
        started_at__lte=whole,
    )
    rows = ended.order_by("-pk").values_list("nodes", "time_limit", "started_at", "ended_at")
    return [
        (nodes, limit, int((end - start).total_seconds()))
        for nodes, limit, start, end in rows[:LEARNED_FROM]
    ]


def _watched(partition, jobs):
    """Ids of the waiting jobs to foresee: projects' each time, others' once, for the score."""
    unforeseen = set(
        Job.objects.filter(partition=partition, state=JobState.PENDING)
        .exclude(forecasts__replications__gte=FEWEST)
        .values_list("pk", flat=True)
    )
    return [
        job.pk
        for job in jobs.values()
        if job.state == JobState.PENDING
        and job.reason in FORESEEABLE
        and job.cancel_requested_at is None
        and (job.allocation_id is not None or job.pk in unforeseen)
    ]


def _in_time(replicate, subject, *, most, seconds):
    """The single run of ``subject``, and up to ``most`` replications while there is time."""
    end = time.monotonic() + seconds
    answers = [replicate(0, subject)]
    for number in range(1, most + 1):
        if time.monotonic() >= end:
            break
        answers.append(replicate(number, subject))
    return answers


def _foresee_shapes(outlook, shapes, margins, *, seconds):
    """For each shape its nodes, limit and the seconds until it starts."""
    runs = _in_time(outlook.probe, shapes, most=PROBES, seconds=seconds)
    now = outlook.state.now
    ranges = {shape: _widened(start_range(runs, shape), margins, now) for shape in shapes}
    return [
        {"nodes": shape.nodes, "time_limit": shape.limit}
        | {
            name: None if start is None else start - now
            for name, start in ranges[shape]._asdict().items()
        }
        for shape in shapes
    ]


def _widened(drawn, margins, now):
    return widen(drawn, margins[_horizon(drawn.p50, now)], now=now)


def _forecast(job, drawn, margins, answer):
    made_at = clock.seconds(answer.made_at)
    expected = _widened(drawn, margins, made_at)
    return Forecast(
        job=job,
        partition=answer.partition,
        made_at=answer.made_at,
        replications=answer.replications,
        size_class=size_class(job.nodes, machine=answer.partition.nodes),
        horizon=_horizon(drawn.p50, made_at),
        p10=_moment(expected.p10),
        p50=_moment(expected.p50),
        p90=_moment(expected.p90),
        drawn_p10=_moment(drawn.p10),
        drawn_p90=_moment(drawn.p90),
    )


def _horizon(expected, now):
    if expected is None:
        return Horizon.LONGER
    ahead = expected - now
    return next((name for name, most in HORIZONS.items() if ahead <= most), Horizon.LONGER)


def _moment(second):
    return None if second is None else clock.moment(second)


@transaction.atomic
def _store(answer, forecasts):
    """Keep the answer, unless one as good for the same state has come in meanwhile."""
    kept, created = QueueForecast.objects.select_for_update().get_or_create(
        partition=answer.partition,
        fingerprint=answer.fingerprint,
        defaults={name: getattr(answer, name) for name in ANSWER},
    )
    if not created:
        if kept.replications >= answer.replications:
            return kept
        for name in ANSWER:
            setattr(kept, name, getattr(answer, name))
        kept.save(update_fields=ANSWER)
    Forecast.objects.bulk_create(
        forecasts,
        update_conflicts=True,
        unique_fields=["job", "made_at"],
        update_fields=FORESEEN,
    )
    return kept
