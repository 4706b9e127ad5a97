"""Mappings and chunks for tests without files."""

from datetime import UTC, datetime
from typing import Any

from risk.domain.mapping.chunks import Chunk
from risk.domain.mapping.parsing import parse_mapping
from risk.domain.mapping.spec import ImportMapping
from risk.domain.mapping.values import Values

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MARKETS = frozenset({"BR", "DE"})


def mapping_of(text: str) -> ImportMapping:
    """Return a sound mapping."""
    found = parse_mapping(text, "m.yaml")
    assert isinstance(found, ImportMapping), "\n".join(map(str, found))
    return found


def values_of(mapping: ImportMapping) -> Values:
    """Return the readers of its cells."""
    return Values(mapping.time_zone, mapping.time_formats, mapping.decimal)


def chunk_of(*rows: dict[str, Any], columns: tuple[str, ...] = ()) -> Chunk:
    """Return rows by column; what a row lacks is no data."""
    names = columns or tuple(dict.fromkeys(name for row in rows for name in row))
    return Chunk({name: [row.get(name) for row in rows] for name in names}, list(range(1, len(rows) + 1)))
