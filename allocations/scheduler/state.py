"""A simulation at rest: all that is needed to go on later, as plain data."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .availability import NodeOrder, NodeUpdate, Reservation
from .conditions import Conditions, Dependency, DependencyKind, Hold
from .jobs import Budget, EndedJob, Job, JobState, RunningJob
from .nodes import NodeSet, as_text, from_text


@dataclass(frozen=True, slots=True)
class Used:
    """What an association, or a QoS if it is named, has used; in the units of ``Usage``.

    ``ranked`` is what it had used when priorities were calculated for the last time.
    """

    account: int | None
    user: str
    qos: str
    used: int
    ranked: int


@dataclass(frozen=True, slots=True)
class SlurmState:
    """What the policy ``slurm`` knows beyond the jobs; ``eligible`` is ``(job id, since)``.

    ``at`` is the last second that it has seen, where that is not the ``now`` of the state.
    """

    usage: tuple[Used, ...] = ()
    eligible: tuple[tuple[int, int], ...] = ()
    pass_due: bool = False
    backfill_due: bool = False
    at: int | None = None

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "SlurmState":
        """From what ``dataclasses.asdict`` made of it, and JSON of that."""
        usage = tuple(Used(**used) for used in data["usage"])
        eligible = tuple((job_id, since) for job_id, since in data["eligible"])
        return cls(**{**data, "usage": usage, "eligible": eligible})


@dataclass(frozen=True, slots=True)
class State:
    """What a scheduler knows once everything up to ``now`` has happened.

    ``waiting`` are jobs the scheduler has seen; ``blocked`` are those of them
    that some other condition keeps out of the queue. ``arriving`` are those it
    has been told of but will first see at their ``submit``. ``cancellations``
    and ``requeues`` are ``(at, job id)`` pairs that lie ahead. ``ended`` says how
    jobs have ended on which others depend. ``reservations`` are ``(job id,
    start)`` pairs, where the policy makes promises that have to be kept, and
    ``planned_nodes`` are ``(job id, nodes)`` where a promise is for certain nodes.
    ``node_updates`` lie ahead and are unforeseen; ``outages`` are in force.
    ``slurm`` is for the policy of that name.
    """

    now: int = 0
    running: tuple[RunningJob, ...] = ()
    waiting: tuple[Job, ...] = ()
    arriving: tuple[Job, ...] = ()
    cancellations: tuple[tuple[int, int], ...] = ()
    budgets: Mapping[int, Budget] = field(default_factory=dict)
    reservations: tuple[tuple[int, int], ...] = ()
    blocked: tuple[Job, ...] = ()
    requeues: tuple[tuple[int, int], ...] = ()
    ended: tuple[EndedJob, ...] = ()
    slurm: SlurmState | None = None
    planned_nodes: tuple[tuple[int, NodeSet], ...] = ()
    node_updates: tuple[NodeUpdate, ...] = ()
    outages: tuple[NodeUpdate, ...] = ()
    advance_reservations: tuple[Reservation, ...] = ()

    @property
    def needs_layout(self) -> bool:
        return bool(self.node_updates or self.outages or self.advance_reservations)

    def to_json(self) -> str:
        budgets = [[account, asdict(budget)] for account, budget in sorted(self.budgets.items())]
        return json.dumps(
            {
                "now": self.now,
                "running": [_running_as_data(entry) for entry in self.running],
                "waiting": [asdict(job) for job in self.waiting],
                "arriving": [asdict(job) for job in self.arriving],
                "cancellations": self.cancellations,
                "budgets": budgets,
                "reservations": self.reservations,
                "blocked": [asdict(job) for job in self.blocked],
                "requeues": self.requeues,
                "ended": [asdict(job) for job in self.ended],
                "slurm": None if self.slurm is None else asdict(self.slurm),
                "planned_nodes": [[job_id, as_text(nodes)] for job_id, nodes in self.planned_nodes],
                "node_updates": [_with_text(update) for update in self.node_updates],
                "outages": [_with_text(outage) for outage in self.outages],
                "advance_reservations": [_with_text(own) for own in self.advance_reservations],
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "State":
        data: dict[str, Any] = json.loads(text)
        return cls(
            now=data["now"],
            running=tuple(_running(*entry) for entry in data["running"]),
            waiting=tuple(_job(job) for job in data["waiting"]),
            arriving=tuple(_job(job) for job in data["arriving"]),
            cancellations=tuple((at, job_id) for at, job_id in data["cancellations"]),
            budgets={account: Budget(**budget) for account, budget in data["budgets"]},
            reservations=tuple((job_id, at) for job_id, at in data.get("reservations", ())),
            blocked=tuple(_job(job) for job in data.get("blocked", ())),
            requeues=tuple((at, job_id) for at, job_id in data.get("requeues", ())),
            ended=tuple(
                EndedJob(**{**job, "state": JobState(job["state"])})
                for job in data.get("ended", ())
            ),
            slurm=SlurmState.from_data(data["slurm"]) if data.get("slurm") else None,
            planned_nodes=tuple(
                (job_id, from_text(nodes)) for job_id, nodes in data.get("planned_nodes", ())
            ),
            node_updates=tuple(_update(update) for update in data.get("node_updates", ())),
            outages=tuple(_update(outage) for outage in data.get("outages", ())),
            advance_reservations=tuple(
                _reservation(own) for own in data.get("advance_reservations", ())
            ),
        )


def _with_text(entry: NodeUpdate | Reservation) -> dict[str, Any]:
    return {**asdict(entry), "nodes": as_text(entry.nodes)}


def _update(data: dict[str, Any]) -> NodeUpdate:
    return NodeUpdate(
        **{**data, "order": NodeOrder(data["order"]), "nodes": from_text(data["nodes"])}
    )


def _reservation(data: dict[str, Any]) -> Reservation:
    own = {name: tuple(data[name]) for name in ("users", "accounts")}
    return Reservation(**{**data, **own, "nodes": from_text(data["nodes"])})


def _running_as_data(entry: RunningJob) -> list[Any]:
    nodes = [as_text(entry.nodes)] if entry.nodes else []
    return [asdict(entry.job), entry.started, *nodes]


def _running(job: dict[str, Any], started: int, nodes: str = "") -> RunningJob:
    return RunningJob(_job(job), started, from_text(nodes))


def _job(data: dict[str, Any]) -> Job:
    conditions = data.get("conditions")
    if conditions is None:
        return Job(**data)
    hold, after = conditions["hold"], conditions["after"]
    return Job(
        **{
            **data,
            "conditions": Conditions(
                **{
                    **conditions,
                    "hold": None if hold is None else Hold(hold),
                    "after": tuple(
                        Dependency(DependencyKind(other["kind"]), other["on"]) for other in after
                    ),
                }
            ),
        }
    )
