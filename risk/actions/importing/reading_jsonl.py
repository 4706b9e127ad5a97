"""Read JSON Lines: one object a line; nested objects become columns with dotted names."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

import orjson

from risk.actions.importing.errors import ImportFailed
from risk.actions.importing.inputs import InputFile
from risk.domain.mapping.chunks import BadRow, Chunk, place_of

MOST_LINE: Final = 1_000_000
MOST_RAW: Final = 4_000
SAMPLE: Final = 1_000
_BOM: Final = b"\xef\xbb\xbf"


def jsonl_columns(file: InputFile) -> tuple[str, ...]:
    """Return the columns of the first rows, for joins; inner objects count by their dotted names."""
    found: dict[str, None] = {}
    with file.path.open("rb") as data:
        for line in range(1, SAMPLE + 1):
            row = _parse(_next_line(data), line)
            if isinstance(row, dict):
                found.update(dict.fromkeys(_names(row, "")))
    return tuple(found)


def _names(row: dict[str, Any], above: str) -> Iterator[str]:
    for name, value in row.items():
        if isinstance(value, dict):
            yield from _names(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def read_jsonl(file: InputFile, wanted: Sequence[str], rows: int) -> Iterator[Chunk]:
    """Yield the rows; see read_file. A column that a row lacks is no data."""
    nulls = frozenset(file.spec.nulls)
    paths = [(name, name.split(".")) for name in wanted]
    line = 0
    try:
        with file.path.open("rb") as data:
            while True:
                owners: list[int] = []
                bad: list[BadRow] = []
                columns: dict[str, list[Any]] = {name: [] for name in wanted}
                is_end = False
                while len(owners) + len(bad) < rows:
                    text = _next_line(data)
                    if not text:
                        is_end = True
                        break
                    line += 1
                    row = _parse(text, line)
                    if isinstance(row, BadRow):
                        bad.append(row)
                    elif row is not None:
                        owners.append(place_of(file.number, line))
                        for name, path in paths:
                            columns[name].append(_cell(row, name, path, nulls))
                if owners or bad:
                    yield Chunk(columns, owners, bad, data.tell())
                if is_end:
                    return
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


def _cell(row: dict[str, Any], name: str, path: Sequence[str], nulls: frozenset[str]) -> Any:
    value: Any = row.get(name)
    if value is None and len(path) > 1:
        value = row
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
    if isinstance(value, str):
        return None if value in nulls else value
    return orjson.dumps(value).decode() if isinstance(value, dict | list) else value
