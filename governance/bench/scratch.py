"""Give a benchmark a database of its own on the server in use, and take it away again."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from django.conf import settings
from django.db import connection
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT


@contextmanager
def scratch_database() -> Iterator[dict[str, str]]:
    """Make a migrated database and yield the environment for processes that use it; drop it at the end.

    This process itself stays connected to its own database.
    """
    name = f"aedile_bench_{secrets.token_hex(4)}"
    _run_sql(f'CREATE DATABASE "{name}"')
    try:
        parts = urlsplit(os.environ["DATABASE_URL"])
        environment = {**os.environ, "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))}
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity", "0"]
        subprocess.run(command, env=environment, check=True)  # noqa: S603  (our own command)
        yield environment
    finally:
        _run_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def _run_sql(statement: str) -> None:
    """Run a statement that cannot stand in a transaction."""
    outside = psycopg2.connect(**connection.get_connection_params())
    try:
        outside.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with outside.cursor() as cursor:
            cursor.execute(statement)
    finally:
        outside.close()
