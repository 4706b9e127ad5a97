"""Load a policy pack: the shipped one, or one's own."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.actions.packs import load_pack
from governance.actions.markets import ensure_default_markets
from governance.domain.actors import system_actor
from governance.domain.errors import InvalidInput
from policies.actions.pack_report import PackLine, PackLoaded
from policies.domain.packs import Pack
from policies.pack_files import SHIPPED_PACKS, load_pack_files

SHOWN_CODES = 8


class Command(BaseCommand):
    """Load a pack and say what changed."""

    help = "Load a policy pack from a directory (default: the shipped one). Loading it twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the directory."""
        parser.add_argument("path", nargs="?", type=Path, default=SHIPPED_PACKS / "marketplace", metavar="PATH")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each kind of thing, the notes, and one JSON object with the figures."""
        pack = load_pack_files(options["path"])
        if not isinstance(pack, Pack):
            raise CommandError(_complaint([str(problem) for problem in pack]))
        actor = system_actor("pack")
        ensure_default_markets(actor=actor)
        try:
            loaded = load_pack(actor=actor, pack=pack)
        except InvalidInput as error:
            problems = [f"{problem.field}: {problem.message}. {problem.hint}" for problem in error.problems]
            raise CommandError(_complaint(problems)) from error
        self._tell(pack, loaded)

    def _tell(self, pack: Pack, loaded: PackLoaded) -> None:
        outcome = "loaded" if loaded.has_changes else "is loaded already: nothing changed"
        self.stdout.write(f"{pack.title} {pack.version} {outcome}.")
        for line in loaded.lines:
            self.stdout.write(_describe(line))
        for note in loaded.notes:
            self.stdout.write(f"Note: {note}")
        figures = {
            line.kind: {"added": len(line.added), "changed": len(line.changed), "unchanged": line.unchanged}
            for line in loaded.lines
        }
        self.stdout.write(json.dumps({"pack": pack.id, "version": pack.version, "loaded": figures}))


def _describe(line: PackLine) -> str:
    parts = [f"{word} {len(codes)} ({_codes(codes)})" for word, codes in _named(line) if codes]
    return f"  {line.kind}: {', '.join([*parts, f'unchanged {line.unchanged}'])}"


def _named(line: PackLine) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("new", line.added), ("changed", line.changed)


def _codes(codes: tuple[str, ...]) -> str:
    more = f" and {len(codes) - SHOWN_CODES} more" if len(codes) > SHOWN_CODES else ""
    return ", ".join(codes[:SHOWN_CODES]) + more


def _complaint(problems: list[str]) -> str:
    return "\n".join(["The pack was not loaded. What is wrong:", *(f"  {problem}" for problem in problems)])
