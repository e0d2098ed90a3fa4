"""Short ways to run the engine and to read its events."""

from contextlib import suppress

from allocations.scheduler import (
    Cancelled,
    Ended,
    Machine,
    Policy,
    Rejected,
    Scheduler,
    SlurmConfig,
    Started,
    State,
)


def scheduler_for(nodes, policy, state=None):
    """A scheduler with a policy by its name, or with Slurm's as it is configured."""
    if isinstance(policy, SlurmConfig):
        return Scheduler(Machine(nodes), Policy.SLURM, state, policy)
    return Scheduler(Machine(nodes), Policy(policy), state)


def run(jobs, *, nodes, policy="easy", state=None, cancellations=()):
    scheduler = scheduler_for(nodes, policy, state)
    scheduler.submit(jobs)
    for job_id, at in dict(cancellations).items():
        scheduler.cancel(job_id, at=at)
    return scheduler, scheduler.run()


def starts(events):
    return {event.job.id: event.at for event in events if isinstance(event, Started)}


def outcomes(events):
    """Read events as the reference gives them."""
    outcome = {}
    for event in events:
        if isinstance(event, Ended):
            outcome[event.job.id] = (event.started, event.at, event.state.value)
        elif isinstance(event, Cancelled):
            outcome[event.job.id] = (event.started, event.at, "CANCELLED")
        elif isinstance(event, Rejected):
            outcome[event.job.id] = (None, event.at, event.reason.value)
    return outcome


def start_times(jobs, *, nodes, policy="easy"):
    return starts(run(jobs, nodes=nodes, policy=policy)[1])


def run_with_orders(jobs, *, nodes, policy, state, cancellations, requeues, orders, stored=False):
    """Run with ``orders`` as the reference has them; from JSON after each if ``stored``."""
    scheduler = scheduler_for(nodes, policy, state)
    scheduler.submit(jobs)
    for job_id, at in cancellations.items():
        scheduler.cancel(job_id, at=at)
    for job_id, at in requeues.items():
        scheduler.requeue(job_id, at=at)
    events = []
    for at, job_id, changes in orders:
        events += scheduler.advance(until=at)
        if stored:
            at_rest = State.from_json(scheduler.state.to_json())
            assert at_rest == scheduler.state
            scheduler = scheduler_for(nodes, policy, at_rest)
            assert scheduler.state == at_rest
        with suppress(LookupError, ValueError):  # it has started or ended
            change(scheduler, job_id, **changes)
    return events + scheduler.run()


def change(scheduler, job_id, *, conditions=None, **less):
    if conditions is None:
        scheduler.modify(job_id, **less)
    elif conditions.hold is None:
        scheduler.release(job_id)
    else:
        scheduler.hold(job_id, by=conditions.hold)
