"""Read Parquet by the columns that are wanted. The line of a row is its number from 1."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any, Final

import orjson

from policies.engines.arrow import load_arrow, load_compute, load_parquet
from risk.actions.importing.errors import ImportFailed
from risk.actions.importing.inputs import InputFile
from risk.domain.mapping.chunks import MOST_IN_CHUNK, BadRow, Chunk, line_of, place_of

MOST_RAW: Final = 4_000


BUFFER = 1 << 20  # bytes of a column read at once, rather than all that a row group has of it


def parquet_columns(file: InputFile) -> tuple[str, ...]:
    """Return the top-level columns."""
    with _open(file) as data:
        return tuple(data.schema_arrow.names)


def read_parquet(file: InputFile, wanted: Sequence[str], rows: int) -> Iterator[Chunk]:
    """Yield the rows; see read_file."""
    nulls = frozenset(file.spec.nulls)
    with _open(file) as data:
        total = max(data.metadata.num_rows, 1)
        done = 0
        try:
            for batch in data.iter_batches(
                batch_size=_rows_in_chunk(data.metadata, rows), columns=list(wanted), use_threads=False
            ):
                columns = {name: _cells(batch.column(name), nulls) for name in wanted}
                first = place_of(file.number, done + 1)
                owners = range(first, first + batch.num_rows)
                done += batch.num_rows
                yield _set_aside(columns, owners, file.size * done // total)
        except (OSError, load_arrow().ArrowException) as error:
            reason = f"cannot be read after row {done}: {_in_one_line(error)}. Write the file again."
            raise ImportFailed(f"{file.label} {reason}") from error


def _rows_in_chunk(metadata: Any, rows: int) -> int:
    size: int = sum(metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
    return max(min(rows, MOST_IN_CHUNK * int(metadata.num_rows) // max(size, 1)), 1)


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """A cell that Python has no value for: text that is no UTF-8, a day beyond the calendar."""

    reason: str


def _set_aside(columns: dict[str, list[Any]], owners: Sequence[int], position: int) -> Chunk:
    """Return a chunk with the rows that hold unreadable cells among its bad ones; they are rare."""
    found: dict[int, tuple[str, _Unreadable]] = {}
    for name, cells in columns.items():
        if any(type(cell) is _Unreadable for cell in cells):
            found.update((index, (name, cell)) for index, cell in enumerate(cells) if type(cell) is _Unreadable)
    if not found:
        return Chunk(columns, owners, [], position)
    bad = []
    for index, (name, cell) in sorted(found.items()):
        row = {column: cells[index] for column, cells in columns.items() if type(cells[index]) is not _Unreadable}
        raw = orjson.dumps(row, default=str).decode()[:MOST_RAW]
        hint = "Correct the value, or write the file again."
        bad.append(BadRow(line_of(owners[index]), name, f"cannot be read: {cell.reason}", hint, raw))
    kept = [index for index in range(len(owners)) if index not in found]
    sound = {name: [cells[index] for index in kept] for name, cells in columns.items()}
    return Chunk(sound, [owners[index] for index in kept], bad, position)


def _open(file: InputFile) -> Any:
    try:
        return load_parquet().ParquetFile(file.path, memory_map=False, pre_buffer=False, buffer_size=BUFFER)
    except (OSError, load_arrow().ArrowException) as error:
        raise ImportFailed(f"{file.label} is no Parquet file: {_in_one_line(error)}. Check the file.") from error


def _in_one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")


def _cells(column: Any, nulls: frozenset[str]) -> list[Any]:
    """Return cells as text, numbers, true and false; times as ISO 8601, with zone where the column has one."""
    types = load_arrow().types
    kind = column.type
    if types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if types.is_timestamp(kind):
        return _write_moments(column, kind)
    found = _to_python(column)
    if types.is_string(kind) or types.is_large_string(kind):
        return [None if type(cell) is str and cell in nulls else cell for cell in found]
    if types.is_boolean(kind) or types.is_integer(kind):
        return found
    if types.is_floating(kind):
        return [None if cell is None or isnan(cell) else cell for cell in found]  # pandas writes no data as NaN
    return [_as_text(cell) for cell in found]


def _to_python(column: Any) -> list[Any]:
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):
        return [_one_to_python(value) for value in column]


def _one_to_python(value: Any) -> Any:
    try:
        return value.as_py()
    except (ValueError, OverflowError) as error:
        return _Unreadable(str(error))


def _write_moments(column: Any, kind: Any) -> list[str | None]:
    arrow, compute = load_arrow(), load_compute()
    zone = "+00:00" if kind.tz else ""
    moments = compute.cast(column, arrow.timestamp("us", kind.tz), safe=False)
    texts = compute.strftime(moments.cast(arrow.timestamp("us")), format="%Y-%m-%dT%H:%M:%S")
    return [None if text is None else text + zone for text in texts.to_pylist()]


def _as_text(cell: Any) -> Any:
    if cell is None or type(cell) is _Unreadable:
        return cell
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, dict | list):
        try:
            return orjson.dumps(cell, default=str).decode()
        except TypeError as error:
            return _Unreadable(str(error))
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
