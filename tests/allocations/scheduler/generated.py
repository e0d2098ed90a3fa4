"""Small traces drawn from a seed, rich in the cases where simulators differ."""

from dataclasses import replace
from random import Random
from typing import NamedTuple

from allocations.scheduler import (
    Association,
    Budget,
    Conditions,
    Dependency,
    DependencyKind,
    Hold,
    Job,
    Layout,
    NodeOrder,
    NodeUpdate,
    Partition,
    QoS,
    Reservation,
    SlurmConfig,
    Weights,
)
from allocations.scheduler.nodes import numbers

ARRAYS = {1000: 1, 1001: 2, 1002: None}  # and how many tasks of each may run


def trace(seed):
    """Nodes and jobs: ties, equal times, full-machine jobs, overruns, now and then nothing."""
    rng = Random(f"trace {seed}")
    nodes = rng.choice([1, 2, 3, 4, 7, 8, 16, 100])
    span = rng.choice([0, 3, 20, 100, 1000])
    longest = rng.choice([1, 3, 10, 60])
    jobs = []
    for job_id in rng.sample(range(1, 200), k=rng.choice([0, 1, 2, 5, 10, 20, 40, 60])):
        limit = rng.randint(1, longest)
        jobs.append(
            Job(
                id=job_id,
                submit=rng.randint(0, span),
                nodes=rng.choice([1, 1, nodes, rng.randint(1, nodes), (nodes + 1) // 2]),
                limit=limit,
                runtime=rng.choice([limit, rng.randint(1, limit), rng.randint(1, 2 * limit)]),
                exit_code=rng.choice([0, 0, 0, 1]),
            )
        )
    return nodes, jobs


def funded_trace(seed):
    """Nodes, jobs of some accounts, their budgets, and cancellations ``{job id: at}``."""
    nodes, jobs = trace(seed)
    rng = Random(f"funds {seed}")
    jobs = [
        Job(
            id=job.id,
            submit=job.submit,
            nodes=job.nodes,
            limit=job.limit,
            runtime=job.runtime,
            exit_code=job.exit_code,
            account=rng.choice([None, 1, 2, 2, 3, 4]),
        )
        for job in jobs
    ]
    mean_cost = sum(job.cost for job in jobs) // (len(jobs) or 1)
    budgets = {
        account: Budget(
            available=rng.randint(0, 1 + mean_cost * rng.choice([1, 3, 20])),
            ends_at=rng.choice([None, rng.randint(1, 200)]),
        )
        for account in (1, 2, 3)
    }
    cancelled = rng.sample(jobs, k=len(jobs) // 5)
    return nodes, jobs, budgets, {job.id: job.submit + rng.randint(-3, 40) for job in cancelled}


def conditioned_trace(seed):
    """As ``funded_trace``, where jobs wait for more than nodes; further requeues and orders."""
    nodes, jobs, budgets, cancelled = funded_trace(seed)
    rng = Random(f"conditions {seed}")
    ids = [job.id for job in jobs]
    jobs = [
        replace(
            job,
            account=rng.choice([None, None, job.account]),
            low=rng.random() < 0.2,
            user=rng.choice("ab"),
            name=rng.choice(["", "x", "y"]),
            conditions=_conditions(rng, job, ids),
        )
        for job in jobs
    ]
    requeued = {job.id: job.submit + rng.randint(0, 80) for job in jobs if rng.random() < 0.2}
    orders = [(rng.randint(0, 120), job.id, _changes(rng, job)) for job in jobs[::3]]
    return nodes, jobs, budgets, cancelled, requeued, sorted(orders, key=lambda order: order[:2])


def _conditions(rng, job, ids):
    if rng.random() < 0.5:
        return None
    kinds = rng.choices(list(DependencyKind), k=rng.choice([0, 0, 1, 1, 2]))
    array = rng.choice([None, *ARRAYS])
    return Conditions(
        begin=job.submit + rng.choice([0, 0, rng.randint(0, 60)]),
        hold=rng.choice([None] * 8 + list(Hold)),
        after=tuple(Dependency(kind, rng.choice([*ids, *ARRAYS, 999])) for kind in kinds),
        array=array,
        task=None if array is None else rng.randint(1, 6),
        task_limit=None if array is None else ARRAYS[array],
    )


def _changes(rng, job):
    """What somebody asks of a job: to be released, to be held, or less than before."""
    kind = rng.random()
    if kind < 0.5:
        hold = None if kind < 0.4 else Hold.USER
        return {"conditions": replace(job.conditions or Conditions(), hold=hold)}
    return {"nodes": rng.randint(1, job.nodes), "limit": rng.randint(1, job.limit)}


def slurm_trace(seed):
    """As ``conditioned_trace``, and a configuration with limits that are met now and then."""
    nodes, jobs, budgets, *calls = conditioned_trace(seed)
    rng = Random(f"slurm {seed}")
    config = _slurm_config(rng, nodes)
    jobs = [
        replace(
            job,
            account=rng.choice([job.account, 1, 2, 21]),
            user=rng.choice("abc"),
            partition=rng.choice([one.name for one in config.partitions] + [""]),
            qos=rng.choice([one.name for one in config.qos] + [""]),
            nice=rng.choice([0, 0, rng.randint(-20, 20)]),
            site_factor=rng.choice([0, 0, rng.randint(0, 20)]),
        )
        for job in jobs
    ]
    budgets.pop(rng.choice([1, 2, 3]))
    return nodes, jobs, budgets, *calls, config


def _slurm_config(rng, nodes):
    period = rng.choice([1, 4, 10, 30])

    def limit(most):
        return rng.choice([None, None, None, rng.randint(1, most)])

    return SlurmConfig(
        weights=Weights(*(rng.choice([0, 0, rng.randint(1, 100)]) for _ in range(7))),
        priority_favor_small=rng.random() < 0.3,
        priority_max_age=rng.choice([5, 50, 500]),
        priority_calc_period=period,
        priority_decay_half_life=rng.choice([None, period, 4 * period]),
        bf_interval=rng.choice([0, 1, 5, 7]),
        bf_resolution=rng.choice([1, 1, 3, 10]),
        bf_window=rng.choice([None, None, 5, 40]),
        bf_max_job_test=rng.choice([None, None, 1, 3, 10]),
        bf_job_part_count_reserve=rng.choice([0, 0, 1, 2]),
        partitions=(
            Partition("booster", priority_job_factor=2, max_nodes=limit(nodes), max_time=limit(60)),
            Partition("large", rng.choice([1, 2]), min_nodes=rng.choice([1, 2]), qos="part"),
        ),
        qos=(
            _qos(rng, "part", limit, nodes),
            _qos(rng, "high", limit, nodes, priority=rng.randint(1, 5), usage_factor=1.5),
        ),
        associations=(
            Association(grp_nodes=limit(nodes)),
            *_account(rng, 1, limit, nodes),
            *_account(rng, 2, limit, nodes),
            *_account(rng, 21, limit, nodes, parent=2),
            Association(user="c", shares=rng.choice([0, 1]), max_jobs=limit(3)),
        ),
    )


def _qos(rng, name, limit, nodes, **given):
    return QoS(
        name,
        max_jobs_per_user=limit(3),
        max_submit_per_user=limit(8),
        max_wall=limit(60),
        grp_nodes=limit(nodes),
        grp_node_seconds=limit(nodes * 60),
        no_decay=rng.random() < 0.5,
        deny_on_limit=rng.random() < 0.3,
        **given,
    )


def _account(rng, account, limit, nodes, parent=None):
    shares = {"shares": rng.choice([1, 1, 2]), "priority": rng.choice([0, 3])}
    yield Association(account, parent=parent, **shares, max_jobs=limit(3), grp_nodes=limit(nodes))
    for user in rng.choice(["ab", "ab", "a", ""]):
        yield Association(account, user, **shares, max_submit=limit(8), max_wall=limit(60))


class TraceOnNodes(NamedTuple):
    layout: Layout
    cells: list[list[list[int]]]  # node numbers by rack by cell
    jobs: list[Job]
    budgets: dict[int, Budget]
    cancelled: dict[int, int]
    requeued: dict[int, int]
    updates: list[NodeUpdate]
    reservations: list[tuple[int, Reservation]]  # made at (before everything if < 0)


def trace_on_nodes(seed):
    """As ``funded_trace`` on racks of nodes, which fail, are drained and are reserved."""
    _, jobs, budgets, cancelled = funded_trace(seed)
    rng = Random(f"nodes {seed}")
    racks = (2, *(rng.choice([0, 1, 2, 3, 5]) for _ in range(rng.choice([1, 3, 6]))))
    layout = Layout("n", racks, racks_per_cell=rng.choice([1, 2, 3]), rack_digits=1)
    cells = {}
    for rack in layout.rack_list:
        cells.setdefault(rack.cell, []).append(numbers(rack.nodes))
    last = max((job.submit for job in jobs), default=0) + 50
    reservations = _reservations(rng, layout, last)
    jobs = [
        replace(
            job,
            nodes=rng.choice([1, 1, 2, layout.size, rng.randint(1, layout.size)]),
            account=rng.choice([None, None, job.account]),
            low=rng.random() < 0.1,
            user=rng.choice("ab"),
            reservation=rng.choice(["", "", "", "r0", "r1"]),
            requeue=rng.random() < 0.5,
        )
        for job in jobs
    ]
    updates = []
    for _ in range(rng.choice([0, 1, 3, 8])):
        at, nodes = rng.randint(0, min(last, 100)), _some(rng, layout.everything)
        until = rng.choice([None, at + rng.randint(1, 60)])
        order = rng.choice([NodeOrder.DOWN, *NodeOrder])
        updates.append(NodeUpdate(at, order, nodes, until))
    updates.append(NodeUpdate(last + 60, NodeOrder.RESUME, layout.everything))
    requeued = {job.id: job.submit + rng.randint(0, 80) for job in jobs if rng.random() < 0.1}
    return TraceOnNodes(
        layout, list(cells.values()), jobs, budgets, cancelled, requeued, updates, reservations
    )


def slurm_trace_on_nodes(seed):
    """As ``trace_on_nodes`` with jobs of ``slurm_trace``, and the configuration."""
    trace = trace_on_nodes(seed)
    *_, config = slurm_trace(seed)
    rng = Random(f"slurm nodes {seed}")
    jobs = [
        replace(
            job,
            account=rng.choice([None, 1, 2, 21]),
            partition=rng.choice([one.name for one in config.partitions] + [""]),
            qos=rng.choice(["", "", "part", "high"]),
        )
        for job in trace.jobs
    ]
    return trace._replace(jobs=jobs), config


def _some(rng, nodes):
    chosen = rng.sample(numbers(nodes), rng.randint(1, nodes.bit_count()))
    return sum(1 << number for number in chosen)


def _reservations(rng, layout, last):
    """Two advance reservations on different nodes, and maintenance; some known beforehand."""
    reservations, left = [], layout.everything
    for name in rng.choice([[], ["r0"], ["m"], ["r0", "m"], ["r0", "r1", "m"], ["r0", "r1"]]):
        made = rng.choice([-1, rng.randint(0, last // 2)])
        start = max(made, 0) + rng.randint(-5, 60)
        end = max(start, made, 0) + rng.randint(1, 60)
        maintenance = name == "m"
        if not left and not maintenance:
            continue
        nodes = _some(rng, layout.everything if maintenance else left)
        left &= left if maintenance else ~nodes
        users = () if maintenance else rng.choice([("a",), ("a", "b")])
        own = Reservation(name, start, end, nodes, users, maintenance=maintenance)
        reservations.append((made, own))
    return sorted(reservations, key=lambda entry: entry[0])
