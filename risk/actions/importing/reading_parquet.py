"""Read Parquet by the columns that are wanted. The line of a row is its number from 1."""

from collections.abc import Iterator, Sequence
from math import isnan
from typing import Any

import orjson

from risk.actions.importing.errors import ImportFailed
from risk.actions.importing.inputs import InputFile
from policies.engines.arrow import load_arrow, load_compute, load_parquet
from risk.domain.mapping.chunks import Chunk, place_of


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
            for batch in data.iter_batches(batch_size=rows, columns=list(wanted), use_threads=False):
                columns = {name: _cells(batch.column(name), nulls) for name in wanted}
                first = place_of(file.number, done + 1)
                done += batch.num_rows
                yield Chunk(columns, range(first, first + batch.num_rows), [], file.size * done // total)
        except (OSError, load_arrow().ArrowException) as error:
            reason = f"cannot be read after row {done}: {error}. Write the file again."
            raise ImportFailed(f"{file.label} {reason}") from error


def _open(file: InputFile) -> Any:
    try:
        return load_parquet().ParquetFile(file.path, memory_map=False, pre_buffer=False)
    except (OSError, load_arrow().ArrowException) as error:
        raise ImportFailed(f"{file.label} is no Parquet file: {error}. Check the file and its format.") from error


def _cells(column: Any, nulls: frozenset[str]) -> list[Any]:
    """Return cells as text, numbers, true and false; times as ISO 8601, with zone where the column has one."""
    types = load_arrow().types
    kind = column.type
    if types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if types.is_timestamp(kind):
        return _write_moments(column, kind)
    found: list[Any] = column.to_pylist()
    if types.is_string(kind) or types.is_large_string(kind):
        return [None if cell in nulls else cell for cell in found]
    if types.is_boolean(kind) or types.is_integer(kind):
        return found
    if types.is_floating(kind):
        return [None if cell is None or isnan(cell) else cell for cell in found]  # pandas writes no data as NaN
    return [_as_text(cell) for cell in found]


def _write_moments(column: Any, kind: Any) -> list[str | None]:
    arrow, compute = load_arrow(), load_compute()
    zone = "+00:00" if kind.tz else ""
    moments = compute.cast(column, arrow.timestamp("us", kind.tz), safe=False)
    texts = compute.strftime(moments.cast(arrow.timestamp("us")), format="%Y-%m-%dT%H:%M:%S")
    return [None if text is None else text + zone for text in texts.to_pylist()]


def _as_text(cell: Any) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    if isinstance(cell, dict | list):
        return orjson.dumps(cell, default=str).decode()
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
