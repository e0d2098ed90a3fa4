"""The compiled kernel gives the schedules of the engine, to the second."""

import gzip
import hashlib
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from random import Random

import pytest
from numba.core import caching

from allocations.scheduler import Job, Machine, Policy, Scheduler, kernel, swf
from allocations.scheduler.kernel import NEVER, Busy, Columns, KernelUnavailable
from allocations.scheduler.workload import daily_jobs

from . import generated
from .schedules import run, starts

TAKEN = [Policy.FCFS, Policy.EASY]


@pytest.fixture
def no_numba(monkeypatch):
    """Take the library away for a test."""
    monkeypatch.setitem(sys.modules, "numba", None)
    for module in ("arena", "classes", "easy"):
        monkeypatch.delitem(sys.modules, f"allocations.scheduler.compiled.{module}", raising=False)
    kernel._compiled.cache_clear()
    yield
    kernel._compiled.cache_clear()


def generated_jobs(seed):
    """Nodes, and jobs in the order of their submission; in every second trace some are low."""
    nodes, jobs = generated.trace(seed)
    rng = Random(f"low {seed}")
    if seed % 2:
        jobs = [replace(job, low=rng.random() < 0.3) for job in jobs]
    return nodes, sorted(jobs, key=lambda job: (job.submit, job.id))


def by_engine(jobs, *, nodes, policy, state=None):
    """Starts in the order of ``jobs``, instants and backfilled jobs."""
    scheduler, events = run(jobs if state is None else [], nodes=nodes, policy=policy, state=state)
    begun = starts(events)
    return [begun.get(job.id, NEVER) for job in jobs], scheduler.instants, scheduler.backfilled


def by_kernel(jobs, *, nodes, policy, **start):
    computed = kernel.simulate(Machine(nodes), policy, Columns.of(jobs), **start)
    return list(computed.starts), computed.instants, computed.backfilled


@pytest.mark.parametrize("policy", TAKEN)
@pytest.mark.parametrize("first", range(0, 1000, 100))
def test_gives_the_schedules_of_the_engine(policy, first):
    for seed in range(first, first + 100):
        nodes, jobs = generated_jobs(seed)

        computed = by_kernel(jobs, nodes=nodes, policy=policy)

        assert computed == by_engine(jobs, nodes=nodes, policy=policy), seed


@pytest.mark.parametrize("policy", TAKEN)
def test_goes_on_from_any_state_as_the_engine_does(policy):
    for seed in range(500):
        nodes, jobs = generated_jobs(seed)
        scheduler = Scheduler(Machine(nodes), policy)
        scheduler.submit(jobs)
        scheduler.advance(until=Random(seed).randint(0, 300))
        state = scheduler.state
        left = sorted((*state.waiting, *state.arriving), key=lambda job: (job.submit, job.id))
        if not left:
            continue

        computed = by_kernel(left, nodes=nodes, policy=policy, now=state.now, busy=Busy.of(state))

        assert computed == by_engine(left, nodes=nodes, policy=policy, state=state), seed


@pytest.mark.parametrize("policy", TAKEN)
def test_a_deep_queue_is_that_of_the_engine(policy):
    arrivals = [job for day in range(12) for job in daily_jobs(1, day, 600, 0.9)]
    jobs = [replace(job.as_job(number), submit=number % 7) for number, job in enumerate(arrivals)]
    jobs = sorted(
        (replace(job, low=job.id % 5 == 0, limit=job.limit + job.id % 90) for job in jobs),
        key=lambda job: (job.submit, job.id),
    )
    assert len(jobs) > 4_000

    computed = by_kernel(jobs, nodes=600, policy=policy)

    assert computed == by_engine(jobs, nodes=600, policy=policy)


def test_a_job_larger_than_the_machine_never_starts():
    jobs = [Job(1, 0, 5, 10, 10), Job(2, 0, 4, 10, 10)]

    assert by_kernel(jobs, nodes=4, policy=Policy.EASY)[0] == [NEVER, 0]
    computed = kernel.simulate(Machine(4), Policy.EASY, Columns.of(jobs))
    assert [(ended.job.id, ended.at) for ended in computed.ended(jobs)] == [(2, 10)]


def test_nothing_to_do_is_an_empty_schedule():
    assert by_kernel([], nodes=4, policy=Policy.EASY) == ([], 0, 0)


