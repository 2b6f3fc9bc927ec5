"""What PostgreSQL does for the staff: invoices that nobody changes, orders found by a part of a name.

SQLite, the embedded default of development, has the model's own refusals, and scans.
"""

from django.db import migrations

FROZEN = ["main_invoice", "main_invoiceline", "main_invoicevat"]
REFUSE = """
CREATE FUNCTION booktime_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An invoice is never changed or deleted (%).', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""
# Emptying a whole table (TRUNCATE) is left to the tests, whose user owns it.
TRIGGER = """
CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION booktime_refuse_change();
"""
# The counter goes up by one, or stays: set back, it would give a number twice.
COUNT = """
CREATE FUNCTION booktime_refuse_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A series of invoices counts up by one.'
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER main_invoiceseries_counts BEFORE UPDATE ON main_invoiceseries
FOR EACH ROW WHEN (NEW.last_number NOT IN (OLD.last_number, OLD.last_number + 1))
EXECUTE FUNCTION booktime_refuse_count();
CREATE TRIGGER main_invoiceseries_stays BEFORE DELETE ON main_invoiceseries
FOR EACH ROW EXECUTE FUNCTION booktime_refuse_count();
"""
UNCOUNT = """
DROP TRIGGER main_invoiceseries_counts ON main_invoiceseries;
DROP TRIGGER main_invoiceseries_stays ON main_invoiceseries;
DROP FUNCTION booktime_refuse_count();
"""
# The columns as `icontains` compares them; the extension came with the search (0002).
FOUND_BY = ["email", "billing_name", "shipping_name"]
TRIGRAMS = """
CREATE INDEX main_order_{column}_trigrams ON main_order USING gin (upper({column}) gin_trgm_ops);
"""


def run_on_postgresql(*statements: str):
    def run(apps, schema_editor) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                # No parameters, so that % stands for itself.
                schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("main", "0004_staff_groups")]

    operations = [
        migrations.RunPython(
            run_on_postgresql(REFUSE, *(TRIGGER.format(table=table) for table in FROZEN), COUNT),
            run_on_postgresql(
                UNCOUNT,
                *(f"DROP TRIGGER {table}_frozen ON {table};" for table in FROZEN),
                "DROP FUNCTION booktime_refuse_change();",
            ),
        ),
        migrations.RunPython(
            run_on_postgresql(*(TRIGRAMS.format(column=column) for column in FOUND_BY)),
            run_on_postgresql(*(f"DROP INDEX main_order_{name}_trigrams;" for name in FOUND_BY)),
        ),
    ]
