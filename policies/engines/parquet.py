"""Read Parquet files a stretch of rows at a time; what is broken is told by file, row group and column."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from policies.engines.arrow import load_arrow, load_parquet
from policies.engines.binding import find_column, is_text, storage_of
from policies.engines.errors import DataError

_BUFFER = 1 << 18
"""Bytes read at once, so that a column of a large row group need not be in memory as a whole."""

_BYTES_AT_ONCE = 64_000_000

SMALL_BYTES = 64_000_000
"""Row groups of less are read together, up to so much."""

_CODED_BYTES = 4.0
"""A column of texts with fewer bytes per row in the file is read as a dictionary: its values repeat."""


def find_files(path: Path) -> tuple[Path, ...]:
    """Return the Parquet file, or those in a folder and the folders below it, in the order of their names.

    Raises:
        DataError: there is no such file or folder, or no `*.parquet` in it.
    """
    if path.is_dir():
        found = (one for one in path.rglob("*.parquet") if not _is_hidden(one.relative_to(path)))
        files = tuple(sorted(one for one in found if one.is_file()))
        if not files:
            raise DataError("there is no *.parquet file in this folder", file=str(path))
        return files
    if not path.is_file():
        raise DataError("there is no such file or folder", file=str(path))
    return (path,)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)


class ParquetSource:
    """One Parquet file, open for reading. Use it in one thread."""

    def __init__(self, path: Path) -> None:
        """Read what the file says of itself.

        Raises:
            DataError: the file cannot be read, or is no (whole) Parquet file.
        """
        self.path = path
        try:
            self._file = load_parquet().ParquetFile(path)
            self.metadata = self._file.metadata
            self.schema = self._file.schema_arrow
        except (OSError, ValueError, load_arrow().ArrowException) as error:
            reason = f"this cannot be read as Parquet: {_first_line(error)}"
            raise DataError(reason, file=str(path)) from error

    def repeating(self, columns: Sequence[str]) -> tuple[str, ...]:
        """Return those of the named columns of text whose values repeat."""
        return tuple(column for column in columns if self._is_plain_text(column) and self._repeats(column))

    def decode_as_dictionary(self, columns: Sequence[str]) -> None:
        """Read the named columns of text as dictionaries."""
        self._file = load_parquet().ParquetFile(
            self.path,
            metadata=self.metadata,
            read_dictionary=list(columns),
            pre_buffer=False,
            buffer_size=_BUFFER,
            page_checksum_verification=True,
        )
        self.schema = self._file.schema_arrow

    def rows_in(self, groups: Sequence[int]) -> int:
        """Return how many rows some row groups have together."""
        return sum(int(self.metadata.row_group(group).num_rows) for group in groups)

    def rows_at_once(self, groups: Sequence[int], columns: Sequence[str], most: int) -> int:
        """Return how many rows to read at once so that long texts do not fill the memory, at most so many."""
        wanted, size = tuple(f"{column}." for column in columns), 0
        for group in groups:
            about = self.metadata.row_group(group)
            for place in range(about.num_columns):
                column = about.column(place)
                if f"{column.path_in_schema}.".startswith(wanted):
                    size += column.total_uncompressed_size
        return max(1, min(most, _BYTES_AT_ONCE * self.rows_in(groups) // max(1, size)))

    def batches(self, groups: Sequence[int], columns: Sequence[str], size: int) -> Iterator[Any]:
        """Yield the rows of some row groups in record batches of at most `size` rows.

        Raises:
            DataError: a row group cannot be read.
        """
        try:
            yield from self._batches(groups, columns, size)
        except (OSError, ValueError, MemoryError, load_arrow().ArrowException) as error:
            raise self._locate(groups, columns, error) from error

    def _batches(self, groups: Sequence[int], columns: Sequence[str], size: int) -> Iterator[Any]:
        if not columns:
            yield from _without_columns(self.rows_in(groups), size)
        elif len(groups) == 1:
            for batch in self._file.iter_batches(
                batch_size=size, row_groups=list(groups), columns=list(columns), use_threads=False
            ):
                if batch.num_rows:
                    yield batch
        else:
            # Small row groups are put together, as each batch costs something of its own.
            table = self._file.read_row_groups(list(groups), columns=list(columns), use_threads=False)
            yield from (batch for batch in in_pieces(table, size) if batch.num_rows)

    def _is_plain_text(self, column: str) -> bool:
        # Arrow cannot read dictionaries inside structs.
        path, kept_as = find_column(column, self.schema)
        return len(path) == 1 and is_text(storage_of(kept_as))

    def _repeats(self, column: str) -> bool:
        for group in range(self.metadata.num_row_groups):
            about = self.metadata.row_group(group)
            if not about.num_rows:
                continue
            for place in range(about.num_columns):
                found = about.column(place)
                if found.path_in_schema == column:
                    return bool(found.total_uncompressed_size < _CODED_BYTES * about.num_rows)
        return False

    def _locate(self, groups: Sequence[int], columns: Sequence[str], error: Exception) -> DataError:
        """Say which row group and column an error comes from, by reading each alone."""
        for group in groups:
            for column in columns:
                try:
                    for _ in self._file.iter_batches(row_groups=[group], columns=[column], use_threads=False):
                        pass
                except (OSError, ValueError, MemoryError, load_arrow().ArrowException) as found:
                    reason = f"the data cannot be read: {_first_line(found)}"
                    return DataError(reason, file=str(self.path), row_group=group, column=column)
        return DataError(f"the data cannot be read: {_first_line(error)}", file=str(self.path), row_group=groups[0])


def in_pieces(table: Any, size: int) -> list[Any]:
    """Return the rows of a table in record batches of at most `size` rows."""
    batches: list[Any] = table.unify_dictionaries().combine_chunks().to_batches(max_chunksize=size)
    return batches


def _without_columns(rows: int, size: int) -> Iterator[Any]:
    arrow = load_arrow()
    for start in range(0, rows, size):
        yield arrow.record_batch([arrow.nulls(min(size, rows - start))], names=[""])


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