def test_threads_do_not_disturb_one_another():
    loads = []
    for seed in range(4):
        arrivals = [job for day in range(4) for job in daily_jobs(seed, day, 600, 0.9)]
        loads.append(Columns.of([job.as_job(number) for number, job in enumerate(arrivals)]))

    def starts_of(load):
        return list(kernel.simulate(Machine(600), Policy.EASY, load).starts)

    with ThreadPoolExecutor(2) as threads:
        at_once = list(threads.map(starts_of, loads))

    assert at_once == [starts_of(load) for load in loads]


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        (Columns([0, 1], [1], [1], [1]), "differ in length"),
        (Columns([1, 0], [1, 1], [1, 1], [1, 1]), "not in the order"),
        (Columns([0], [0], [1], [1]), "at least one node"),
        (Columns([0], [1], [1], [0]), "at least one node and one second"),
    ],
)
def test_refuses_columns_that_are_no_jobs(columns, complaint):
    with pytest.raises(ValueError, match=complaint):
        kernel.simulate(Machine(1), Policy.EASY, columns)


def test_refuses_a_policy_that_it_does_not_know():
    with pytest.raises(KernelUnavailable, match="conservative"):
        kernel.simulate(Machine(1), Policy.CONSERVATIVE, Columns([0], [1], [1], [1]))


@pytest.mark.parametrize("policy", [*TAKEN, Policy.SLURM])
def test_can_be_warmed(policy):
    kernel.warm(policy)

    module = "slurm" if policy is Policy.SLURM else "easy"
    run_by_kernel = import_module(f"allocations.scheduler.compiled.{module}").run
    assert run_by_kernel.signatures


def test_without_the_library_the_engine_gives_the_same(no_numba):
    kernel.warm()  # nothing to warm

    assert not kernel.available()
    with pytest.raises(KernelUnavailable, match="needs numba"):
        kernel.simulate(Machine(1), Policy.EASY, Columns([0], [1], [1], [1]))
    load = Columns([0, 5, 30], [4, 4, 2], [10, 10, 10], [9, 20, 10], low=[0, 1, 0])
    assert kernel.schedule(
        Machine(4), Policy.EASY, load, now=8, busy=Busy([3], [40], [20])
    ).starts == [20, 29, 39]


def test_what_is_compiled_is_old_when_any_of_its_files_has_changed(tmp_path, monkeypatch):
    arena = import_module("allocations.scheduler.compiled.arena")
    for name in ("arena.py", "other.py"):
        (tmp_path / name).write_text("x = 1")
    monkeypatch.setattr(arena, "__file__", str(tmp_path / "arena.py"))

    def stamp():
        return arena.cached(lambda: None)._cache._cache_file._source_stamp

    before = stamp()

    assert stamp() == before
    (tmp_path / "other.py").write_text("x = 2")
    assert stamp() != before


def test_where_nothing_can_be_written_it_is_compiled_all_the_same(monkeypatch):
    arena = import_module("allocations.scheduler.compiled.arena")
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])

    assert arena.cached(lambda: 7)() == 7


@pytest.mark.parametrize("policy", Policy)
def test_a_schedule_is_had_for_every_policy(policy):
    load = Columns([0, 5, 30], [4, 4, 2], [10, 10, 10], [9, 20, 10], low=[0, 1, 0])

    computed = kernel.schedule(Machine(4), policy, load, now=8, busy=Busy([3], [40], [20]))

    assert list(computed.starts) == [20, 29, 39]


def check(traces, row):
    with gzip.open(traces / row["trace"], "rt") as lines:
        log = swf.read(lines)
    jobs = swf.usable_jobs(log.records, processors=row["procs"])[: row["first"]]

    begun, instants, backfilled = by_kernel(jobs, nodes=row["procs"], policy=Policy(row["policy"]))

    pairs = sorted(zip((job.id for job in jobs), begun, strict=True))
    lines = "".join(f"{job_id},{at}\n" for job_id, at in pairs)
    assert hashlib.sha256(lines.encode()).hexdigest() == row["starts_sha256"]
    assert (instants, backfilled) == (row["passes"], row["backfilled"])


@pytest.mark.parametrize("short", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_traces_start_as_published(traces, short):
    rows = json.loads((traces / "expected.json").read_text())

    for row in rows:
        if (row["jobs"] <= 10_000) == short and row["policy"] in TAKEN:
            check(traces, row)
