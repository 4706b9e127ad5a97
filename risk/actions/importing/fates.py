"""Account for every row: what became of it, one byte a row."""

from collections.abc import Iterable, Sequence
from enum import IntFlag
from pathlib import Path
from typing import Final

from risk.actions.importing.inputs import InputFile
from risk.domain.mapping.chunks import LINE_BITS

_LINES: Final = (1 << LINE_BITS) - 1


class Fate(IntFlag):
    """What became of a row, or of an item made of it. A row may have several; the gravest counts."""

    READ = 1
    ACCEPTED = 2
    DUPLICATE = 4
    REJECTED = 8


class FateBook:
    """Keeps the fates of all rows of the files, by place.

    A row is rejected when any item made of it was, else accepted when any item was new, else a duplicate. A row of
    which the mapping makes nothing (it serves other rows, or is passed over by design) is accepted when its file is
    imported for the first time, and a duplicate when that very file was imported before.
    """

    def __init__(self, files: Sequence[InputFile], directory: Path | None) -> None:
        self._fates = [bytearray() for _file in files]
        self._dirty = [[-1, -1] for _file in files]
        self._paths = [directory / f"fates-{file.number}.bin" if directory else None for file in files]
        for number, path in enumerate(self._paths):
            if path and path.is_file():
                self._fates[number] = bytearray(path.read_bytes())

    def mark(self, owners: Iterable[int | Sequence[int]], fate: Fate) -> None:
        """Note a fate for rows by their places; an owner may be a group of rows."""
        flag = fate.value
        for owner in owners:
            for place in (owner,) if isinstance(owner, int) else owner:
                number, line = place >> LINE_BITS, place & _LINES
                fates = self._fates[number]
                if line >= len(fates):
                    fates.extend(bytes(max(65_536, line + 1 - len(fates))))
                if not fates[line] & flag:
                    fates[line] |= flag
                    span = self._dirty[number]
                    span[0] = line if span[0] < 0 else min(span[0], line)
                    span[1] = max(span[1], line)

    def save(self) -> None:
        """Write what changed, so that a killed import finds it again."""
        for fates, span, path in zip(self._fates, self._dirty, self._paths, strict=True):
            if path and span[0] >= 0:
                with path.open("r+b" if path.exists() else "w+b") as file:
                    file.seek(span[0])
                    file.write(fates[span[0] : span[1] + 1])
                span[:] = [-1, -1]

    def count(self, known_files: frozenset[int]) -> dict[str, int]:
        """Return read, accepted, rejected and duplicates over all files; known_files: those imported before."""
        found = {"read": 0, "accepted": 0, "rejected": 0, "duplicates": 0}
        for number, fates in enumerate(self._fates):
            quiet = "duplicates" if number in known_files else "accepted"
            for flags in range(1, 16):
                rows = fates.count(flags)
                if rows:
                    found["read"] += rows
                    found[_name_fate(flags) or quiet] += rows
        return found


def _name_fate(flags: int) -> str | None:
    if flags & Fate.REJECTED:
        return "rejected"
    if flags & Fate.ACCEPTED:
        return "accepted"
    return "duplicates" if flags & Fate.DUPLICATE else None
