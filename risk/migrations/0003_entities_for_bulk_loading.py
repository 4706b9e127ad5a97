import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

# A new partition is made beside its parent and attached: that lock lets everybody else read and write on.
MAKE_PARTITIONS = """
CREATE OR REPLACE FUNCTION risk_make_partitions(first_day date, last_day date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    month date := date_trunc('month', first_day)::date;
    made integer := 0;
    parent text;
    part text;
BEGIN
    -- Two makers of the same month would both find it missing: one waits for the other.
    PERFORM pg_advisory_xact_lock(hashtext('risk_make_partitions'));
    WHILE month <= last_day LOOP
        FOREACH parent IN ARRAY ARRAY['risk_event', 'risk_eventtouch'] LOOP
            part := parent || '_' || to_char(month, 'YYYYMM');
            IF to_regclass(part) IS NULL THEN
                EXECUTE format(
                    'CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', part, parent
                );
                EXECUTE format(
                    'ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                    parent, part, month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00'
                );
                made := made + 1;
            END IF;
        END LOOP;
        month := (month + interval '1 month')::date;
    END LOOP;
    RETURN made;
END $$;
"""

# Every event moves last_seen_at of what it touches: with room on the page and no index over that column such an
# update touches no index at all.
LEAVE_ROOM = "ALTER TABLE risk_entity SET (fillfactor = 85)"


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0001_first_tables"),
        ("risk", "0002_signal_titles"),
    ]

    operations = [
        migrations.RunSQL(MAKE_PARTITIONS, reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(LEAVE_ROOM, reverse_sql="ALTER TABLE risk_entity RESET (fillfactor)"),
        migrations.RemoveIndex(model_name="entity", name="entity_recent"),
        migrations.RemoveIndex(model_name="entity", name="entity_external_id_trgm"),
        migrations.AddField(model_name="entity", name="described_at", field=models.DateTimeField(null=True)),
        migrations.AlterField(
            model_name="entity",
            name="market",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="governance.market",
            ),
        ),
        migrations.AddIndex(
            model_name="entity",
            index=models.Index(fields=["type", "-first_seen_at", "-id"], name="entity_newest"),
        ),
        migrations.AddIndex(
            model_name="entity",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("external_id"), name="text_pattern_ops"
                ),
                name="entity_id_prefix",
            ),
        ),
    ]
