"""Bind the fields of a schema to the columns of Arrow data, or say which column does not fit.

A field `seller.id` is either a column of that dotted name or the field `id` of a struct column `seller`. A
nullable field without a column has no data in any row; columns that the schema does not name are not read.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from policies.engines.arrow import load_arrow
from policies.engines.errors import DataError
from policies.rulelang import Field, Kind, Type


@dataclass(frozen=True, slots=True)
class Bound:
    """A field and where its values are: the column, then the fields inside it. No path means no data.

    `kept_as` is the Arrow type of the values, with a dictionary around it where there is one.
    """

    name: str
    field: Field
    path: tuple[str, ...]
    kept_as: Any

    @property
    def column(self) -> str:
        """The dotted name by which Parquet knows the column."""
        return ".".join(self.path)


def bind(fields: Mapping[str, Field], names: Iterable[str], columns: Any) -> dict[str, Bound]:
    """Find the column of each named field in an Arrow schema.

    Raises:
        DataError: a column is of a type that cannot hold the field's values, stands twice, or is missing
            for a field that is never null; the error names column, found and wanted type.
    """
    return {name: _bind_one(name, fields[name], columns) for name in names}


def storage_of(kept_as: Any) -> Any:
    """Return the type of the values themselves: without extension, without dictionary."""
    arrow = load_arrow()
    if isinstance(kept_as, arrow.BaseExtensionType):
        kept_as = kept_as.storage_type
    return storage_of(kept_as.value_type) if arrow.types.is_dictionary(kept_as) else kept_as


def is_text(kept_as: Any) -> bool:
    """Tell whether an Arrow type holds text."""
    types = load_arrow().types
    return bool(types.is_string(kept_as) or types.is_large_string(kept_as) or types.is_string_view(kept_as))


def _bind_one(name: str, described: Field, columns: Any) -> Bound:
    path, kept_as = find_column(name, columns)
    if not path:
        if not described.nullable:
            reason = (
                f"there is no such column, and the field is never null; write {described.type}? if it may be missing"
            )
            raise DataError(reason, column=name)
        return Bound(name, described, (), load_arrow().null())
    if not _can_hold(described.type, storage_of(kept_as)):
        wanted = f"the schema wants {described.type.words()} ({described.full_type})"
        raise DataError(f"the column holds {kept_as}, {wanted}", column=name)
    return Bound(name, described, path, kept_as)


def find_column(name: str, columns: Any) -> tuple[tuple[str, ...], Any]:
    """Return path and Arrow type of the column of a dotted name; an empty path when there is none."""
    return _find(name.split("."), columns)


def _find(parts: list[str], columns: Any) -> tuple[tuple[str, ...], Any]:
    """Return path and type of a dotted name in a schema or struct; the longest name of a column wins."""
    types = load_arrow().types
    for count in range(len(parts), 0, -1):
        name = ".".join(parts[:count])
        places = columns.get_all_field_indices(name)
        if len(places) > 1:
            raise DataError("the column stands twice; rename one of the two", column=name)
        if not places:
            continue
        kept_as = columns.field(places[0]).type
        if count == len(parts):
            return (name,), kept_as
        if types.is_struct(kept_as):
            inner, found = _find(parts[count:], kept_as)
            return ((name, *inner), found) if inner else ((), None)
    return (), None


def _can_hold(wanted: Type, kept_as: Any) -> bool:
    types = load_arrow().types
    if types.is_null(kept_as):
        return True
    if wanted.element is None:
        return any(fits(kept_as) for fits in _holders(types)[wanted.kind])
    is_list = any(
        fits(kept_as) for fits in (types.is_list, types.is_large_list, types.is_fixed_size_list, types.is_list_view)
    )
    return is_list and _can_hold(wanted.element, storage_of(kept_as.value_type))


def _holders(types: Any) -> dict[Kind, tuple[Callable[[Any], bool], ...]]:
    """Return which Arrow types can hold a kind; texts of times are read as those of events in JSON are."""
    return {
        Kind.BOOL: (types.is_boolean,),
        # Whole numbers with gaps are written as floating ones by some tools.
        Kind.INT: (types.is_integer, types.is_floating),
        Kind.DOUBLE: (types.is_integer, types.is_floating, types.is_decimal),
        Kind.STRING: (is_text,),
        Kind.TIMESTAMP: (types.is_timestamp, is_text),
        Kind.DURATION: (types.is_duration, is_text),
    }
