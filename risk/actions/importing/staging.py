# ruff: noqa: S608  names in the statements are words checked by the mapping and numbers given here
"""Group and join rows of files in temporary tables of PostgreSQL, so that memory does not grow with the files.

The tables live as long as the connection. Staging the same files again gives the same rows in the same order:
that is what a resumed import relies on.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from risk.actions.copying import copy_lines, escape
from risk.domain.mapping.chunks import Chunk
from risk.domain.mapping.spec import Fold, FoldSpec, ImportMapping, JoinSpec, Missing, TableSpec
from risk.domain.mapping.values import read_text


@dataclass(frozen=True, slots=True)
class Relation:
    """A staged file or table. In the database column number i is called c<i>.

    Besides, each row has the `places` of the file rows that it is made of, and `lacks`: the number of the join
    that found nobody, or null.
    """

    sql_name: str
    columns: tuple[str, ...]

    def column(self, name: str) -> str:
        """Return the name in the database."""
        return f"c{self.columns.index(name)}"


class Stage:
    """The temporary tables of one import."""

    def __init__(self, mapping: ImportMapping) -> None:
        self._mapping = mapping
        self.relations: dict[str, Relation] = {}

    def open_file(self, name: str, columns: Sequence[str]) -> None:
        """Make the empty table of a file."""
        relation = Relation(f"stage_{name}", tuple(columns))
        cells = "".join(f", c{number} text" for number in range(len(columns)))
        _execute(
            f"DROP TABLE IF EXISTS pg_temp.{relation.sql_name};"
            f"CREATE TEMP TABLE {relation.sql_name} (places bigint[] NOT NULL, lacks int{cells})"
        )
        self.relations[name] = relation

    def add_rows(self, name: str, chunk: Chunk) -> None:
        """Copy rows of a file into its table."""
        relation = self.relations[name]
        columns = [[_as_copy(cell) for cell in chunk.columns[column]] for column in relation.columns]
        lines = [
            "\t".join((f"{{{place}}}", "\\N", *cells)) + "\n"
            for place, *cells in zip(chunk.owners, *columns, strict=True)
        ]
        with connection.cursor() as cursor:
            copy_lines(cursor, f"COPY {relation.sql_name} FROM STDIN", lines)

    def close_file(self, name: str) -> None:
        """Tell the planner about the rows."""
        _execute(f"ANALYZE {self.relations[name].sql_name}")

    def build(self, table: TableSpec) -> None:
        """Make the rows of a table whose source and joins are staged."""
        name = f"stage_{table.name}"
        _execute(f"DROP TABLE IF EXISTS pg_temp.{name}; DROP TABLE IF EXISTS pg_temp.stage__group_{table.name}")
        source = self.relations[table.source]
        if table.group_by:
            source = self._group(table, source, f"stage__group_{table.name}")
        columns = list(source.columns)
        places = {column: f"base.{source.column(column)}" for column in columns}
        joins, wanted, found, order = [], [], [], ["base.places"]
        for number, join in enumerate(table.joins):
            target = self.relations[join.to]
            alias = f"j{number}"
            joins.append(_join_sql(join, target, alias, places))
            found.append((join, number, f"{alias}.places IS NULL"))
            order.append(f"{alias}.places")
            for column in target.columns:
                if column not in places:
                    places[column] = f"{alias}.{target.column(column)}"
                    columns.append(column)
        wanted = [f"{place} AS c{number}" for number, place in enumerate(places.values())]
        _execute(
            f"CREATE TEMP TABLE {name} AS SELECT row_number() OVER (ORDER BY {', '.join(order)}) AS n,"
            f" base.places, {_lacks_sql(found)} AS lacks, {', '.join(wanted)}"
            f" FROM {source.sql_name} AS base {' '.join(joins)} WHERE base.lacks IS NULL{_only_sql(found)};"
            f"CREATE UNIQUE INDEX ON {name} (n); ANALYZE {name}"
        )
        self.relations[table.name] = Relation(name, tuple(columns))

    def _group(self, table: TableSpec, source: Relation, name: str) -> Relation:
        keys = [source.column(column) for column in table.group_by]
        folds = [_fold_sql(fold, source) for fold in table.folds.values()]
        cells = [f"{cell} AS c{number}" for number, cell in enumerate((*keys, *folds))]
        _execute(
            f"CREATE TEMP TABLE {name} AS SELECT array_agg(places[1] ORDER BY places[1]) AS places,"
            f" NULL::int AS lacks, {', '.join(cells)} FROM {source.sql_name} GROUP BY {', '.join(keys)};"
            f"ANALYZE {name}"
        )
        return Relation(name, (*table.group_by, *table.folds))

    def count(self, name: str) -> int:
        """Return the number of rows of a table."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {self.relations[name].sql_name}")
            return int(cursor.fetchone()[0])

    def read(self, name: str, wanted: Sequence[str], rows: int, after: int) -> Iterator[Chunk]:
        """Yield the rows of a table behind number `after` that found everybody they join."""
        relation = self.relations[name]
        cells = "".join(f", {relation.column(column)}" for column in wanted)
        while True:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT lacks, places{cells} FROM {relation.sql_name} WHERE n > %s ORDER BY n LIMIT %s",
                    [after, rows],
                )
                found = cursor.fetchall()
            if not found:
                return
            after += len(found)
            whole = [row for row in found if row[0] is None]
            columns: list[Any] = list(zip(*whole, strict=True)) if whole else [()] * (len(wanted) + 2)
            cells_of = {column: list(columns[number + 2]) for number, column in enumerate(wanted)}
            yield Chunk(cells_of, list(columns[1]), [], after)

    def read_lacking(self, table: TableSpec) -> Iterator[tuple[list[int], JoinSpec, list[str | None]]]:
        """Yield the rows that found nobody: their places, the join, and the values they looked for."""
        relation = self.relations[table.name]
        for number, join in enumerate(table.joins):
            if join.missing is not Missing.REJECT:
                continue
            keys = "".join(f", {relation.column(ours)}" for ours, _theirs in join.on)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT places{keys} FROM {relation.sql_name} WHERE lacks = %s ORDER BY n", [number])
                for places, *values in cursor.fetchall():
                    yield places, join, values


