"""The policy ``slurm`` of a partition: its parameters, its fair-share tree, and what it remembers.

Below the root stand the funding shares by their percent, below these the projects with equal
shares, below these their members. The other users of a share stand beside its projects as one.
"""

from collections import Counter
from dataclasses import asdict, replace
from itertools import groupby
from operator import itemgetter

from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Q, Subquery

from jaif_portal import clock

from ..models import (
    Allocation,
    AllocationState,
    ProjectRole,
    SchedulingParameters,
)
from ..scheduler import Association, Policy, QoS, SlurmConfig, SlurmState, Weights
from . import priorities

# Accounts are numbered by their allocation; these lie beyond all of those.
SHARES, OTHERS = 1 << 40, 1 << 41


def is_used(partition):
    return partition.policy == Policy.SLURM


def parameters_of(partition):
    """The partition's row, or the defaults where nobody has changed them."""
    row = getattr(partition, "scheduling_parameters", None)
    return row or SchedulingParameters(partition=partition)


def configuration(partition):
    """How the engine is set up, or ``None`` where the policy is another."""
    if not is_used(partition):
        return None
    row = parameters_of(partition)
    return SlurmConfig(
        weights=Weights(
            age=row.priority_weight_age,
            fairshare=row.priority_weight_fairshare,
            size=row.priority_weight_job_size,
            qos=row.priority_weight_qos,
        ),
        priority_favor_small=row.priority_favor_small,
        priority_max_age=row.priority_max_age,
        priority_calc_period=row.priority_calc_period,
        priority_decay_half_life=row.priority_decay_half_life,
        bf_interval=row.bf_interval,
        bf_resolution=row.bf_resolution,
        bf_window=row.bf_window,
        bf_max_job_test=row.bf_max_job_test,
        bf_job_part_count_reserve=row.bf_job_part_count_reserve,
        budgets_by_usage_factor=False,  # the ledger charges nodes times seconds
        qos=tuple(map(_qos, partition.qos.all())),
        associations=tuple(_associations(partition)),
    )


def account_of(job, partition):
    """The account of ``job``: its budget; with this policy other users have their share's."""
    if job.allocation_id is None and is_used(partition):
        return OTHERS + job.share_id
    return priorities.purse(job)


def tenant_accounts(partition):
    """``{tenant of the workload model: its account}`` of the other users who will come."""
    if not is_used(partition):
        return {}
    at = partition.advanced_until
    shares = partition.shares.filter(starts_at__lte=at, ends_at__gt=at).values_list("code", "pk")
    return {code: OTHERS + pk for code, pk in shares}


def probe_account(partition, config, budgets):
    """The account for jobs that nobody has submitted yet.

    It stands below the project whose use is in the middle, beside its members, and has used
    nothing. ``None`` where the policy goes by no accounts, or nobody has one without a budget.
    """
    if config is None:
        return None
    memory, used = partition.scheduler_memory or {"usage": ()}, Counter()
    for entry in memory["usage"]:
        used[entry["account"]] += entry["used"]
    projects = [
        -one.account
        for one in config.associations
        if one.account < 0 and one.account not in budgets
    ]
    projects.sort(key=lambda account: (used[account], account))
    if projects:
        return -projects[len(projects) // 2]
    return next((one.account for one in config.associations if one.account >= OTHERS), None)


def recall(partition, waiting):
    """What the engine knew at the end of the last step; ``waiting`` are the jobs in the queue.

    Where the policy was another until now it knows since when they have waited. Each step
    begins with a pass, which takes up what people have changed meanwhile.
    """
    if not is_used(partition):
        return None
    if partition.scheduler_memory is None:
        since = tuple((job.pk, clock.seconds(job.eligible_at)) for job in waiting)
        return SlurmState(eligible=since, pass_due=True)
    memory, ids = SlurmState.from_data(partition.scheduler_memory), {job.pk for job in waiting}
    eligible = tuple((pk, since) for pk, since in memory.eligible if pk in ids)
    return replace(memory, eligible=eligible, pass_due=True)


def remember(partition, scheduler):
    """Keep, with the partition, what the next step needs; the caller saves it."""
    memory = scheduler.slurm_state
    partition.scheduler_memory = memory and asdict(replace(memory, at=scheduler.now))


def _qos(row):
    """By its number, which is what jobs know of it.

    How many jobs a person may submit, and what is refused, is decided at the portal's door: a
    job that was taken in stays in, also when a limit is lowered.
    """
    return QoS(
        str(row.pk),
        priority=row.priority,
        max_wall=row.max_wall,
        max_jobs_per_user=row.max_jobs_per_user,
        grp_nodes=row.grp_nodes,
        usage_factor=float(row.usage_factor),
    )


def _associations(partition):
    """The tree, whoever has jobs at present, so that it does not depend on a step's length."""
    for share in partition.shares.order_by("pk"):
        yield Association(SHARES + share.pk, shares=int(100 * share.percent))
        yield Association(OTHERS + share.pk, parent=SHARES + share.pk)
    for (allocation, share), members in groupby(_members(partition), key=itemgetter(0, 1)):
        yield Association(allocation, parent=SHARES + share)
        yield Association(-allocation, parent=allocation)  # at the lowest priority
        for _allocation, _share, user in members:
            if user is not None:
                yield Association(allocation, user=str(user))


def _members(partition):
    """``(allocation id, share id, user id)`` of all who may submit jobs; all have a leader.

    Of the allocations whose jobs may start, and of those whose use is not forgotten.
    """
    memory = partition.scheduler_memory or {"usage": ()}
    used = {abs(entry["account"] or 0) for entry in memory["usage"]}
    users = get_user_model().objects.filter(email=OuterRef("project__members__email"))
    rows = Allocation.objects.filter(
        Q(state=AllocationState.ACTIVE) | Q(pk__in=[pk for pk in used if pk < SHARES]),
        partition=partition,
        project__members__role__in=[role for role in ProjectRole if role != ProjectRole.MENTOR],
    )
    rows = rows.annotate(user=Subquery(users.values("pk")[:1]))
    return rows.order_by("pk", "project__members__pk").values_list("pk", "share", "user")
