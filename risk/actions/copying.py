"""Write many rows at once by COPY, staged in temporary tables where they meet rows that are there."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

# Staged rows carry no statistics: a plan by look-ups in indexes is the right one whatever the planner guesses.
_BEGIN = """
SET LOCAL jit = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL work_mem = '32MB'
"""
_END = "SET LOCAL enable_hashjoin = DEFAULT; SET LOCAL enable_mergejoin = DEFAULT; SET LOCAL work_mem = DEFAULT"
_STAGE = """
CREATE TEMP TABLE ingest_key (
    number int, external_id varchar(160), event_id bigint, occurred_at timestamptz, digest bytea
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE ingest_entity (
    number int, market_id varchar(2), type varchar(24), external_id varchar(128),
    first_at timestamptz, last_at timestamptz, name varchar(240), attributes jsonb, described_at timestamptz,
    id bigint, is_changed boolean
) ON COMMIT DELETE ROWS
"""


def open_stage(cursor: Any) -> None:
    """Make the staging tables of this connection, or empty them, and fit the planner to them.

    They live as long as the connection and are empty after each transaction, so that frequent small loads do
    not make and drop tables all the time.
    """
    cursor.execute("SELECT to_regclass('pg_temp.ingest_entity')")
    if cursor.fetchone()[0] is None:
        cursor.execute(_STAGE)
    else:
        cursor.execute("DELETE FROM ingest_key; DELETE FROM ingest_entity")
    cursor.execute(_BEGIN)


def close_stage(cursor: Any) -> None:
    """Give the rest of the transaction its own planner settings back."""
    cursor.execute(_END)


def escape(text: str) -> str:
    """Return text as COPY wants it: backslashes, tabs and line ends written as escapes."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if text.isprintable():
        return text
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def copy_lines(cursor: Any, statement: str, lines: Iterable[str]) -> None:
    """Run `COPY … FROM STDIN` with lines of tab-separated, escaped fields, each ending in a line feed."""
    cursor.copy_expert(statement, BytesIO("".join(lines).encode()))
