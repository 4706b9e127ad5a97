"""Write the market on each decision, so that figures by market need not read the cases."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F

# Decisions never change, which a trigger guards; it rests while the new column is filled for the first time. The
# checks of foreign keys come due before the column is altered again.
FILL = """
    ALTER TABLE cases_decision DISABLE TRIGGER USER;
    UPDATE cases_decision d SET market_id = c.market_id FROM cases_case c WHERE c.id = d.case_id;
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    ALTER TABLE cases_decision ENABLE TRIGGER USER;
"""


# Without these the planner takes every moment for a day of its own, and sorts what it could count in a small table.
DAYS = """
    CREATE STATISTICS decision_days ON ((decided_at AT TIME ZONE 'UTC')::date) FROM cases_decision;
    CREATE STATISTICS case_opened_days ON ((opened_at AT TIME ZONE 'UTC')::date) FROM cases_case;
"""
NO_DAYS = "DROP STATISTICS decision_days; DROP STATISTICS case_opened_days;"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_orders_of_work"),
        ("governance", "0001_first_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="market",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="governance.market",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="decision",
            name="market",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="governance.market",
            ),
        ),
        migrations.RemoveIndex(model_name="decision", name="decision_recent"),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(
                F("decided_at").desc(), name="decision_recent", include=["market", "outcome", "supersedes"]
            ),
        ),
        migrations.RunSQL(DAYS, NO_DAYS),
    ]
