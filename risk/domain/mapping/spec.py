"""What a mapping says, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FileFormat(StrEnum):
    """How a file is written."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    PARQUET = "parquet"


class CellType(StrEnum):
    """What a cell becomes. A moment is written as RFC 3339 in UTC."""

    STRING = "string"
    DOUBLE = "double"
    INT = "int"
    BOOL = "bool"
    TIMESTAMP = "timestamp"


class Missing(StrEnum):
    """What happens to a row that finds nobody to join."""

    REJECT = "reject"
    SKIP = "skip"
    KEEP = "keep"
    ONLY = "only"  # keep those alone that find nobody


class MissingRole(StrEnum):
    """What happens to an event whose role has no id."""

    REJECT = "reject"
    SKIP = "skip"
    LEAVE_OUT = "leave_out"


class Fold(StrEnum):
    """How the rows of a group become one value. First, last, min and max compare texts as they are written."""

    SUM = "sum"
    COUNT = "count"
    MIN = "min"
    MAX = "max"
    FIRST = "first"
    LAST = "last"


class TestKind(StrEnum):
    """What a condition asks of a column."""

    PRESENT = "present"
    ABSENT = "absent"
    IN = "in"
    NOT_IN = "not_in"


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a value comes from: columns, a template over them, or a constant, and what it becomes.

    Of several columns the first that holds something counts. A template is a format text with positional places for
    `columns`. `renamed` replaces values by others.
    """

    columns: tuple[str, ...] = ()
    template: str | None = None
    constant: str | int | float | bool | None = None
    type: CellType = CellType.STRING
    renamed: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class FileSpec:
    """A file by its logical name: where to find it (name or glob) and how to read it.

    optional: columns that the rows of JSON Lines may lack, all of them even.
    """

    name: str
    path: str
    format: FileFormat
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str | None = None
    nulls: tuple[str, ...] = ("",)
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JoinSpec:
    """Rows of `to` whose columns equal ours. Only with is_many may one row find several."""

    to: str
    on: tuple[tuple[str, str], ...]  # (our column, theirs)
    missing: Missing
    is_many: bool


@dataclass(frozen=True, slots=True)
class FoldSpec:
    """One value of a group; column is None for a count."""

    fold: Fold
    column: str | None


@dataclass(frozen=True, slots=True)
class TableSpec:
    """Rows made of the rows of a file or of another table: grouped, then joined."""

    name: str
    source: str
    group_by: tuple[str, ...]
    folds: Mapping[str, FoldSpec]
    joins: tuple[JoinSpec, ...]


@dataclass(frozen=True, slots=True)
class Test:
    """A condition on one column; values only for IN and NOT_IN."""

    column: str
    kind: TestKind
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """Whom an event touches."""

    role: str
    type: str
    id: Cell
    missing: MissingRole


@dataclass(frozen=True, slots=True)
class EventSpec:
    """The event that each row of `source` makes for which every test of `when` holds."""

    path: str
    source: str
    type: Cell
    id: Cell
    occurred_at: Cell
    market: Cell
    roles: tuple[RoleSpec, ...]
    payload: Mapping[str, Cell]
    when: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class EntitySpec:
    """The entity that each row of `source` describes. `merged` is a column with a JSON object of more attributes.

    described_at: since when that is so; without it the newest file is believed.
    """

    path: str
    source: str
    type: Cell
    id: Cell
    market: Cell
    name: Cell | None
    attributes: Mapping[str, Cell]
    merged: str | None
    described_at: Cell | None
    when: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """A whole mapping. time_formats are `iso`, `epoch_s`, `epoch_ms` or patterns such as %d/%m/%Y %H:%M."""

    name: str
    source: str
    time_zone: str
    time_formats: tuple[str, ...]
    decimal: str
    files: Mapping[str, FileSpec]
    tables: Mapping[str, TableSpec]
    entities: tuple[EntitySpec, ...]
    events: tuple[EventSpec, ...]


@dataclass(frozen=True, slots=True)
class MappingProblem:
    """One thing wrong with a mapping: where (line 0: as a whole), why, and what to do."""

    file: str
    line: int
    path: str
    reason: str
    hint: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.path + ': ' if self.path else ''}{self.reason}. {self.hint}".rstrip()
