"""Read the tables of a mapping: how rows are grouped and joined."""

import re
from collections.abc import Iterator, Mapping

from policies.domain.reading import Reader
from risk.domain.mapping.spec import FileSpec, Fold, FoldSpec, JoinSpec, Missing, TableSpec

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}", re.ASCII)
MOST_JOINS = 8


def read_tables(reader: Reader, files: Mapping[str, FileSpec]) -> dict[str, TableSpec]:
    """Return the tables by name in the order given; each may use files and the tables before it."""
    tables: dict[str, TableSpec] = {}
    for name, item in reader.entries() if reader.is_given else []:
        if name in files:
            item.reject(f"{name} is the name of a file", "Name the table otherwise.")
        if not _NAME.fullmatch(name):
            item.reject(f"{name} is not a name", "Use small letters, digits and _, such as sales.")
        known = [*files, *tables]
        fields = item.fields(("from",), ("group_by", "columns", "join"))
        group_by = _read_group(fields["group_by"])
        if group_by and fields["from"].value in tables:
            fields["from"].reject("a table cannot be grouped again", "Group a file; join other rows to the groups.")
        if fields["columns"].is_given and not fields["group_by"].is_given:
            fields["columns"].reject("columns are made without a group", "Add group_by, or leave the columns out.")
        elif not fields["group_by"].is_given and not (fields["join"].is_given and fields["join"].value):
            item.reject("the table neither groups nor joins", "Use the file itself.")
        tables[name] = TableSpec(
            name=name,
            source=fields["from"].name_in(known, "file or table"),
            group_by=group_by,
            folds=dict(_read_folds(fields["columns"])),
            joins=tuple(_read_joins(fields["join"], known)),
        )
    return tables


def _read_group(reader: Reader) -> tuple[str, ...]:
    if not reader.is_given:
        return ()
    if isinstance(reader.value, str):
        return (reader.text(),)
    return tuple(item.text() for item in reader.filled_items())


def _read_folds(reader: Reader) -> Iterator[tuple[str, FoldSpec]]:
    known = [fold.value for fold in Fold]
    for name, item in reader.entries() if reader.is_given else []:
        parts = item.entries() if isinstance(item.value, dict) else []
        if len(parts) != 1 or parts[0][0] not in known:
            item.reject(
                "does not say how many values become one", f"Write {{sum: price}}; there is {', '.join(known)}."
            )
            continue
        fold, column = Fold(parts[0][0]), parts[0][1]
        yield name, FoldSpec(fold, None if fold is Fold.COUNT else column.text())


def _read_joins(reader: Reader, known: list[str]) -> Iterator[JoinSpec]:
    items = reader.items() if reader.is_given else []
    if len(items) > MOST_JOINS:
        reader.reject(f"{len(items)} joins are too many", f"Use at most {MOST_JOINS}.")
    for item in items:
        fields = item.fields(("to", "on"), ("missing", "many"))
        yield JoinSpec(
            to=fields["to"].name_in(known, "file or table"),
            on=tuple(_read_keys(fields["on"])),
            missing=fields["missing"].choice(Missing) if fields["missing"].is_given else Missing.REJECT,
            is_many=fields["many"].flag() if fields["many"].is_given else False,
        )


def _read_keys(reader: Reader) -> Iterator[tuple[str, str]]:
    if isinstance(reader.value, str):
        yield reader.text(), reader.text()
    elif isinstance(reader.value, list):
        for item in reader.filled_items():
            yield item.text(), item.text()
    else:
        if reader.value == {}:
            reader.reject("no column is named", "Write on: order_id, or on: {our_column: their_column}.")
        for ours, theirs in reader.entries():
            yield ours, theirs.text()
