"""Read CSV: quoted line breaks, byte order marks, any encoding, rows of a wrong width.

The parser of the standard library tells line numbers and copes with everything that is written; it takes a
few microseconds a row, a fraction of what loading the row costs.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, TextIO

from risk.actions.importing.errors import ImportFailed
from risk.actions.importing.inputs import InputFile
from risk.domain.mapping.chunks import MOST_IN_CHUNK, BadRow, Chunk, place_of

MOST_FIELD: Final = 1_000_000  # characters; a quote that nobody closes would swallow the rest of the file
MOST_LINE: Final = 10_000_000  # characters; a file without line ends would be held in memory as a whole
MOST_RAW: Final = 4_000
_LINE_END = re.compile(rb"\r\n|\n|\r")
_CUT_HINT: Final = "Look for missing line ends, or for a file that is no CSV."
_MARK_AS_LATIN: Final = "\xef\xbb\xbf"
_SURROGATE = re.compile("[\udc80-\udcff]")


def csv_columns(file: InputFile) -> tuple[str, ...]:
    """Return the names in the first row, without the white space around them."""
    with _open(file) as text:
        lines = _Lines(text)
        try:
            first = next(_parser(file, lines), None)
        except (csv.Error, UnicodeError) as error:
            raise ImportFailed(_explain(file, error)) from error
    if lines.take_cut():
        raise ImportFailed(f"{file.label}: the first line does not end. {_CUT_HINT}")
    if first and first[0].startswith(_MARK_AS_LATIN):
        raise ImportFailed(f"{file.label} begins with the mark of UTF-8. Set encoding: utf-8 in the mapping.")
    if not first:
        raise ImportFailed(f"{file.label} is empty: its first line must name the columns.")
    for name in first:
        if _SURROGATE.search(name):
            raise ImportFailed(
                f"{file.label}: the first line is not {file.spec.encoding}. Set encoding in the mapping."
            )
    return tuple(name.strip() for name in first)


def read_csv(file: InputFile, wanted: Sequence[str], rows: int) -> Iterator[Chunk]:
    """Yield the rows; see read_file."""
    names = csv_columns(file)
    columns = [(name, names.index(name)) for name in wanted]
    bytes_of = _ByteFinder(file)
    with _open(file) as text:
        source = _Lines(text)
        parser = _parser(file, source)
        next(parser)
        while True:
            good, lines, bad, is_end = _take(file, source, parser, len(names), rows)
            if good or bad:
                _set_aside_undecoded(file, good, lines, bad, bytes_of)
                yield _as_chunk(file, columns, good, lines, bad, text.buffer.tell())
            if is_end:
                return


def _take(
    file: InputFile, source: "_Lines", parser: Any, width: int, rows: int
) -> tuple[list[list[str]], list[int], list[BadRow], bool]:
    """Take `rows` rows, fewer long ones: the good ones, their first lines, the bad ones, whether that was all."""
    good: list[list[str]] = []
    lines: list[int] = []
    bad: list[BadRow] = []
    source.taken = 0
    while len(good) + len(bad) < rows and source.taken < MOST_IN_CHUNK:
        line = parser.line_num + 1
        try:
            row = next(parser, None)
        except csv.Error as error:
            hint = "Look for a quote that is not closed."
            bad.append(BadRow(line, "", f"cannot be parsed: {error}", hint, ""))
            source.take_cut()
            continue
        except UnicodeError as error:
            raise ImportFailed(_explain(file, error)) from error
        if row is None:
            return good, lines, bad, True
        if source.has_ended:  # only within quotes does a row need more than its last line
            raw = file.spec.delimiter.join(row)[:MOST_RAW]
            hint = "Close the quote; the rows behind it are taken for its text."
            bad.append(BadRow(line, "", "has a quote that is not closed before the file ends", hint, raw))
        elif source.take_cut():
            raw = file.spec.delimiter.join(row[:100])[:MOST_RAW]
            bad.append(BadRow(line, "", f"is longer than {MOST_LINE} characters", _CUT_HINT, raw))
        elif len(row) == width:
            good.append(row)
            lines.append(line)
        elif row:
            hint = f"The first line names {width} columns: look for a delimiter or quote too many or too few."
            raw = file.spec.delimiter.join(row)[:MOST_RAW]
            bad.append(BadRow(line, "", f"has {len(row)} fields", hint, raw))
    return good, lines, bad, False


class _Lines:
    """The lines of a text; of one that is too long the beginning, the rest is passed over."""

    def __init__(self, text: TextIO) -> None:
        self.has_ended = False
        self.taken = 0  # characters
        self._text = text
        self._is_cut = False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(MOST_LINE)
        if not line:
            self.has_ended = True
            raise StopIteration
        self.taken += len(line)
        more = line
        while len(more) == MOST_LINE and not more.endswith(("\n", "\r")):
            more = self._text.readline(MOST_LINE)
            self._is_cut = self._is_cut or bool(more)
        return line

    def take_cut(self) -> bool:
        """Say whether a line was cut since this was asked last."""
        was_cut, self._is_cut = self._is_cut, False
        return was_cut


def _as_chunk(
    file: InputFile,
    columns: Sequence[tuple[str, int]],
    good: list[list[str]],
    lines: list[int],
    bad: list[BadRow],
    position: int,
) -> Chunk:
    nulls = frozenset(file.spec.nulls)
    found: dict[str, list[Any]] = {}
    for name, place in columns:
        cells = [row[place] for row in good]
        found[name] = [None if cell in nulls else cell for cell in cells]
    base = place_of(file.number, 0)
    return Chunk(found, [base | line for line in lines], bad, position)


def _set_aside_undecoded(
    file: InputFile, good: list[list[str]], lines: list[int], bad: list[BadRow], bytes_of: "_ByteFinder"
) -> None:
    """Move the rows with bytes that are not of the encoding to the bad ones; they are rare, so look twice."""
    try:
        "".join(map("".join, good)).encode()
    except UnicodeEncodeError:
        pass
    else:
        return
    for index in range(len(good) - 1, -1, -1):
        undecoded = _SURROGATE.search(file.spec.delimiter.join(good[index]))
        if undecoded:
            row = good.pop(index)
            byte = ord(undecoded.group()) - 0xDC00
            bad.append(BadRow(lines.pop(index), "", f"0x{byte:02x}", "", file.spec.delimiter.join(row)))
    bad.sort(key=lambda item: item.line)
    bad[:] = [bytes_of.explain(item) if item.reason.startswith("0x") else item for item in bad]


class _ByteFinder:
    """Finds where in the file undecodable bytes stand; goes through the file once, forward."""

    def __init__(self, file: InputFile) -> None:
        self._file = file
        self._line = 1
        self._offset = 0
        self._rest = b""

    def explain(self, row: BadRow) -> BadRow:
        """Return the row with the position of its first bad byte; rows come in the order of their lines."""
        byte = bytes([int(row.reason, 16)])
        while self._line < row.line:
            data = self._read()
            if not data:
                break
            ends = [match.end() for match in _LINE_END.finditer(data)]
            if not ends:
                self._skip(data, len(data))
                continue
            step = min(row.line - self._line, len(ends))
            self._line += step
            self._skip(data, ends[step - 1])
        place = self._find_undecodable(byte)
        encoding = self._file.spec.encoding
        reason = f"byte {row.reason} at position {place:,} of the file is not {encoding}".replace(",", " ")
        hint = "Correct the byte, or set encoding in the mapping, such as latin-1 or cp1252."
        raw = row.raw.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")[:MOST_RAW]
        return BadRow(row.line, "", reason, hint, raw)

    def _find_undecodable(self, byte: bytes) -> int:
        with self._file.path.open("rb") as file:
            file.seek(self._offset)
            data = file.read(MOST_FIELD)
        try:
            data.decode(self._file.spec.encoding)
        except UnicodeDecodeError as error:
            return self._offset + error.start
        return self._offset + max(data.find(byte), 0)

    def _read(self) -> bytes:
        with self._file.path.open("rb") as file:
            file.seek(self._offset)
            data = file.read(1 << 20)
        return data[:-1] if len(data) > 1 and data.endswith(b"\r") and len(data) == 1 << 20 else data

    def _skip(self, data: bytes, count: int) -> None:
        self._offset += min(count, len(data))


def _open(file: InputFile) -> TextIO:
    encoding = file.spec.encoding
    is_utf8 = encoding.lower().replace("_", "-") in {"utf-8", "utf8"}
    is_wide = encoding.lower().startswith("utf") and ("16" in encoding or "32" in encoding)
    try:
        return file.path.open(
            encoding="utf-8-sig" if is_utf8 else encoding,
            errors="strict" if is_wide else "surrogateescape",
            newline="",
        )
    except OSError as error:
        raise ImportFailed(f"{file.path} cannot be read: {error.strerror}. Check its permissions.") from error


def _parser(file: InputFile, lines: _Lines) -> Any:
    csv.field_size_limit(MOST_FIELD)
    return csv.reader(lines, delimiter=file.spec.delimiter)


def _explain(file: InputFile, error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        reason = f"the bytes are not {file.spec.encoding} ({error.reason} at position {error.start} of what was read)"
        return f"{file.label}: {reason}. Set encoding in the mapping."
    return f"{file.label}: cannot be read: {error}. Check encoding and delimiter in the mapping."
