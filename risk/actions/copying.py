"""Write many rows at once by COPY, staged in temporary tables where they meet rows that are there."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

_STAGE = """
CREATE TEMP TABLE ingest_key (
    number int, external_id varchar(160), occurred_at timestamptz, digest bytea
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE ingest_entity (
    number int, market_id varchar(2), type varchar(24), external_id varchar(128),
    first_at timestamptz, last_at timestamptz, name varchar(240), attributes jsonb, described_at timestamptz
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE ingest_change (
    id bigint, market_id varchar(2), type varchar(24), external_id varchar(128),
    first_at timestamptz, last_at timestamptz, name varchar(240), attributes jsonb, described_at timestamptz
) ON COMMIT DELETE ROWS
"""
SHEET = 1 << 20  # bytes handed to PostgreSQL at once: with small ones other threads stand in the way after each


def open_stage(cursor: Any) -> None:
    """Make the staging tables of this connection, or empty them.

    They live as long as the connection and are empty after each transaction, so that frequent small loads do
    not make and drop tables all the time. They carry no statistics: statements look up staged rows one by one
    (LATERAL, subquery, ON CONFLICT) and leave the planner no join to guess at. Compiling such statements costs
    more than it brings, so that is off until the end of the transaction.
    """
    cursor.execute("SELECT to_regclass('pg_temp.ingest_change')")
    if cursor.fetchone()[0] is None:
        cursor.execute(_STAGE)
    else:
        cursor.execute("DELETE FROM ingest_key; DELETE FROM ingest_entity; DELETE FROM ingest_change")
    cursor.execute("SET LOCAL jit = off")


def escape(text: str) -> str:
    """Return text as COPY wants it: backslashes, tabs and line ends written as escapes."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if text.isprintable():
        return text
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def copy_lines(cursor: Any, statement: str, lines: Iterable[str]) -> None:
    """Run `COPY … FROM STDIN` with lines of tab-separated, escaped fields, each ending in a line feed.

    Raises Django's errors of databases.
    """
    with cursor.db.wrap_database_errors:
        cursor.copy_expert(statement, BytesIO("".join(lines).encode()), size=SHEET)
