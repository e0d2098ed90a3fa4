"""Triggers that refuse every update and delete of a revision, and the first intake policy."""

import datetime as dt

from django.db import migrations

SQLITE = [
    f"""
    CREATE TRIGGER revision_no_{verb} BEFORE {verb.upper()} ON allocations_revision
    BEGIN SELECT RAISE(ABORT, 'revisions are immutable'); END
    """
    for verb in ("update", "delete")
]
POSTGRESQL = [
    """
    CREATE FUNCTION refuse_revision_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'revisions are immutable'; END $$
    """,
    """
    CREATE TRIGGER revision_immutable BEFORE UPDATE OR DELETE ON allocations_revision
    FOR EACH ROW EXECUTE FUNCTION refuse_revision_change()
    """,
]
UNDO = {
    "sqlite": [f"DROP TRIGGER revision_no_{verb}" for verb in ("update", "delete")],
    "postgresql": [
        "DROP TRIGGER revision_immutable ON allocations_revision",
        "DROP FUNCTION refuse_revision_change()",
    ],
}
MEGA = 1_000_000
MEBI = 2**20


def forbid(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def allow(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def set_policy(apps, _schema_editor):
    """Our own figures, since no call states any: staff change them from a date on."""
    apps.get_model("allocations", "IntakePolicy").objects.create(
        valid_from=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        most_files=12,
        most_file_bytes=10 * MEBI,
        most_total_bytes=40 * MEBI,
        most_pages=100,
        most_pixels=50 * MEGA,
        most_unpacked_bytes=200 * MEBI,
        alike_percent=40,
        draft_days=14,
    )


class Migration(migrations.Migration):
    dependencies = [("allocations", "0037_documents")]

    operations = [
        migrations.RunPython(forbid, allow),
        migrations.RunPython(set_policy, migrations.RunPython.noop),
    ]
