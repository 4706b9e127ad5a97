"""Count what loading a pack changed."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class PackLine:
    """What became of one kind of thing: the codes that are new, those that changed, and how many stayed."""

    kind: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int

    @property
    def has_changes(self) -> bool:
        """Say whether anything is new or different."""
        return bool(self.added or self.changed)


@dataclass
class Tally:
    """Collects the codes of one kind while they are loaded."""

    kind: str
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: int = 0

    def line(self) -> PackLine:
        """Return what was counted."""
        return PackLine(self.kind, tuple(self.added), tuple(self.changed), self.unchanged)


@dataclass(frozen=True)
class PackLoaded:
    """What loading a pack did. `notes` say what was left aside and why."""

    lines: tuple[PackLine, ...]
    notes: tuple[str, ...] = ()

    @property
    def has_changes(self) -> bool:
        """Say whether anything is new or different."""
        return any(line.has_changes for line in self.lines)

    def joined(self, other: "PackLoaded") -> "PackLoaded":
        """Return both reports as one."""
        return PackLoaded((*self.lines, *other.lines), (*self.notes, *other.notes))
