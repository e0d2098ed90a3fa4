"""The data-processing agreement, and its step in the check-list of projects with personal data.

The text is ours, along Article 28(3) GDPR; the operator's lawyers put theirs in its place.
"""

import datetime as dt
from pathlib import Path

from django.db import migrations
from django.db.models import F

TERMS = Path(__file__).parent / "terms"
KIND = "data_processing"
VALID_FROM = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
POSITION = 2  # after the usage agreement
WORKING_DAYS = 5


def load(apps, _schema_editor):
    texts = {
        f"text_{language}": (TERMS / f"{KIND}-1.{language}.txt").read_text("utf-8")
        for language in ("en", "de")
    }
    apps.get_model("onboarding", "Terms").objects.get_or_create(
        kind=KIND, version=1, defaults={"valid_from": VALID_FROM, **texts}
    )
    for template in apps.get_model("onboarding", "CaseTemplate").objects.filter(name="Standard"):
        if not template.steps.filter(kind=KIND).exists():
            template.steps.filter(position__gte=POSITION).update(position=F("position") + 1)
            template.steps.create(
                position=POSITION,
                kind=KIND,
                owner="applicant",
                working_days=WORKING_DAYS,
                circumstance="personal_data",
            )


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0003_data_processing")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
