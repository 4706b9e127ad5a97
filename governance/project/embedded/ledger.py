"""What has been set up in a database, remembered in that database, so that no copy or restore can make it lie."""

from contextlib import closing

import psycopg2
from psycopg2 import errors

CREATE = """
CREATE SCHEMA IF NOT EXISTS setup;
CREATE TABLE IF NOT EXISTS setup.step (name text PRIMARY KEY, version text NOT NULL, done_at timestamptz NOT NULL)
"""
UPSERT = """
INSERT INTO setup.step (name, version, done_at) VALUES (%s, %s, now())
ON CONFLICT (name) DO UPDATE SET version = excluded.version, done_at = excluded.done_at
"""


def read_steps(database_url: str) -> dict[str, str]:
    """Return the version of each step that this database has had."""
    try:
        with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT name, version FROM setup.step")
            return dict(cursor.fetchall())
    except (errors.UndefinedTable, errors.InvalidSchemaName):
        return {}


def record_step(database_url: str, name: str, version: str) -> None:
    """Remember that the step `name` is done in `version`."""
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(CREATE)
        cursor.execute(UPSERT, (name, version))


def read_migration_state(database_url: str) -> str:
    """Return a text that changes with every migration applied or taken back; empty before the first."""
    try:
        with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*), max(id) FROM django_migrations")
            count, last = cursor.fetchone() or (0, None)
            return f"{count}:{last}"
    except errors.UndefinedTable:
        return ""