def staged_columns(mapping: ImportMapping, wanted: Mapping[str, Sequence[str]]) -> set[str]:
    """Return the columns that tables and what reads them ask for; `wanted` is by table."""
    names: set[str] = set()
    for table in mapping.tables.values():
        names.update(table.group_by)
        names.update(fold.column for fold in table.folds.values() if fold.column)
        for join in table.joins:
            names.update(name for pair in join.on for name in pair)
        names.update(wanted.get(table.name, ()))
    return names


def _join_sql(join: JoinSpec, target: Relation, alias: str, places: Mapping[str, str]) -> str:
    """Return the join; one that is not to many takes the first of several rows."""
    theirs = [target.column(name) for _ours, name in join.on]
    rows = f"SELECT * FROM {target.sql_name} WHERE lacks IS NULL"
    if not join.is_many:
        keys = ", ".join(theirs)
        rows = rows.replace("SELECT *", f"SELECT DISTINCT ON ({keys}) *") + f" ORDER BY {keys}, places"
    on = " AND ".join(
        f"{places[ours]} = {alias}.{column}" for (ours, _name), column in zip(join.on, theirs, strict=True)
    )
    kind = "JOIN" if join.missing is Missing.SKIP else "LEFT JOIN"
    return f"{kind} ({rows}) AS {alias} ON {on}"


def _lacks_sql(found: Sequence[tuple[JoinSpec, int, str]]) -> str:
    cases = [f"WHEN {test} THEN {number}" for join, number, test in found if join.missing is Missing.REJECT]
    return f"CASE {' '.join(cases)} END" if cases else "NULL::int"


def _only_sql(found: Sequence[tuple[JoinSpec, int, str]]) -> str:
    return "".join(f" AND {test}" for join, _number, test in found if join.missing is Missing.ONLY)


def _fold_sql(spec: FoldSpec, source: Relation) -> str:
    if spec.fold is Fold.COUNT or spec.column is None:
        return "count(*)::text"
    column = source.column(spec.column)
    return {
        Fold.SUM: f"sum({column}::numeric)::text",
        Fold.MIN: f'min({column} COLLATE "C")',
        Fold.MAX: f'max({column} COLLATE "C")',
        Fold.FIRST: f"(array_agg({column} ORDER BY places) FILTER (WHERE {column} IS NOT NULL))[1]",
        Fold.LAST: f"(array_agg({column} ORDER BY places DESC) FILTER (WHERE {column} IS NOT NULL))[1]",
    }[spec.fold]


def _as_copy(cell: Any) -> str:
    return "\\N" if cell is None else escape(read_text(cell))


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
