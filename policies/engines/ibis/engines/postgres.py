"""Open PostgreSQL: Ibis writes the SQL, the driver that the console uses anyway runs it."""

from itertools import count
from typing import Any

from policies.engines.arrow import load_arrow
from policies.engines.errors import DataError
from policies.engines.ibis.dialects.postgres import Postgres
from policies.engines.ibis.engine import Engine, EngineFailedError, Piece
from policies.engines.ibis.library import load, load_ibis

_ROWS_PER_STATEMENT = 1_000


class PostgresEngine(Engine):
    """A session on PostgreSQL; what is sent lies in temporary tables, which end with it."""

    def __init__(self, session: Any) -> None:
        super().__init__(Postgres())
        self._session = session
        self._compiler = load("ibis.backends.sql.compilers").PostgresCompiler()
        self._numbers = count()

    def send(self, table: Any) -> Any:
        """Copy an Arrow table into a temporary one."""
        ibis = load_ibis()
        name, schema = f"aedile_sent_{next(self._numbers)}", ibis.Schema.from_pyarrow(table.schema)
        sql = load("psycopg2.sql")
        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(_SQL_TYPES[str(kind)]))
            for column, kind in schema.items()
        )
        rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
        with self._session.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({})").format(sql.Identifier(name), columns))
            insert = sql.SQL("INSERT INTO {} VALUES %s").format(sql.Identifier(name))
            load("psycopg2.extras").execute_values(cursor, insert, rows, page_size=_ROWS_PER_STATEMENT)
        return ibis.table(schema, name=name)

    def answer(self, query: Any) -> Any:
        """Run a query."""
        statement = self._compiler.to_sqlglot(query).sql("postgres")
        with self._session.cursor() as cursor:
            try:
                cursor.execute(statement)
            except load("psycopg2").Error as error:
                message = f"PostgreSQL failed: {str(error).splitlines()[0]}"
                raise EngineFailedError(message) from error
            rows = cursor.fetchall()
        columns = list(zip(*rows, strict=True)) or [()] * len(query.schema())
        arrays = [
            load_arrow().array(column, kind)
            for column, kind in zip(columns, query.schema().to_pyarrow().types, strict=True)
        ]
        return load_arrow().table(arrays, names=list(query.schema().names))

    def events(self, where: str) -> list[Piece]:
        """Return a table of the database."""
        with self._session.cursor() as cursor:
            cursor.execute(_DESCRIBE, (where,))
            rows = cursor.fetchall()
        if not rows:
            raise DataError("PostgreSQL has no such table", file=where)
        kinds = {column: _KINDS.get(kind.removesuffix("[]")) for _, _, column, kind in rows}
        columns = {
            column: f"array<{kinds[column]}>" if kind.endswith("[]") else kinds[column]
            for _, _, column, kind in rows
            if kinds[column] is not None
        }
        schema = load_ibis().schema(columns)
        table = load_ibis().table(schema, name=rows[0][1], database=rows[0][0])
        return [Piece(table, schema.to_pyarrow(), where)]

    def can_hold(self, text: str) -> bool:
        """Tell whether a text is free of NUL, which PostgreSQL has in none."""
        return "\0" not in text

    def close(self) -> None:
        """End the session."""
        self._session.close()


_DESCRIBE = """
    SELECT n.nspname, c.relname, a.attname, a.atttypid::regtype::text
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
"""

_KINDS = {
    "boolean": "boolean",
    "smallint": "int16",
    "integer": "int32",
    "bigint": "int64",
    "real": "float32",
    "double precision": "float64",
    "numeric": "decimal(38, 9)",
    "text": "string",
    "character varying": "string",
    "timestamp with time zone": "timestamp('UTC')",
    "timestamp without time zone": "timestamp",
}
"""Columns of other types are not seen."""

_SQL_TYPES = {
    "boolean": "boolean",
    "int64": "bigint",
    "float64": "double precision",
    "string": "text",
    "array<boolean>": "boolean[]",
    "array<int64>": "bigint[]",
    "array<float64>": "double precision[]",
    "array<string>": "text[]",
}


def open_postgres(url: str) -> PostgresEngine:
    """Open a session on `postgresql://user:password@host:port/name`.

    Raises:
        EngineMissingError: Ibis is not installed.
        EngineFailedError: the database does not answer, or is not one of UTF-8.
    """
    load_ibis()
    driver = load("psycopg2")
    try:
        session = driver.connect(url, options="-c TimeZone=UTC -c standard_conforming_strings=on -c jit=off")
    except driver.Error as error:
        message = f"PostgreSQL cannot be reached: {error}"
        raise EngineFailedError(message.strip()) from error
    session.autocommit = True
    return PostgresEngine(session)
