"""From jobs, a configuration and a state of the policy ``slurm`` to columns of numbers."""

from collections.abc import Sequence

import numpy as np

from ..configuration import SlurmConfig
from ..fairshare import Usage
from ..jobs import Job
from ..priorities import Priorities
from ..state import SlurmState, State
from ..terms import Rules
from .arena import NEVER, Array, new_running
from .fairness import CALCULATED, HALVED, Fairness, new_fairness
from .line import new_line
from .slurm import BACKFILLED, DUE, INSTANTS, Desk, Requests, Settings, run


def simulate(
    machine: int, config: SlurmConfig, jobs: Sequence[Job], state: State
) -> tuple[Array, int, int]:
    """Start times, instants and backfilled jobs; see ``kernel.simulate_slurm``."""
    rules = Rules(config.partitions, config.qos, config.associations)
    slurm = state.slurm or SlurmState(pass_due=bool(state.waiting))
    running = [entry.job for entry in state.running]
    requests = _requests(machine, config, rules, [*jobs, *running], slurm, state.now)
    count = len(jobs)
    if (requests.submit[1:count] < requests.submit[: max(count - 1, 0)]).any():
        raise ValueError("jobs are not in the order of their submission")
    desk = Desk(
        jobs=requests,
        running=new_running(machine, requests.nodes[:count], requests.nodes[count:]),
        fair=_fairness(config, rules, slurm, state.now),
        settings=_settings(config),
        line=new_line(machine, count),
        starts=np.full(count, -1, np.int64),
        numbers=np.array([machine, 0, 0, 0, 0], np.int64),
    )
    desk.numbers[DUE] = slurm.backfill_due
    expected = np.array([entry.expected_end for entry in state.running], np.int64)
    ends = np.array([entry.started + entry.job.elapsed for entry in state.running], np.int64)
    run(desk, state.now, expected, ends, len(state.waiting), int(slurm.pass_due))
    return desk.starts, int(desk.numbers[INSTANTS]), int(desk.numbers[BACKFILLED])


def _requests(
    machine: int,
    config: SlurmConfig,
    rules: Rules,
    jobs: Sequence[Job],
    slurm: SlurmState,
    now: int,
) -> Requests:
    usage = Usage(0, (), period=config.priority_calc_period, half_life=None, now=0)
    priorities = Priorities(config, rules, usage, machine)
    eligible = dict(slurm.eligible)
    rows = []
    for job in jobs:
        since = eligible.get(job.id, max(job.submit, now))
        waiting = priorities.waiting(job, since)
        rows.append(
            (
                job.submit,
                job.nodes,
                job.limit,
                job.elapsed,
                job.low,
                since,
                waiting.points,
                waiting.terms.place,
                job.nodes * waiting.terms.rate,
            )
        )
    table = np.array(rows, np.int64).reshape(len(rows), len(Requests._fields))
    return Requests(*np.ascontiguousarray(table.T))


def _fairness(config: SlurmConfig, rules: Rules, slurm: SlurmState, now: int) -> Fairness:
    """What has been used up to ``now``, and had been at the last calculation."""
    fair = new_fairness(rules.tree, config)
    fair.numbers[CALCULATED] = now - now % config.priority_calc_period
    if config.priority_decay_half_life:
        fair.numbers[HALVED] = now // config.priority_decay_half_life
    places = {key: place for place, key in enumerate(rules.tree.keys)}
    for used in slurm.usage:
        place = places.get((used.account, used.user))
        if not used.qos and place is not None:
            fair.offsets[place], fair.totals[place] = used.used, used.ranked
    return fair


def _settings(config: SlurmConfig) -> Settings:
    return Settings(
        age_weight=config.weights.age,
        fairshare_weight=config.weights.fairshare,
        max_age=config.priority_max_age,
        interval=config.bf_interval,
        resolution=config.bf_resolution,
        window=NEVER if config.bf_window is None else config.bf_window,
        depth=NEVER if config.bf_max_job_test is None else config.bf_max_job_test,
    )
