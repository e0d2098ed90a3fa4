"""What the portal knows about an allocation, so that nobody has to type it into a report."""

from django.db.models import Avg, Count, F

from jaif_portal.language import in_language

from ..models import EmissionFactor, Job, ProjectRole, ReportForm

JOULES_PER_KWH = 3_600_000
GRAMS_PER_KG = 1000


def form_of(obligation):
    """The form that was valid when the obligation was opened; a begun report keeps its own."""
    report = getattr(obligation, "report", None)
    if report is not None:
        return report.form
    forms = ReportForm.objects.filter(kind=obligation.kind, valid_from__lte=obligation.opened_at)
    return forms.order_by("valid_from").last()


def questions_of(form, *, mode):
    """The form's questions for a mode in the reader's language: ``key, label, help, ...``."""
    found = []
    for row in form.questions:
        if row.get("modes") and mode.code not in row["modes"]:
            continue
        asked = _Words(row)
        found.append(
            {
                "key": row["key"],
                "label": in_language(asked, "label"),
                "help": in_language(asked, "help"),
                "words": row["words"],
                "required": row["required"],
            }
        )
    return found


def figures(allocation):
    """What is put at the head of a report, as JSON: hours of the ledger, waits, energy, CO2.

    Energy is power times the node-seconds that were charged; ``None`` where a node's power, or
    the factor for the day on which the allocation ends, is not known.
    """
    account, partition, project = allocation.account, allocation.partition, allocation.project
    leader = project.members.filter(role=ProjectRole.PI).values_list("email", flat=True)
    team = project.members.exclude(role=ProjectRole.PI).values_list("email", flat=True)
    jobs = Job.objects.filter(allocation=allocation).aggregate(
        count=Count("pk"), waited=Avg(F("started_at") - F("submitted_at"))
    )
    waited = jobs["waited"]
    return {
        "project": project.identifier,
        "title": project.title,
        "organisation": str(project.organisation),
        "system": str(partition),
        "starts_at": allocation.starts_at.isoformat(),
        "ends_at": allocation.ends_at.isoformat(),
        "pi": list(leader),
        "team": list(team),
        "granted_node_seconds": account.granted,
        "used_node_seconds": account.charged,
        "gpus_per_node": partition.gpus_per_node,
        "jobs": jobs["count"],
        "mean_wait_seconds": None if waited is None else int(waited.total_seconds()),
        **_energy(allocation),
    }


def unspent_percent(figures):
    """How much of what was granted was not used, rounded down."""
    granted = figures["granted_node_seconds"]
    return 100 * (granted - figures["used_node_seconds"]) // granted if granted else 0


def _energy(allocation):
    watts = allocation.partition.node_watts
    day = allocation.ends_at.date()
    factor = EmissionFactor.objects.filter(valid_from__lte=day).first()
    if watts is None:
        return {"energy_kwh": None, "co2_kg": None, "co2_factor": ""}
    kwh = watts * allocation.account.charged / JOULES_PER_KWH
    return {
        "energy_kwh": round(kwh, 1),
        "co2_kg": factor and round(kwh * factor.grams_per_kwh / GRAMS_PER_KG, 1),
        "co2_factor": f"{factor}: {factor.source}" if factor else "",
    }


class _Words:
    """A question as ``in_language`` reads it."""

    def __init__(self, row):
        self.__dict__.update(row)
