"""JUPITER, its funding shares, and Playground access, as of November 2026.

Sources: JSC's configuration and batch pages for JUPITER (5,884 nodes with 4 GH200 each and
288 cores; 12 h limit), September 2026; the EuroHPC access catalogue for the Playground mode
(5,000 GPU-hours, 1 to 3 months, answer within 2 working days), August 2026. Staff edit all of
it in the administration; a new policy row with a later date changes a limit from then on.
"""

import datetime as dt

from django.db import migrations

SHARES = [("eurohpc", "EuroHPC JU", 50), ("bmftr", "BMFTR", 25), ("mkw-nrw", "MKW NRW", 25)]
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def load(apps, schema_editor):
    partition = _booster(apps)
    shares = _shares(apps, partition)
    mode = _playground(apps)
    _call(apps, mode, partition, shares[2026, "eurohpc"])


def _booster(apps):
    jupiter = apps.get_model("allocations", "System").objects.create(
        name="JUPITER", description="Europe's first exascale machine, at Jülich."
    )
    return apps.get_model("allocations", "Partition").objects.create(
        system=jupiter,
        name="booster",
        nodes=5884,
        gpus_per_node=4,
        cores_per_node=288,
        longest_limit=12 * 3600,
        default_limit=3600,
        policy="easy",
        seed=2026,
        background_load="0.900",
    )


def _shares(apps, partition):
    """The owners' parts for each of three years."""
    rows = {}
    for year in (2026, 2027, 2028):
        for code, funder, percent in SHARES:
            rows[year, code] = apps.get_model("allocations", "FundingShare").objects.create(
                partition=partition,
                code=code,
                funder=funder,
                percent=percent,
                starts_at=dt.datetime(year, 1, 1, tzinfo=dt.UTC),
                ends_at=dt.datetime(year + 1, 1, 1, tzinfo=dt.UTC),
            )
    return rows


def _playground(apps):
    mode = apps.get_model("allocations", "AccessMode").objects.create(
        code="PG",
        series="AIF",
        name_en="Playground",
        name_de="Playground",
        summary_en=(
            "A first taste of an AI supercomputer: a fixed package for start-ups, SMEs and "
            "other industry, without competition."
        ),
        summary_de=(
            "Ein erster Zugang zu einem KI-Supercomputer: ein festes Paket für Start-ups, "
            "KMU und andere Unternehmen, ohne Wettbewerb."
        ),
    )
    template = apps.get_model("onboarding", "CaseTemplate").objects.get(name="Standard")
    apps.get_model("allocations", "AccessPolicy").objects.create(
        mode=mode,
        valid_from=START,
        least_gpu_hours=5000,
        most_gpu_hours=5000,
        months=[1, 2, 3],
        organisation_types=["start_up", "sme", "mid_cap", "large_industry"],
        steps=["administrative", "technical"],
        decision_days=2,
        answer_days=10,
        start_within_days=30,
        report_months=3,
        case_template=template,
        source="EuroHPC access catalogue, August 2026",
    )
    return mode


def _call(apps, mode, partition, share):
    call = apps.get_model("allocations", "Call").objects.create(
        mode=mode,
        title_en="Playground access 2026",
        title_de="Playground-Zugang 2026",
        state="open",
        opens_at=START,
        closes_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC),
    )
    apps.get_model("allocations", "Round").objects.create(call=call, year=2026, number=1)
    apps.get_model("allocations", "SystemOffer").objects.create(
        call=call, partition=partition, share=share
    )


def unload(apps, schema_editor):
    for name in (
        "SystemOffer", "Round", "Call", "AccessPolicy", "AccessMode",
        "FundingShare", "Partition", "System",
    ):  # fmt: skip
        apps.get_model("allocations", name).objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("allocations", "0002_ledger_is_immutable"),
        ("onboarding", "0002_reference_data"),
    ]

    operations = [migrations.RunPython(load, unload)]
