"""Make events of the rows of files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

import orjson

from governance.domain.errors import FieldProblem
from risk.domain.event_rows import EventRow, TouchRow, canonical_json, row_of
from risk.domain.events import (
    EARLIEST,
    FUTURE_TOLERANCE,
    MAX_ENTITY_ID,
    MAX_EVENT_ID,
    MAX_PAYLOAD_BYTES,
    EventItem,
    validate_event,
)
from risk.domain.mapping.cells import ColumnReader, Problems, read_name, rows_that_meet
from risk.domain.mapping.chunks import Chunk
from risk.domain.mapping.spec import EventSpec, MissingRole
from risk.domain.mapping.values import Values

_NO_TYPE: Final = "unknown"
_make_tuple: Final[Any] = tuple.__new__  # half the time of calling the class, a few million times an import


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item that was refused: index of its row in the chunk, kind (type), what is wrong, the item as JSON text.

    columns: field of a problem → the columns of the file that it comes from.
    """

    index: int
    kind: str
    problems: tuple[FieldProblem, ...]
    raw: str
    market: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DrawnEvents:
    """The events of a chunk: rows with the index of the row in the chunk that each comes from, and the refused."""

    rows: list[EventRow]
    indexes: list[int]
    refused: list[Refusal]


class EventRenderer:
    """Makes the events of one part of a mapping."""

    def __init__(self, spec: EventSpec, values: Values, markets: frozenset[str], now: datetime) -> None:
        self.spec = spec
        self._markets = markets
        self._now = now
        self._earliest = EARLIEST.isoformat(timespec="microseconds")
        self._latest = (now + FUTURE_TOLERANCE).isoformat(timespec="microseconds")
        self._head = [
            ColumnReader(spec.id, "id", read_name),
            ColumnReader(spec.type, "type", read_name),
            ColumnReader(spec.occurred_at, "occurred_at", values.read_moment),
            ColumnReader(spec.market, "market", read_name),
        ]
        self._roles = [ColumnReader(role.id, f"entities.{role.role}", read_name) for role in spec.roles]
        self._payload = [
            ColumnReader(cell, f"payload.{name}", values.parser(cell.type)) for name, cell in spec.payload.items()
        ]
        self._names = tuple(spec.payload)
        self._kinds = {spec.type.constant} if spec.type.constant else set()
        self._role_types = tuple((role.role, role.type) for role in spec.roles)
        readers = [*self._head, *self._roles, *self._payload]
        self.columns = {reader.field: ", ".join(reader.cell.columns) for reader in readers}
        self._skipped_roles = [number for number, role in enumerate(spec.roles) if role.missing is MissingRole.SKIP]
        self._needed_roles = [number for number, role in enumerate(spec.roles) if role.missing is MissingRole.REJECT]

    def render(self, chunk: Chunk) -> DrawnEvents:
        """Return the events of the rows that the mapping chooses."""
        problems: Problems = {}
        chosen = rows_that_meet(self.spec.when, chunk)
        if not chosen:
            return DrawnEvents([], [], [])
        head = [reader.read(chunk, problems) for reader in self._head]
        roles = [reader.read(chunk, problems) for reader in self._roles]
        for number in self._skipped_roles:
            values = roles[number]
            chosen = [index for index in chosen if values[index] is not None]
        for number in self._needed_roles:
            self._note_missing(number, roles[number], chosen, problems)
        heads = list(zip(*head, strict=True))
        ids = list(zip(*roles, strict=True))
        payloads = list(zip(*(reader.read(chunk, problems) for reader in self._payload), strict=True))
        drawn = DrawnEvents([], [], [])
        for index in chosen:
            found: EventRow | Refusal | None = None
            payload = payloads[index] if payloads else ()
            if index not in problems:
                found = self._quickly(heads[index], ids[index], payload)
            if found is None:
                found = self._carefully(chunk, index, head, roles, payload, problems.get(index, []))
            if isinstance(found, Refusal):
                drawn.refused.append(found)
            else:
                drawn.rows.append(found)
                drawn.indexes.append(index)
        return drawn

    def _note_missing(self, number: int, values: Sequence[Any], chosen: Sequence[int], problems: Problems) -> None:
        role = self.spec.roles[number]
        for index in chosen:
            if values[index] is None:
                hint = "Fill it in, or set missing: leave_out or skip for the role."
                problem = FieldProblem(f"entities.{role.role}", "is missing", hint)
                problems.setdefault(index, []).append(problem)

    def _quickly(self, head: Sequence[Any], roles: Sequence[Any], payload: Sequence[Any]) -> EventRow | None:
        """Return the row of an event that is sound at first sight; None sends it to the full check."""
        external_id, kind, at, market = head
        if (
            external_id is None
            or kind is None
            or market not in self._markets
            or at is None
            or not self._earliest <= at <= self._latest
            or not 0 < len(external_id) <= MAX_EVENT_ID
            or not external_id.isprintable()
            or not (kind in self._kinds or self._is_sound_kind(kind))
        ):
            return None
        touches = []
        for (role, type_of), value in zip(self._role_types, roles, strict=True):
            if value is not None:
                if not (0 < len(value) <= MAX_ENTITY_ID and value.isprintable()):
                    return None
                touches.append(_make_tuple(TouchRow, (role, type_of, value, None, None)))
        if not touches:
            return None
        given = dict(zip(self._names, payload, strict=True))
        if None in payload:
            given = {name: value for name, value in given.items() if value is not None}
        try:
            text = canonical_json(given)
        except (orjson.JSONEncodeError, TypeError):
            return None
        if len(text) * 4 > MAX_PAYLOAD_BYTES or "\\u0000" in text:
            return None
        return cast("EventRow", _make_tuple(EventRow, (external_id, kind, at, market, text, tuple(touches))))

    def _is_sound_kind(self, kind: str) -> bool:
        """Say whether a type is a plain word, and remember it when it is; there are few of them."""
        if not _is_plain_word(kind):
            return False
        self._kinds.add(kind)
        return True

    def _carefully(
        self,
        chunk: Chunk,
        index: int,
        head: Sequence[Sequence[Any]],
        roles: Sequence[Sequence[Any]],
        payload: Sequence[Any],
        problems: list[FieldProblem],
    ) -> EventRow | Refusal:
        """Return the row, or the refusal with every problem of the event."""
        raw: dict[str, Any] = {
            reader.field: self._as_given(reader, column[index], chunk, index)
            for reader, column in zip(self._head, head, strict=True)
        }
        raw["entities"] = {
            role.role: {"id": column[index], "type": role.type}
            for role, column in zip(self.spec.roles, roles, strict=True)
            if column[index] is not None
        }
        raw["payload"] = {
            name: given
            for name, value, reader in zip(self._names, payload, self._payload, strict=True)
            if (given := self._as_given(reader, value, chunk, index)) is not None
        }
        found = validate_event(raw, markets=self._markets, now=self._now)
        if isinstance(found, EventItem):
            if not problems:
                return row_of(found)
            found = []
        known = {problem.field for problem in problems}
        has_role = any(field.startswith("entities.") for field in known)
        more = [
            problem
            for problem in found
            if problem.field not in known and not (has_role and problem.field == "entities")
        ]
        kind = raw["type"] if isinstance(raw["type"], str) and _is_plain_word(raw["type"]) else _NO_TYPE
        market = raw["market"] if raw["market"] in self._markets else ""
        return Refusal(index, kind, (*problems, *more), write_item(raw), market, self.columns)

    def _as_given(self, reader: ColumnReader, value: Any, chunk: Chunk, index: int) -> Any:
        """Return the value read, or the cell as it stands in the file where it could not be read."""
        if value is None and reader.cell.template is None:
            cells = (chunk.columns[name][index] for name in reader.cell.columns)
            return next((cell for cell in cells if cell is not None), None)
        return value


def write_item(item: object) -> str:
    """Write an item as JSON text, whatever characters it holds."""
    try:
        return orjson.dumps(item, default=str).decode()
    except (orjson.JSONEncodeError, TypeError):
        return ascii(item)


def _is_plain_word(kind: str) -> bool:
    return kind.isascii() and kind.isidentifier() and kind.islower() and len(kind) <= 48 and kind[0] != "_"
