"""Read JSON Lines: one object a line; nested objects become columns with dotted names."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

import orjson

from risk.actions.importing.errors import ImportFailed
from risk.actions.importing.inputs import InputFile
from risk.domain.mapping.chunks import MOST_IN_CHUNK, BadRow, Chunk, place_of

MOST_LINE: Final = 1_000_000
MOST_RAW: Final = 4_000
SAMPLE: Final = 1_000
MOST_COLUMNS: Final = 10_000
MOST_DEPTH: Final = 8
_BOM: Final = b"\xef\xbb\xbf"


def jsonl_columns(file: InputFile) -> tuple[str, ...]:
    """Return the columns of the first rows; inner objects count as a whole, and by their dotted names.

    None for a file without rows. Raises ImportFailed when the first rows are no objects, all of them.
    """
    found: dict[str, None] = {}
    bad: BadRow | None = None
    with _open(file) as data:
        for line in range(1, SAMPLE + 1):
            row = _parse(_next_line(data), line)
            if isinstance(row, dict):
                found.update(dict.fromkeys(_names(row, "", 1)))
                if len(found) > MOST_COLUMNS:
                    raise ImportFailed(f"{file.label} has more than {MOST_COLUMNS} columns. Use fixed names as keys.")
            elif row is not None:
                bad = bad or row
    if bad and not found:
        raise ImportFailed(f"{file.label} is no JSON Lines file: line {bad.line} {bad.reason}. {bad.hint}")
    return tuple(found)


def _names(row: dict[str, Any], above: str, depth: int) -> Iterator[str]:
    for name, value in row.items():
        yield f"{above}{name}"
        if isinstance(value, dict) and depth < MOST_DEPTH:
            yield from _names(value, f"{above}{name}.", depth + 1)


def read_jsonl(file: InputFile, wanted: Sequence[str], rows: int) -> Iterator[Chunk]:
    """Yield the rows; see read_file. A column that a row lacks is no data."""
    nulls = frozenset(file.spec.nulls)
    paths = [(name, name.split(".")) for name in wanted]
    line = 0
    with _open(file) as data:
        while True:
            owners: list[int] = []
            bad: list[BadRow] = []
            columns: dict[str, list[Any]] = {name: [] for name in wanted}
            is_end = False
            until = data.tell() + MOST_IN_CHUNK
            while len(owners) + len(bad) < rows and data.tell() < until:
                text = _next_line(data)
                if not text:
                    is_end = True
                    break
                line += 1
                row = _parse(text, line)
                cells = _cells(row, paths, nulls, line) if isinstance(row, dict) else row
                if isinstance(cells, BadRow):
                    bad.append(cells)
                elif cells is not None:
                    owners.append(place_of(file.number, line))
                    for name, cell in zip(wanted, cells, strict=True):
                        columns[name].append(cell)
            if owners or bad:
                yield Chunk(columns, owners, bad, data.tell())
            if is_end:
                return


def _open(file: InputFile) -> BinaryIO:
    try:
        return file.path.open("rb")
    except OSError as error:
        raise ImportFailed(f"{file.path} cannot be read: {error.strerror}. Check its permissions.") from error


def _next_line(data: BinaryIO) -> bytes:
    """Return a line; of one that is too long the beginning, the rest is passed over."""
    text = data.readline(MOST_LINE + 1)
    while text and len(text) > MOST_LINE and not text.endswith(b"\n"):
        more = data.readline(MOST_LINE)
        if not more or more.endswith(b"\n"):
            break
    return text


def _parse(text: bytes, line: int) -> dict[str, Any] | BadRow | None:
    """Return the object of a line, why there is none, or None for a blank line."""
    if line == 1:
        text = text.removeprefix(_BOM)
    if not text.strip():
        return None
    raw = text[:MOST_RAW].decode("utf-8", "backslashreplace").rstrip("\r\n")
    if len(text) > MOST_LINE:
        return BadRow(line, "", f"is longer than {MOST_LINE} bytes", "Write one object a line.", raw)
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        reason = f"is not JSON: {error.msg} at column {error.colno}"
        return BadRow(line, "", reason, "Write one object a line, in UTF-8.", raw)
    if isinstance(found, dict):
        return found
    return BadRow(line, "", "is not an object", 'Write {"column": value, …}.', raw)


def _cells(
    row: dict[str, Any], paths: Sequence[tuple[str, Sequence[str]]], nulls: frozenset[str], line: int
) -> list[Any] | BadRow:
    """Return the wanted cells of a row, or why one of them cannot be had."""
    try:
        return [_cell(row, name, path, nulls) for name, path in paths]
    except orjson.JSONEncodeError as error:
        return BadRow(line, "", f"cannot be kept: {error}", "Flatten what is nested so deep.", "")


def _cell(row: dict[str, Any], name: str, path: Sequence[str], nulls: frozenset[str]) -> Any:
    value: Any = row.get(name)
    if value is None and len(path) > 1:
        value = row
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, str):
        return None if value in nulls else value
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value
