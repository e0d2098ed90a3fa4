"""The roles that confirm: technical leads and publishers."""

from django.db import migrations

ROLES = ["technical lead", "publisher"]


def load(apps, _schema_editor):
    for name in ROLES:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0004_data_processing_data")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
