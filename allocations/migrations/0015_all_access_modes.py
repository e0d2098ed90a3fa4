from django.core import validators
from django.db import migrations, models


def name_rounds(apps, _schema_editor):
    """Until now the code of a mode stood in its identifiers."""
    for mode in apps.get_model("allocations", "AccessMode").objects.all():
        mode.letters = mode.code[:2]
        mode.save(update_fields=["letters"])


def keep_full(apps, _schema_editor):
    offers = apps.get_model("allocations", "SystemOffer").objects
    offers.filter(is_open=False).update(availability="full")


def keep_closed(apps, _schema_editor):
    offers = apps.get_model("allocations", "SystemOffer").objects
    offers.exclude(availability="open").update(is_open=False)


class Migration(migrations.Migration):
    dependencies = [("allocations", "0014_job_templates")]

    operations = [
        migrations.AddField(
            "accessmode",
            "letters",
            models.CharField(
                default="XX",
                help_text="In project identifiers, between year and round: PG, D …",
                max_length=2,
                validators=[
                    validators.RegexValidator("^[A-Z]{1,2}$", "One or two capital letters.")
                ],
                verbose_name="letters of a round",
            ),
            preserve_default=False,
        ),
        migrations.RunPython(name_rounds, migrations.RunPython.noop),
        migrations.AddField(
            "accessmode",
            "purposes",
            models.JSONField(default=list, verbose_name="purposes that it serves"),
        ),
        migrations.RemoveConstraint("accesspolicy", "policy_range"),
        migrations.RenameField("accesspolicy", "least_gpu_hours", "least_hours"),
        migrations.RenameField("accesspolicy", "most_gpu_hours", "most_hours"),
        migrations.AddConstraint(
            "accesspolicy",
            models.CheckConstraint(
                condition=models.Q(least_hours__lte=models.F("most_hours")), name="policy_range"
            ),
        ),
        migrations.AlterField(
            "accesspolicy",
            "least_hours",
            models.PositiveIntegerField(verbose_name="least hours"),
        ),
        migrations.AlterField(
            "accesspolicy",
            "most_hours",
            models.PositiveIntegerField(
                help_text="The same as the least for a fixed package.", verbose_name="most hours"
            ),
        ),
        migrations.AddField(
            "accesspolicy",
            "unit",
            models.CharField(
                choices=[("gpu_hours", "GPU-hours"), ("node_hours", "node-hours")],
                default="gpu_hours",
                max_length=20,
                verbose_name="unit",
            ),
        ),
        migrations.AddField(
            "accesspolicy",
            "eu_project_types",
            models.JSONField(
                blank=True,
                default=list,
                help_text="A project of Horizon Europe or the Digital Europe Programme.",
                verbose_name="of these, only within an EU project",
            ),
        ),
        migrations.AddField(
            "accesspolicy",
            "paying_types",
            models.JSONField(
                blank=True, default=list, verbose_name="of these, at their own expense"
            ),
        ),
        migrations.AddField(
            "accesspolicy",
            "open_research_types",
            models.JSONField(
                blank=True, default=list, verbose_name="of these, for open research only"
            ),
        ),
        migrations.AddField(
            "accesspolicy",
            "contract_months",
            models.PositiveSmallIntegerField(
                default=0,
                verbose_name=(
                    "months that the principal investigator’s contract outlasts the allocation"
                ),
            ),
        ),
        migrations.AddField(
            "accesspolicy",
            "renewals",
            models.PositiveSmallIntegerField(default=0, verbose_name="renewals"),
        ),
        migrations.AddField(
            "accesspolicy",
            "extension_months",
            models.PositiveSmallIntegerField(default=0, verbose_name="months of an extension"),
        ),
        migrations.AddField(
            "accesspolicy",
            "extension_percent",
            models.PositiveSmallIntegerField(
                default=0, verbose_name="percent of the hours that an extension adds"
            ),
        ),
        migrations.AddConstraint(
            "round",
            models.UniqueConstraint(fields=["call", "cut_off_at"], name="cut_off_once"),
        ),
        migrations.AddField(
            "systemoffer",
            "availability",
            models.CharField(
                choices=[
                    ("open", "Open"),
                    ("paused", "Paused"),
                    ("full", "Full"),
                    ("closed", "Closed"),
                ],
                default="open",
                help_text="While the call itself is open.",
                max_length=20,
                verbose_name="availability",
            ),
        ),
        migrations.AddField(
            "systemoffer",
            "fallback",
            models.CharField(
                blank=True,
                help_text=(
                    "Outside this portal, to name where no system of the call takes proposals."
                ),
                max_length=60,
                verbose_name="another system",
            ),
        ),
        migrations.RunPython(keep_full, keep_closed),
        migrations.RemoveField("systemoffer", "is_open"),
        migrations.AddField(
            "proposal",
            "eu_project",
            models.CharField(
                blank=True,
                help_text=(
                    "Acronym and grant number of the Horizon Europe or Digital Europe project "
                    "that this work is part of."
                ),
                max_length=60,
                verbose_name="EU project",
            ),
        ),
        migrations.AlterField(
            "evaluationstep",
            "kind",
            models.CharField(
                choices=[
                    ("administrative", "Eligibility check"),
                    ("technical", "Technical check"),
                    ("peer_review", "Peer review"),
                    ("right_to_reply", "Right to reply"),
                    ("panel", "Panel"),
                ],
                max_length=20,
                verbose_name="step",
            ),
        ),
    ]
