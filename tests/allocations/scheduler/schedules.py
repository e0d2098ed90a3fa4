"""Short ways to run the engine and to read its events."""

from allocations.scheduler import Cancelled, Ended, Machine, Policy, Scheduler, Started


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
