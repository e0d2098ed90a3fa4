"""The load of the machine's many other users, drawn day by day from the partition's seed."""

from jaif_portal import clock

from ..models import FundingShare, Job
from ..scheduler.workload import DAY, daily_jobs


def plan_background(partition, *, until):
    """Write the arrivals of each day that begins by ``until`` and is not there yet.

    A day's jobs depend on the seed and the day alone, and each has a key, so however the
    calls are spaced the same jobs arrive. Expects the partition's lock.
    """
    last = clock.seconds(until) // DAY
    first = clock.seconds(partition.advanced_until) // DAY
    if partition.background_day is not None:
        first = partition.background_day + 1
    if not partition.background_load or first > last:
        return
    for day in range(first, last + 1):
        _write_day(partition, day)
    partition.background_day = last
    partition.save(update_fields=["background_day"])


def _write_day(partition, day):
    shares = _shares(partition, day)
    arrivals = daily_jobs(partition.seed, day, partition.nodes, float(partition.background_load))
    start = clock.seconds(partition.advanced_until)
    Job.objects.bulk_create(
        (
            Job(
                partition=partition,
                share_id=shares[arrival.tenant],
                background_key=f"{arrival.day}:{arrival.number}",
                name="",
                nodes=arrival.nodes,
                time_limit=arrival.limit,
                runtime=arrival.runtime,
                exit_code=arrival.exit_code,
                submitted_at=clock.moment(arrival.submit),
            )
            for arrival in arrivals
            if arrival.submit > start and arrival.tenant in shares
        ),
        ignore_conflicts=True,
    )


def _shares(partition, day):
    """``{tenant: id of its funding share}`` on that day."""
    moment = clock.moment(day * DAY)
    rows = FundingShare.objects.filter(
        partition=partition, starts_at__lte=moment, ends_at__gt=moment
    )
    return dict(rows.values_list("code", "pk"))
