"""Make checked events ready to be loaded: everything that needs no database, so that it can go on elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from risk.actions.copying import escape
from risk.actions.entity_rows import Gathered, gather_entities
from risk.domain.event_rows import EventRow, digest_of


@dataclass(frozen=True, slots=True)
class PreparedRows:
    """Rows made ready for COPY, as far as that goes without the database.

    firsts: external id → index of the first row with it, in order of rows; the later ones are in duplicates or
    conflicts. keys: (index of a first row, the end of its line for COPY_KEYS and STAGE_KEYS), in the order of external
    ids, in which every loader takes them. bodies: by row, the middle of its line for COPY_EVENTS. gathered: the
    entities of the first rows.
    """

    rows: Sequence[EventRow]
    firsts: dict[str, int]
    duplicates: tuple[int, ...]
    conflicts: tuple[int, ...]
    keys: list[tuple[int, str]]
    bodies: list[str]
    gathered: Gathered


def prepare_rows(rows: Sequence[EventRow]) -> PreparedRows:
    """Make rows ready for a loader; needs no database, so that it can go on beside one that is loading.

    Raises ValueError for a moment that is not of the form of EventRow.
    """
    digests = [digest_of(row) for row in rows]
    firsts: dict[str, int] = {}
    duplicates: list[int] = []
    conflicts: list[int] = []
    for number, row in enumerate(rows):
        first = firsts.setdefault(row[0], number)
        if first != number:
            (duplicates if digests[first] == digests[number] else conflicts).append(number)
    ids = [escape(row[0]) for row in rows]
    keys = [
        (number, f"\t{ids[number]}\t{rows[number][2]}\t\\\\x{digests[number].hex()}\n")
        for _external_id, number in sorted(firsts.items())
    ]
    bodies = [
        f"\t{at}\t{market}\t{ids[number]}\t{kind}\t{escape(payload)}\t"
        for number, (_external_id, kind, at, market, payload, _touches) in enumerate(rows)
    ]
    gathered = gather_entities(rows[number] for number in firsts.values())
    return PreparedRows(rows, firsts, tuple(duplicates), tuple(conflicts), keys, bodies, gathered)
