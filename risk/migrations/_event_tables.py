"""The tables of events, made by hand: partitions, sequence, and the models that read them."""

import django.db.models.deletion
from django.db import migrations, models

# Partitions by month of the data's clock are made by risk_make_partitions; there is no default partition, so that
# a month that was forgotten fails loudly instead of growing where nobody looks.
EVENT_TABLES = """
CREATE SEQUENCE risk_event_id_seq;

CREATE TABLE risk_event (
    id bigint NOT NULL DEFAULT nextval('risk_event_id_seq'),
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    market_id varchar(2) NOT NULL,
    source varchar(48) NOT NULL,
    external_id varchar(160) NOT NULL,
    type varchar(48) NOT NULL,
    payload jsonb NOT NULL,
    roles jsonb NOT NULL,
    batch_id bigint NOT NULL,
    PRIMARY KEY (occurred_at, id)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX risk_event_market ON risk_event (market_id, occurred_at);
CREATE INDEX risk_event_type ON risk_event (type, occurred_at);
CREATE INDEX risk_event_batch ON risk_event USING brin (batch_id);

CREATE TABLE risk_eventtouch (
    entity_id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    event_id bigint NOT NULL,
    role varchar(24) NOT NULL,
    type varchar(48) NOT NULL,
    PRIMARY KEY (entity_id, occurred_at, event_id, role) INCLUDE (type)
) PARTITION BY RANGE (occurred_at);

CREATE TABLE risk_eventkey (
    source varchar(48) NOT NULL,
    external_id varchar(160) NOT NULL,
    event_id bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (source, external_id)
);

CREATE FUNCTION risk_make_partitions(first_day date, last_day date) RETURNS integer LANGUAGE plpgsql AS $$
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
                    'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                    part, parent, month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00'
                );
                made := made + 1;
            END IF;
        END LOOP;
        month := (month + interval '1 month')::date;
    END LOOP;
    RETURN made;
END $$;
"""

DROP_EVENT_TABLES = """
DROP FUNCTION risk_make_partitions(date, date);
DROP TABLE risk_eventkey;
DROP TABLE risk_eventtouch;
DROP TABLE risk_event;
DROP SEQUENCE risk_event_id_seq;
"""

EVENTS = migrations.SeparateDatabaseAndState(
    database_operations=[migrations.RunSQL(EVENT_TABLES, reverse_sql=DROP_EVENT_TABLES)],
    state_operations=[
        migrations.CreateModel(
            name="EventKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source", "external_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("source", models.CharField(max_length=48)),
                ("external_id", models.CharField(max_length=160)),
                ("event_id", models.BigIntegerField()),
                ("occurred_at", models.DateTimeField()),
                ("digest", models.BinaryField()),
            ],
            options={
                "db_table": "risk_eventkey",
            },
        ),
        migrations.CreateModel(
            name="EventTouch",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entity_id",
                        "occurred_at",
                        "event_id",
                        "role",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("event_id", models.BigIntegerField()),
                ("role", models.CharField(max_length=24)),
                ("type", models.CharField(max_length=48)),
                (
                    "entity",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="risk.entity",
                    ),
                ),
            ],
            options={
                "db_table": "risk_eventtouch",
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "occurred_at", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("id", models.BigIntegerField()),
                ("occurred_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("source", models.CharField(max_length=48)),
                ("external_id", models.CharField(max_length=160)),
                ("type", models.CharField(max_length=48)),
                ("payload", models.JSONField(default=dict)),
                ("roles", models.JSONField(default=dict)),
                (
                    "market",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="governance.market",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="risk.ingestbatch",
                    ),
                ),
            ],
            options={
                "db_table": "risk_event",
            },
        ),
    ],
)
