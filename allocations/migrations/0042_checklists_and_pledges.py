"""The check-lists of the access modes, as of November 2026, and what offers have been promised.

The items follow the eligibility rules of the EuroHPC access catalogue. Staff edit them in the
administration; a proposal keeps those it was submitted under.
"""

from django.db import migrations
from django.db.models import F, Sum

COUNTRY = (
    "The organisation is established in an eligible country and is of a type that may apply.",
    "Die Organisation hat ihren Sitz in einem zugelassenen Land, und ihre Art darf sich bewerben.",
)
AID = (
    "The declaration of state aid was seen, and what was granted in three years is known.",
    "Die Erklärung zu staatlichen Beihilfen liegt vor; die Summe aus drei Jahren ist bekannt.",
)
SCOPE = (
    "No other proposal or project of the organisation has the same scope.",
    "Kein anderer Antrag und kein Projekt der Organisation hat denselben Gegenstand.",
)
COMPLIANCE = (
    "The answers on compliance were read, and nothing in them stands in the way.",
    "Die Angaben zur Compliance sind gelesen, und nichts darin steht entgegen.",
)
CIVILIAN = (
    "The work serves civilian purposes only.",
    "Das Vorhaben dient nur zivilen Zwecken.",
)
PAYMENT = (
    "Who pays is settled where the organisation applies at its own expense.",
    "Wer zahlt, ist geklärt, wenn die Organisation auf eigene Kosten rechnet.",
)
EU_PROJECT = (
    "The EU project exists and covers the work, where the organisation needs one.",
    "Das EU-Projekt besteht und deckt das Vorhaben ab, wenn die Organisation eines braucht.",
)
CONTRACT = (
    "The principal investigator’s contract outlasts the allocation by three months.",
    "Der Vertrag der Projektleitung läuft drei Monate länger als die Zuteilung.",
)
OPEN_RESEARCH = (
    "The results will be published, where the organisation has access for open research only.",
    "Die Ergebnisse werden veröffentlicht, wenn die Organisation nur offen forschen darf.",
)

ALL = [COUNTRY, AID, SCOPE, COMPLIANCE, CIVILIAN]
CLASSIC = [*ALL, CONTRACT, OPEN_RESEARCH]
ITEMS = {
    "PG": [*ALL, PAYMENT],
    "FL": ALL,
    "LS": [*ALL, PAYMENT],
    "SC": [*ALL, EU_PROJECT],
    "BEN": CLASSIC,
    "DEV": CLASSIC,
    "REG": CLASSIC,
    "EXT": CLASSIC,
}


def load(apps, _schema_editor):
    modes = apps.get_model("allocations", "AccessMode").objects
    for code, items in ITEMS.items():
        for mode in modes.filter(code=code):
            for position, (text_en, text_de) in enumerate(items, start=1):
                mode.check_items.create(position=position, text_en=text_en, text_de=text_de)


def pledge(apps, _schema_editor):
    """What stands in open offers is promised."""
    awards = apps.get_model("allocations", "Award").objects.filter(proposal__state="offered")
    totals = awards.order_by().values_list("proposal__offer__share").annotate(Sum("node_seconds"))
    accounts = apps.get_model("allocations", "LedgerAccount").objects
    for share_id, node_seconds in totals:
        accounts.filter(share_id=share_id).update(pledged=F("pledged") + node_seconds)


def line_up(apps, _schema_editor):
    """Who waits on the reserve list keeps the order of submission."""
    waiting = apps.get_model("allocations", "Proposal").objects.filter(state="reserve")
    ranks = {}
    for proposal in waiting.order_by("submitted_at", "pk").select_related("offer__partition"):
        check = proposal.steps.get(kind="technical")
        place = (proposal.offer_id, proposal.round_id)
        ranks[place] = ranks.get(place, 0) + 1
        apps.get_model("allocations", "ReservePlace").objects.create(
            proposal=proposal,
            rank=ranks[place],
            node_seconds=check.gpu_hours * 3600 // proposal.offer.partition.gpus_per_node,
            months=check.months,
            remarks=check.remarks,
            valid_until=proposal.call.closes_at,
        )


class Migration(migrations.Migration):
    dependencies = [("allocations", "0041_step_machine")]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
        migrations.RunPython(pledge, migrations.RunPython.noop),
        migrations.RunPython(line_up, migrations.RunPython.noop),
    ]
