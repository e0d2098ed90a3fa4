"""Triggers that refuse every update and delete of a ledger entry."""

from django.db import migrations

SQLITE = [
    f"""
    CREATE TRIGGER ledger_entry_no_{verb} BEFORE {verb.upper()} ON allocations_ledgerentry
    BEGIN SELECT RAISE(ABORT, 'ledger entries are immutable'); END
    """
    for verb in ("update", "delete")
]
POSTGRESQL = [
    """
    CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'ledger entries are immutable'; END $$
    """,
    """
    CREATE TRIGGER ledger_entry_immutable BEFORE UPDATE OR DELETE ON allocations_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()
    """,
]
UNDO = {
    "sqlite": [f"DROP TRIGGER ledger_entry_no_{verb}" for verb in ("update", "delete")],
    "postgresql": [
        "DROP TRIGGER ledger_entry_immutable ON allocations_ledgerentry",
        "DROP FUNCTION refuse_ledger_change()",
    ],
}


def forbid(apps, schema_editor):
    for statement in {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def allow(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("allocations", "0001_initial")]

    operations = [migrations.RunPython(forbid, allow)]
