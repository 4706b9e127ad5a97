"""Put records into a table that any engine can take, and say where their fields are in it."""

from collections.abc import Sequence
from typing import Any

from policies.engines.arrow import load_arrow
from policies.engines.ibis.context import Source
from policies.engines.ibis.literals import plain
from policies.engines.ibis.value import Value
from policies.rulelang import UNKNOWN, Field, Kind, Record, Type
from policies.rulelang.record import field_reader

ROW = "row"
"""The column with the number of the record, from 0."""


class RecordTable:
    """Records as an Arrow table of plain values; times are microseconds.

    Field number i is column `f<i>`. A field with values that do not fit has a second column `n<i>`, which
    tells the nulls that mean no data from those that mean unknown.
    """

    def __init__(self, fields: Sequence[tuple[str, Field]], records: Sequence[Record]) -> None:
        arrow = load_arrow()
        self._fields = list(fields)
        columns: dict[str, Any] = {ROW: arrow.array(range(len(records)), arrow.int64())}
        self._flagged: set[int] = set()
        for at, (name, described) in enumerate(self._fields):
            read = field_reader(name, described)
            values = [read(record.values) for record in records]
            stored = [None if value is UNKNOWN else _stored(value) for value in values]
            columns[f"f{at}"] = arrow.array(stored, arrow_type(described.type))
            if described.nullable and any(value is UNKNOWN for value in values):
                self._flagged.add(at)
                columns[f"n{at}"] = arrow.array([value is None for value in values], arrow.bool_())
        instants = [None if record.now is None else plain(record.now) for record in records]
        columns["now"] = arrow.array(instants, arrow.int64())
        self.table = arrow.table(columns)

    def source(self, table: Any) -> Source:
        """Return the fields as values of the table that an engine made of `table`."""
        fields = {
            name: Value(table[f"f{at}"], self._null(table, at, described))
            for at, (name, described) in enumerate(self._fields)
        }
        return Source(fields, table["now"])

    def _null(self, table: Any, at: int, described: Field) -> Any:
        if not described.nullable:
            return None
        return table[f"n{at}"] if at in self._flagged else table[f"f{at}"].isnull()


def arrow_type(wanted: Type) -> Any:
    """Return the Arrow type that carries values of a type of the language."""
    arrow = load_arrow()
    if wanted.element is not None:
        return arrow.list_(arrow_type(wanted.element))
    return {
        Kind.BOOL: arrow.bool_(),
        Kind.DOUBLE: arrow.float64(),
        Kind.STRING: arrow.string(),
    }.get(wanted.kind, arrow.int64())


def _stored(value: Any) -> Any:
    return [plain(element) for element in value] if isinstance(value, tuple) else plain(value)
