"""Find Parquet files for engines that read them by themselves."""

from pathlib import Path
from typing import Any

from policies.engines.errors import DataError
from policies.engines.parquet import ParquetSource, find_files

_WILD = frozenset("*?[]{}\\")


def is_place(where: str) -> bool:
    """Tell whether events are named by a path and not by the name of a table."""
    return "/" in where or where.endswith(".parquet") or Path(where).exists()


def files_alike(where: str) -> list[tuple[list[str], Any]]:
    """Return the Parquet files of a path, those of the same columns together, with their Arrow schema.

    Raises:
        DataError: there are none, one cannot be read, or engines would take a name for a pattern of names.
    """
    found: list[tuple[list[str], Any]] = []
    for file in find_files(Path(where).absolute()):
        if _WILD & set(str(file)):
            raise DataError("engines take * ? [ ] { } in a name for a pattern; rename the file", file=str(file))
        schema = ParquetSource(file).schema
        alike = next((files for files, other in found if other.equals(schema)), None)
        if alike is None:
            found.append(([str(file)], schema))
        else:
            alike.append(str(file))
    return found
