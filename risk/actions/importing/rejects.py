"""Keep what was refused: in the rejects file, every row of it, and as rejected events for the console."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

from governance.domain.errors import FieldProblem
from governance.domain.spreadsheets import safe_text
from risk.actions.importing.errors import ImportFailed
from risk.models import IngestBatch, RejectedEvent

MOST_KEPT: Final = 10_000  # in the console, of one import; the file has them all
MOST_FIELD: Final = 100_000_000  # characters of a row in the rejects file
COLUMNS: Final = ("file", "line", "column", "reason", "hint", "raw")


@dataclass(frozen=True, slots=True)
class Reject:
    """One refused item or row. row is the row of the file as JSON or text, item what was made of it, if anything."""

    file: str
    line: int
    column: str
    problems: tuple[FieldProblem, ...]
    row: str
    item: str
    market: str

    @property
    def place(self) -> str:
        """Return file and line."""
        return f"{self.file[:220]}:{self.line}"


class RejectsFile:
    """The rejects of an import as CSV, one line per problem, with the cells as they are: see `safe_rejects`."""

    def __init__(self, path: Path, offset: int) -> None:
        """Go on at `offset`: what a killed import wrote behind its last checkpoint is dropped."""
        self._file = path.open("r+b" if offset else "w+b")
        self._file.truncate(offset)
        self._file.seek(offset)
        if not offset:
            self._append([COLUMNS])

    def write(self, rejects: Sequence[Reject]) -> int:
        """Append rejects; return where the file ends now."""
        return self._append(
            [
                (reject.file, reject.line, reject.column, problem.message, problem.hint, reject.row)
                for reject in rejects
                for problem in reject.problems
            ]
        )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _append(self, rows: Sequence[Sequence[object]]) -> int:
        text = StringIO(newline="")
        csv.writer(text).writerows(rows)
        self._file.write(text.getvalue().encode("utf-8", "backslashreplace"))
        self._file.flush()
        return self._file.tell()


def copy_rejects(*, rejects: Path, target: Path) -> None:
    """Write a copy of the rejects file: CSV for spreadsheets, or JSON Lines where the name of the copy says so.

    Raises ImportFailed.
    """
    is_json = target.suffix.lower() in {".jsonl", ".ndjson"}
    try:
        if not is_json:
            with target.open("wb") as copy:
                copy.writelines(safe_rejects(rejects))
            return
        csv.field_size_limit(MOST_FIELD)
        with rejects.open(encoding="utf-8", newline="") as rows, target.open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in csv.DictReader(rows))
    except OSError as error:
        raise ImportFailed(f"{target} cannot be written: {error.strerror}. Name another rejects file.") from error


def safe_rejects(path: Path) -> Iterator[bytes]:
    """Yield the lines of a rejects file as CSV in UTF-8, in which no cell runs as a formula when it is opened."""
    csv.field_size_limit(MOST_FIELD)
    with path.open(encoding="utf-8", errors="replace", newline="") as rows:
        for row in csv.reader(rows):
            line = StringIO(newline="")
            csv.writer(line).writerow([safe_text(cell) for cell in row])
            yield line.getvalue().encode()


def keep_rejects(*, batch: IngestBatch, rejects: Sequence[Reject], room: int) -> int:
    """Store at most `room` refused items for the console, inside the caller's transaction; return how many are new.

    The same item of the same place is kept once, however often it is imported.
    """
    chosen = {(reject.place, _storable(reject.item or reject.row)): reject for reject in rejects[:room]}
    if not chosen:
        return 0
    known = set(
        RejectedEvent.objects.filter(source=batch.source, place__in={place for place, _raw in chosen}).values_list(
            "place", "raw"
        )
    )
    rows = [
        RejectedEvent(
            source=batch.source,
            market=reject.market,
            batch=batch,
            place=place,
            raw=raw,
            problems=[
                {"field": problem.field, "message": _storable(problem.message), "hint": problem.hint}
                for problem in reject.problems
            ],
            received_at=batch.received_at,
        )
        for (place, raw), reject in chosen.items()
        if (place, raw) not in known
    ]
    RejectedEvent.objects.bulk_create(rows)
    return len(rows)


def _storable(text: str) -> str:
    return text.replace("\0", "\\u0000").encode("utf-8", "backslashreplace").decode()
