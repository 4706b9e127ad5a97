"""What has been set up in a database, remembered in that database, so that no copy or restore can make it lie."""

from contextlib import closing

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as cursor_type

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
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        if not _has_table(cursor, "setup.step"):
            return {}
        cursor.execute("SELECT name, version FROM setup.step")
        return dict(cursor.fetchall())


def record_step(database_url: str, name: str, version: str) -> None:
    """Remember that the step `name` is done in `version`."""
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(CREATE)
        cursor.execute(UPSERT, (name, version))


def read_migration_state(database_url: str) -> str:
    """Return a text that changes with every migration applied or taken back; empty before the first."""
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        if not _has_table(cursor, "django_migrations"):
            return ""
        cursor.execute("SELECT count(*), max(id) FROM django_migrations")
        count, last = cursor.fetchone() or (0, None)
        return f"{count}:{last}"


def has_rows(database_url: str, table: str) -> bool:
    """Tell whether the table `table` exists and holds any row."""
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        if not _has_table(cursor, table):
            return False
        cursor.execute(sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(table)))
        return (cursor.fetchone() or (False,)) == (True,)


def _has_table(cursor: cursor_type, name: str) -> bool:
    """Ask first: a failed query would leave an alarming line in the server's log at every first start."""
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (name,))
    return (cursor.fetchone() or (False,)) == (True,)
