"""Open DuckDB, in memory or on a file."""

from typing import Any
from urllib.parse import unquote, urlsplit

from policies.engines.ibis.dialects.duckdb import DuckDB
from policies.engines.ibis.engine import Engine, EngineFailedError
from policies.engines.ibis.library import load, load_ibis


class DuckDBEngine(Engine):
    """A connection to DuckDB."""

    def __init__(self, backend: Any) -> None:
        super().__init__(DuckDB())
        self.backend = backend

    def send(self, table: Any) -> Any:
        """Let DuckDB see an Arrow table, where it lies."""
        return load_ibis().memtable(table)

    def answer(self, query: Any) -> Any:
        """Run a query."""
        return self.backend.to_pyarrow(query)

    def close(self) -> None:
        """Close the connection."""
        self.backend.disconnect()


def open_duckdb(url: str = "") -> DuckDBEngine:
    """Open `duckdb:///path/of/file` for reading, or a database in memory for `duckdb://` and an empty address.

    Raises:
        EngineMissingError: DuckDB is not installed.
        EngineFailedError: the file cannot be opened.
    """
    failure = load("duckdb").Error
    path = unquote(urlsplit(url).path)
    try:
        backend = load_ibis().duckdb.connect(path or ":memory:", read_only=bool(path))
    except failure as error:
        message = f"DuckDB cannot open {path}: {error}"
        raise EngineFailedError(message) from error
    # Ibis writes the older form of lambda, which DuckDB 2 reads only when told to.
    backend.raw_sql("SET lambda_syntax = 'ENABLE_SINGLE_ARROW'")
    backend.raw_sql("SET TimeZone = 'UTC'")
    return DuckDBEngine(backend)
