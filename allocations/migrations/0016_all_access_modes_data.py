"""The access modes of EuroHPC JU beside Playground, and their calls, as of November 2026.

Source: the EuroHPC access catalogue, August 2026, and the calls' own pages. Targets that it
gives in weeks or months are 5 or 21 working days each. A mode's cut-offs are at 10:00 in
Brussels. Staff edit all of it in the administration; a limit changes by a policy row with a
later date.
"""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import migrations

BRUSSELS = ZoneInfo("Europe/Brussels")
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
END = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
CATALOGUE = "EuroHPC access catalogue, August 2026"

SMALL = ["start_up", "sme"]
INDUSTRY = [*SMALL, "mid_cap", "large_industry"]
LARGER = ["mid_cap", "large_industry"]
ALL = [*INDUSTRY, "public_sector", "research"]
SHORT = ["administrative", "technical"]
LONG = [*SHORT, "peer_review", "right_to_reply", "panel"]
CLASSIC = {"unit": "node_hours", "open_research_types": INDUSTRY, "contract_months": 3}

# code, series, letters, purposes, names and summaries in English and German
MODES = [
    (
        "FL", "AIF", "FL", ["build"], "Fast Lane", "Fast Lane",
        ("For start-ups and SMEs that know supercomputers already: a short technical check, "
        "at any time."),
        ("Für Start-ups und KMU, die Supercomputer schon kennen: eine kurze technische Prüfung, "
        "jederzeit."),
    ),
    (
        "LS", "AIF", "LS", ["build"], "Large Scale", "Large Scale",
        ("For large AI projects of industry with a high impact, after peer review; two cut-offs "
        "a month."),
        ("Für große KI-Vorhaben der Wirtschaft mit hoher Wirkung, nach Fachbegutachtung; zwei "
        "Stichtage im Monat."),
    ),
    (
        "SC", "AIF", "SC", ["research", "build"],
        "AI for Science and Collaborative EU Projects",
        "KI für Wissenschaft und gemeinsame EU-Projekte",
        ("For science and the public sector, and for companies within a Horizon Europe or "
        "Digital Europe project."),
        ("Für Wissenschaft und öffentliche Hand, und für Unternehmen in einem Projekt von "
        "Horizont Europa oder Digitales Europa."),
    ),
    (
        "BEN", "BEN", "B", ["measure"], "Benchmark", "Benchmark",
        "A small amount to measure how a code scales, before a larger proposal.",
        "Eine kleine Menge, um vor einem größeren Antrag zu messen, wie ein Code skaliert.",
    ),
    (
        "DEV", "DEV", "D", ["port"], "Development", "Development",
        "Time to port, develop and tune codes; it can be renewed twice.",
        "Zeit, um Codes zu portieren, zu entwickeln und zu optimieren; zweimal verlängerbar.",
    ),
    (
        "REG", "REG", "R", ["research", "build"], "Regular", "Regular",
        ("For projects that need a large amount and can show that they use it well; two "
        "cut-offs a year."),
        ("Für Vorhaben, die viel Rechenzeit brauchen und zeigen, dass sie sie gut nutzen; zwei "
        "Stichtage im Jahr."),
    ),
    (
        "EXT", "EXT", "E", ["research", "build"], "Extreme Scale", "Extreme Scale",
        "For the largest projects, with evidence that the code scales; two cut-offs a year.",
        "Für die größten Vorhaben, mit Belegen, dass der Code skaliert; zwei Stichtage im Jahr.",
    ),
]  # fmt: skip

POLICIES = {
    "FL": {
        "least_hours": 10_000, "most_hours": 50_000, "months": [1, 2, 3],
        "organisation_types": SMALL, "steps": SHORT, "decision_days": 4,
    },
    "LS": {
        "least_hours": 50_001, "most_hours": 2_400_000, "months": [3, 6, 12],
        "organisation_types": INDUSTRY, "paying_types": LARGER, "steps": LONG,
        "decision_days": 10,
    },
    "SC": {
        "unit": "node_hours", "least_hours": 20_000, "most_hours": 90_000, "months": [6],
        "organisation_types": ALL, "eu_project_types": INDUSTRY, "steps": LONG,
        "decision_days": 21, "extension_months": 3, "extension_percent": 10,
    },
    "BEN": {
        **CLASSIC, "least_hours": 200, "most_hours": 2_500, "months": [2, 3],
        "organisation_types": ALL, "steps": SHORT, "decision_days": 15,
    },
    "DEV": {
        **CLASSIC, "least_hours": 800, "most_hours": 4_500, "months": list(range(6, 13)),
        "organisation_types": ALL, "steps": SHORT, "decision_days": 10, "renewals": 2,
    },
    "REG": {
        **CLASSIC, "least_hours": 20_000, "most_hours": 1_800_000, "months": [12],
        "organisation_types": ALL, "steps": LONG, "decision_days": 84,
    },
    "EXT": {
        **CLASSIC, "least_hours": 100_000, "most_hours": 3_000_000, "months": [12],
        "organisation_types": ALL, "steps": LONG, "decision_days": 126,
    },
}  # fmt: skip


