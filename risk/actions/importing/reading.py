"""Read the files of an import as chunks of rows, whatever their format."""

from collections.abc import Callable, Iterator, Sequence

from risk.actions.importing.errors import ImportFailed
from risk.actions.importing.inputs import InputFile
from risk.actions.importing.reading_csv import csv_columns, read_csv
from risk.actions.importing.reading_jsonl import jsonl_columns, read_jsonl
from risk.actions.importing.reading_parquet import parquet_columns, read_parquet
from risk.actions.importing.reading_xlsx import read_xlsx, xlsx_columns
from risk.domain.mapping.chunks import Chunk
from risk.domain.mapping.spec import FileFormat

Read = Callable[[InputFile, Sequence[str], int], Iterator[Chunk]]
_READERS: dict[FileFormat, Read] = {
    FileFormat.CSV: read_csv,
    FileFormat.XLSX: read_xlsx,
    FileFormat.JSONL: read_jsonl,
    FileFormat.PARQUET: read_parquet,
}


def file_columns(file: InputFile) -> tuple[str, ...]:
    """Return the columns of a file; of JSON Lines those of the first rows. Raises ImportFailed."""
    columns = {
        FileFormat.CSV: csv_columns,
        FileFormat.JSONL: jsonl_columns,
        FileFormat.XLSX: xlsx_columns,
        FileFormat.PARQUET: parquet_columns,
    }[file.spec.format](file)
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise ImportFailed(f"{file.label}: the column {twice[0]} is there twice. Rename one of them.")
    return columns


def read_file(file: InputFile, wanted: Sequence[str], rows: int) -> Iterator[Chunk]:
    """Yield the wanted columns of a file, at most `rows` rows at a time and fewer where they are long (MOST_IN_CHUNK).

    Memory does not grow with the file.

    Every data row is in a chunk, among its rows or among its bad ones. Raises ImportFailed where the file as a
    whole cannot be read.
    """
    return _READERS[file.spec.format](file, wanted, rows)
