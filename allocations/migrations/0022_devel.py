"""A QoS for short tries on JUPITER's Booster.

Our own design, since the real machine has none: few nodes, half an hour, ahead of all others.
Administrators edit it; it counts where the policy is ``slurm``.
"""

from django.db import migrations


def offer(apps, _schema_editor):
    partitions = apps.get_model("allocations", "Partition").objects
    for partition in partitions.filter(system__name="JUPITER", name="booster"):
        partition.qos.get_or_create(
            name="devel",
            defaults={"priority": 1, "max_wall": 1800, "max_jobs_per_user": 1, "grp_nodes": 64},
        )


class Migration(migrations.Migration):
    dependencies = [("allocations", "0021_qos")]

    operations = [migrations.RunPython(offer, migrations.RunPython.noop)]
