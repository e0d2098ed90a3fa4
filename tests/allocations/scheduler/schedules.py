"""Short ways to run the engine and to read its events."""

from contextlib import suppress

from allocations.scheduler import Cancelled, Ended, Machine, Policy, Scheduler, Started, State


def run(jobs, *, nodes, policy="easy", state=None, cancellations=()):
    scheduler = Scheduler(Machine(nodes), Policy(policy), state)
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
    return outcome


def start_times(jobs, *, nodes, policy="easy"):
    return starts(run(jobs, nodes=nodes, policy=policy)[1])


def run_with_orders(jobs, *, nodes, policy, state, cancellations, requeues, orders, stored=False):
    """Run with ``orders`` as the reference has them; from JSON after each if ``stored``."""
    machine = Machine(nodes)
    scheduler = Scheduler(machine, Policy(policy), state)
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
            scheduler = Scheduler(machine, Policy(policy), at_rest)
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
