"""Write again what a first test wrote, as rows, where making it anew by the actions takes a while."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.db import connection

TABLES = """
SELECT string_agg(format('SELECT %1$L, count(*) FROM %1$I', relname), ' UNION ALL ' ORDER BY relname)
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""
COLUMNS = """
SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""


class SavedRows:
    """What `make` writes into tables that were empty. Only for tests whose transaction is rolled back at the end.

    Keys stay free for it: sequences go on when a transaction is rolled back.
    """

    def __init__(self, make: Callable[[], None], marker: str) -> None:
        """`marker`: a table that is empty where nothing was made yet."""
        self._make = make
        self._marker = marker
        self._rows: list[tuple[str, bytes]] = []

    def put(self) -> None:
        """Write the rows: by `make` the first time and where anything is there already, then by COPY."""
        if not connection.in_atomic_block or self._has_rows():
            self._make()
        elif self._rows:
            with connection.cursor() as cursor:
                for table, data in self._rows:
                    cursor.copy_expert(f"COPY {table} FROM STDIN", BytesIO(data))
        else:
            before = _count()
            self._make()
            grown = [table for table, rows in _count().items() if rows != before[table]]
            if not any(before[table] for table in grown):
                self._rows = [_save(table) for table in grown]

    def _has_rows(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {self._marker})")
            return bool(cursor.fetchone()[0])


def _count() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.execute(cursor.fetchone()[0])
        return dict(cursor.fetchall())


def _save(table: str) -> tuple[str, bytes]:
    found: Any = BytesIO()
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [table])
        place = f"{table} ({cursor.fetchone()[0]})"
        cursor.copy_expert(f"COPY {place} TO STDOUT", found)
    return place, found.getvalue()