def ten(*day):
    """10:00 in Brussels."""
    return dt.datetime(*day, 10, tzinfo=BRUSSELS)


# Monthly rounds are numbered by their month, as published identifiers show (2026D09).
MONTHLY = [(2026, 12, ten(2026, 12, 1))] + [
    (2027, month, ten(2027, month, 1)) for month in range(1, 12)
]

# code: closes at, another system, rounds as (year, number, cut-off)
CALLS = {
    "FL": (END, "", [(2026, 1, None)]),
    "LS": (
        ten(2027, 1, 4),
        "Leonardo",
        [(2026, 1, ten(2026, 11, 30)), (2026, 2, ten(2026, 12, 15)), (2027, 1, ten(2027, 1, 4))],
    ),
    "SC": (ten(2026, 12, 11), "", [(2026, 1, ten(2026, 12, 11))]),
    "BEN": (ten(2027, 11, 1), "", MONTHLY),
    "DEV": (ten(2027, 11, 1), "LUMI-G", MONTHLY),
    "REG": (
        ten(2026, 9, 4), "", [(2026, 1, ten(2026, 3, 30)), (2026, 2, ten(2026, 9, 4))],
    ),
    "EXT": (
        ten(2026, 10, 19), "", [(2026, 1, ten(2026, 5, 4)), (2026, 2, ten(2026, 10, 19))],
    ),
}  # fmt: skip


def load(apps, _schema_editor):
    playground = apps.get_model("allocations", "AccessMode").objects.get(code="PG")
    playground.purposes = ["try_out", "build"]
    playground.save(update_fields=["purposes"])
    playground.policies.update(paying_types=LARGER)
    apps.get_model("allocations", "SystemOffer").objects.filter(call__mode=playground).update(
        fallback="Leonardo"
    )
    for mode in _modes(apps):
        _policy(apps, mode)
        _call(apps, mode)


def _modes(apps):
    names = (
        "code", "series", "letters", "purposes", "name_en", "name_de", "summary_en", "summary_de",
    )  # fmt: skip
    for row in MODES:
        values = dict(zip(names, row, strict=True))
        yield apps.get_model("allocations", "AccessMode").objects.create(**values)


def _policy(apps, mode):
    template = apps.get_model("onboarding", "CaseTemplate").objects.get(name="Standard")
    apps.get_model("allocations", "AccessPolicy").objects.create(
        mode=mode,
        valid_from=START,
        answer_days=10,
        start_within_days=30,
        report_months=3,
        case_template=template,
        source=CATALOGUE,
        **POLICIES[mode.code],
    )


def _call(apps, mode):
    closes_at, fallback, rounds = CALLS[mode.code]
    call = apps.get_model("allocations", "Call").objects.create(
        mode=mode,
        title_en=f"{mode.name_en}: access 2026",
        title_de=f"{mode.name_de}: Zugang 2026",
        state="open",
        opens_at=START,
        closes_at=closes_at,
    )
    for year, number, cut_off_at in rounds:
        call.rounds.create(year=year, number=number, cut_off_at=cut_off_at)
    share = apps.get_model("allocations", "FundingShare").objects.get(
        partition__system__name="JUPITER", code="eurohpc", starts_at=START
    )
    call.offers.create(partition=share.partition, share=share, fallback=fallback)


def unload(apps, _schema_editor):
    codes = list(POLICIES)
    for name in ("SystemOffer", "Round"):
        apps.get_model("allocations", name).objects.filter(call__mode__code__in=codes).delete()
    for name in ("Call", "AccessPolicy"):
        apps.get_model("allocations", name).objects.filter(mode__code__in=codes).delete()
    apps.get_model("allocations", "AccessMode").objects.filter(code__in=codes).delete()


class Migration(migrations.Migration):
    dependencies = [("allocations", "0015_all_access_modes")]

    operations = [migrations.RunPython(load, unload)]
