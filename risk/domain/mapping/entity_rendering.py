"""Make descriptions of entities of the rows of files."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from governance.domain.errors import FieldProblem
from risk.domain.events import EARLIEST, FUTURE_TOLERANCE, MAX_ATTRIBUTES_BYTES, MAX_ENTITY_ID, MAX_NAME, check_text
from risk.domain.json_values import check_object
from risk.domain.mapping.cells import ColumnReader, Problems, read_name, rows_that_meet
from risk.domain.mapping.chunks import Chunk
from risk.domain.mapping.event_rendering import Refusal, write_item
from risk.domain.mapping.spec import EntitySpec
from risk.domain.mapping.values import Values
from risk.domain.vocabulary import EntityType

_TYPES: Final = frozenset(item.value for item in EntityType)
_UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Description:
    """What a row tells of one entity; described_at is a moment in the form of EventRow, or None."""

    index: int
    market: str
    type: str
    external_id: str
    name: str | None
    attributes: dict[str, Any]
    described_at: str | None


@dataclass(frozen=True, slots=True)
class DrawnEntities:
    """The entities of a chunk and what was refused."""

    described: list[Description]
    refused: list[Refusal]


class EntityRenderer:
    """Makes the entities of one part of a mapping."""

    def __init__(self, spec: EntitySpec, values: Values, markets: frozenset[str], now: datetime) -> None:
        self.spec = spec
        self._markets = markets
        self._known = ", ".join(sorted(markets)[:30])
        self._earliest = EARLIEST.isoformat(timespec="microseconds")
        self._latest = (now + FUTURE_TOLERANCE).isoformat(timespec="microseconds")
        self._head = [
            ColumnReader(spec.market, "market", read_name),
            ColumnReader(spec.type, "type", read_name),
            ColumnReader(spec.id, "id", read_name),
        ]
        self._name = ColumnReader(spec.name, "name", read_name) if spec.name else None
        self._at = ColumnReader(spec.described_at, "described_at", values.read_moment) if spec.described_at else None
        self._attributes = {
            name: ColumnReader(cell, f"attributes.{name}", values.parser(cell.type))
            for name, cell in spec.attributes.items()
        }
        readers = [*self._head, *filter(None, (self._name, self._at)), *self._attributes.values()]
        self.columns = {reader.field: ", ".join(reader.cell.columns) for reader in readers}
        if spec.merged:
            self.columns["attributes"] = spec.merged

    def render(self, chunk: Chunk) -> DrawnEntities:
        """Return the entities of the rows that the mapping chooses."""
        chosen = rows_that_meet(self.spec.when, chunk)
        problems: Problems = {}
        nothing = [None] * len(chunk)
        market, kind, external_id = (reader.read(chunk, problems) for reader in self._head)
        names = self._name.read(chunk, problems) if self._name else nothing
        moments = self._at.read(chunk, problems) if self._at else nothing
        merged = chunk.columns[self.spec.merged] if self.spec.merged else nothing
        attributes = {name: reader.read(chunk, problems) for name, reader in self._attributes.items()}
        drawn = DrawnEntities([], [])
        for index in chosen:
            found = problems.get(index, [])
            values = _merge(merged[index], found)
            values.update((name, column[index]) for name, column in attributes.items() if column[index] is not None)
            item = Description(
                index, market[index], kind[index], external_id[index], names[index] or None, values, moments[index]
            )
            self._check(item, found)
            if found:
                drawn.refused.append(self._refuse(item, found))
            else:
                drawn.described.append(item)
        return drawn

    def _check(self, item: Description, problems: list[FieldProblem]) -> None:
        """Append everything that keeps the entity out."""
        if item.market not in self._markets:
            reason = "is missing" if not item.market else f"{item.market} is not a market here"
            problems.append(FieldProblem("market", reason, f"Name one that you may use: {self._known}."))
        if item.type not in _TYPES:
            reason = "is missing" if not item.type else f"{item.type} is not an entity type"
            problems.append(FieldProblem("type", reason, f"One of: {', '.join(sorted(_TYPES))}."))
        check_text(item.external_id, "id", MAX_ENTITY_ID, problems)
        if item.name is not None:
            check_text(item.name, "name", MAX_NAME, problems)
        if item.attributes:
            problems += check_object(item.attributes, "attributes", MAX_ATTRIBUTES_BYTES, {})
        if item.described_at is not None and not self._earliest <= item.described_at <= self._latest:
            problems.append(FieldProblem("described_at", "is before 2000 or in the future", "Correct the time."))

    def _refuse(self, item: Description, problems: list[FieldProblem]) -> Refusal:
        raw = {
            "market": item.market, "type": item.type, "id": item.external_id, "name": item.name,
            "attributes": item.attributes,
        }  # fmt: skip
        kind = item.type if item.type in _TYPES else _UNKNOWN
        market = item.market if item.market in self._markets else ""
        return Refusal(item.index, kind, tuple(problems), write_item(raw), market, self.columns)


def _merge(cell: Any, problems: list[FieldProblem]) -> dict[str, Any]:
    """Return the attributes that a cell holds as a JSON object."""
    if cell is None:
        return {}
    try:
        found = orjson.loads(cell) if isinstance(cell, str) else None
    except orjson.JSONDecodeError:
        found = None
    if isinstance(found, dict):
        return {name: value for name, value in found.items() if value is not None}
    problems.append(FieldProblem("attributes", "is not a JSON object", 'Write {"name": "value"}.'))
    return {}
