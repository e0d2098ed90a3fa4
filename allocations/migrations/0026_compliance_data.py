"""The first compliance catalogue, what each access mode asks of it, and figures on energy.

Sources stand in the catalogue and in docs/explanation/compliance.md. Which mode asks what is our
own design: a Playground proposal answers what can rule it out or needs a contract, larger ones
also say what they are, what they take and how they deal with ethical risks.
"""

import datetime as dt
import json
from pathlib import Path

from django.db import migrations

DOCUMENT = Path(__file__).parent / "compliance" / "1.json"
VALID_FROM = dt.datetime(2026, 7, 27, tzinfo=dt.UTC)  # Regulation (EU) 2026/1744 in force
SOURCE = "Regulation (EU) 2024/1689 as changed by Regulation (EU) 2026/1744, and the laws named"

SHORT = ["ai_act", "data_protection", "export_control"]
MEDIUM = ["ai_act", "gpai", "data_protection", "export_control", "energy"]
LONG = ["ai_act", "gpai", "data_protection", "export_control", "ethics", "energy"]
PARTS = {
    "PG": SHORT,
    "FL": MEDIUM,
    "LS": LONG,
    "SC": LONG,
    "BEN": [*SHORT, "energy"],
    "DEV": [*SHORT, "energy"],
    "REG": LONG,
    "EXT": LONG,
}

YEAR = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
PUE = "1.10"
GRAMS_PER_KWH = 363
ENERGY_SOURCE = (
    "Overhead: our assumption for a data centre with warm-water cooling. Emissions: German "
    "electricity mix 2024, direct CO₂, estimate of the German Environment Agency."
)


def load(apps, _schema_editor):
    apps.get_model("allocations", "ComplianceCatalogue").objects.get_or_create(
        valid_from=VALID_FROM,
        defaults={"document": json.loads(DOCUMENT.read_text("utf-8")), "source": SOURCE},
    )
    policies = apps.get_model("allocations", "AccessPolicy").objects
    for code, parts in PARTS.items():
        policies.filter(mode__code=code).update(compliance_parts=parts)
    for partition in apps.get_model("allocations", "Partition").objects.all():
        partition.energy_policies.get_or_create(
            valid_from=YEAR,
            defaults={"pue": PUE, "grams_per_kwh": GRAMS_PER_KWH, "source": ENERGY_SOURCE},
        )


class Migration(migrations.Migration):
    dependencies = [("allocations", "0025_compliance")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
