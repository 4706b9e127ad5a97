"""Open DuckDB, in memory or on a file."""

from typing import Any
from urllib.parse import unquote, urlsplit

from policies.engines.errors import DataError
from policies.engines.ibis.dialects.duckdb import DuckDB
from policies.engines.ibis.engine import Engine, EngineFailedError, Piece
from policies.engines.ibis.engines.files import files_alike, is_place
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
        try:
            return self.backend.to_pyarrow(query)
        except load("duckdb").Error as error:
            message = f"DuckDB failed: {str(error).splitlines()[0]}"
            raise EngineFailedError(message) from error

    def events(self, where: str) -> list[Piece]:
        """Return Parquet files, or a table of the database."""
        if is_place(where):
            return [
                Piece(self.backend.read_parquet(files, hive_partitioning=False), schema, files[0])
                for files, schema in files_alike(where)
            ]
        database, _, name = where.rpartition(".")
        try:
            table = self.backend.table(name, database=database or None)
        except load_ibis().common.exceptions.TableNotFound as error:
            raise DataError("DuckDB has no such table, nor is there such a file", file=where) from error
        return [Piece(table, table.schema().to_pyarrow(), where)]

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
