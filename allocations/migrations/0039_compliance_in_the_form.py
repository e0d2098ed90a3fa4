"""Every mode asks questions about compliance, Playground too; the policy says which.

Emissions come from the dated factors that reports use as well.
"""

from django.db import migrations

SOURCE = "Overhead: our assumption for a data centre with warm-water cooling."


def load(apps, _schema_editor):
    sections = apps.get_model("allocations", "FormSection").objects.filter(kind="compliance")
    sections.update(
        modes=[],
        label_en="Compliance",
        label_de="Compliance",
        help_en="A guided interview on the AI Act, data protection, export control and ethics.",
        help_de="Ein geführtes Interview zu KI-Verordnung, Datenschutz, Exportkontrolle und Ethik.",
    )
    apps.get_model("allocations", "EnergyPolicy").objects.update(source=SOURCE)


class Migration(migrations.Migration):
    dependencies = [("allocations", "0038_documents_data")]

    operations = [
        migrations.RemoveField("energypolicy", "grams_per_kwh"),
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
