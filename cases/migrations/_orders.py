"""The orders in which cases and sanctions are read, and what keeps a case the only open one."""

from django.db import migrations, models

ORDERS = [
    migrations.AddIndex(
        model_name="case",
        index=models.Index(fields=["queue", "state", "-priority", "id"], name="case_queue_order"),
    ),
    migrations.AddIndex(
        model_name="case",
        index=models.Index(fields=["state", "-priority", "id"], name="case_state_order"),
    ),
    migrations.AddIndex(
        model_name="case",
        index=models.Index(fields=["market", "state", "-priority", "id"], name="case_market_order"),
    ),
    migrations.AddIndex(
        model_name="case",
        index=models.Index(fields=["entity", "-id"], name="case_by_entity"),
    ),
    migrations.AddIndex(
        model_name="case",
        index=models.Index(fields=["assignee", "state"], name="case_by_assignee"),
    ),
    migrations.AddIndex(
        model_name="case",
        index=models.Index(fields=["-opened_at", "-id"], name="case_recent"),
    ),
    migrations.AddIndex(
        model_name="case",
        index=models.Index(fields=["-decided_at"], name="case_decided"),
    ),
    migrations.AddConstraint(
        model_name="case",
        constraint=models.UniqueConstraint(
            condition=models.Q(("state__in", ["assigned", "escalated", "in_review", "new"])),
            fields=("entity", "policy"),
            name="one_open_case",
        ),
    ),
    migrations.AddIndex(
        model_name="sanction",
        index=models.Index(fields=["entity", "state"], name="sanction_by_entity"),
    ),
    migrations.AddIndex(
        model_name="sanction",
        index=models.Index(fields=["state", "ends_at"], name="sanction_to_expire"),
    ),
]
