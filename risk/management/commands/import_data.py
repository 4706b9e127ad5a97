"""Import files by a mapping."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from tqdm import tqdm

from governance.domain.actors import system_actor
from governance.domain.errors import DomainError
from risk.actions.importing.inputs import find_inputs
from risk.actions.importing.running import ImportRequest, run_import, try_import
from risk.domain.mapping.parsing import parse_mapping
from risk.domain.mapping.spec import ImportMapping


class Command(BaseCommand):
    """Import files; the last line of the output is one JSON object with the counts."""

    help = (
        "Import CSV, XLSX, JSON Lines and Parquet files as events and entities, by a mapping. Importing again adds "
        "nothing; an import that was stopped goes on where it was. Exit code 1: nothing was imported or read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="folder with the files, or files")
        parser.add_argument("--mapping", type=Path, required=True, help="mapping (YAML), such as examples/olist.yaml")
        parser.add_argument("--dry-run", action="store_true", help="tell what would happen, write nothing")
        parser.add_argument("--rejects", type=Path, help="write refused rows to this file (.csv or .jsonl)")
        parser.add_argument("--market", help="market of everything, instead of what the mapping says")
        parser.add_argument("--quiet", action="store_true", help="no progress bar")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, print the counts."""
        text, mapping = _read_mapping(options["mapping"], options["market"])
        run = try_import if options["dry_run"] else run_import
        is_shown = sys.stderr.isatty() and not options["quiet"]
        try:
            request = ImportRequest(mapping, text, find_inputs(mapping, options["paths"]), options["market"])
            with tqdm(unit="B", unit_scale=True, disable=not is_shown, file=sys.stderr) as bar:

                def report(done: int, total: int) -> None:
                    bar.total = total
                    bar.update(done - bar.n)

                result = run(actor=system_actor("import"), request=request, report=report, rejects=options["rejects"])
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(json.dumps(result.as_json()))
        if not result.counts["read"]:
            raise CommandError(_("No row was found in the files. They hold column names only."))


def _read_mapping(path: Path, market: str | None) -> tuple[str, ImportMapping]:
    """Return text and mapping, or end the command with everything that is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandError(
            _("--mapping: %(path)s cannot be read: %(reason)s.") % {"path": path, "reason": error.strerror}
        ) from error
    except UnicodeDecodeError as error:
        raise CommandError(
            _("--mapping: %(path)s is not UTF-8 at byte %(byte)s. Save it as UTF-8.")
            % {"path": path, "byte": error.start}
        ) from error
    mapping = parse_mapping(text, path.name, market)
    if not isinstance(mapping, ImportMapping):
        raise CommandError("\n".join(map(str, mapping)))
    return text, mapping
