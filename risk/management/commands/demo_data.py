"""Write a synthetic marketplace with planted abuse and its ground truth to files."""

import argparse
import os
import time
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from risk.actions.demo_features import write_features
from risk.actions.demo_files import write_demo
from risk.domain.demo.markets import MARKETS
from risk.domain.demo.request import (
    MAXIMUM_DAYS,
    MAXIMUM_EVENTS,
    MINIMUM_DAYS,
    MINIMUM_EVENTS,
    PROFILES,
    DemoRequest,
    Problem,
    find_problems,
)

MESSAGES = {
    Problem.UNKNOWN_MARKET: noop("--markets: %(value)s is not known. Choose from %(known)s."),
    Problem.REPEATED_MARKET: noop("--markets: %(value)s is named twice. Name each market once."),
    Problem.NO_MARKET: noop("--markets: no market given. Choose from %(known)s."),
    Problem.REVERSED_PERIOD: noop("--from / --to: %(value)s is no period. Give a --to after --from."),
    Problem.SHORT_PERIOD: noop(
        "--from / --to: %(value)s days are too few for orders to run their course. Give %(days_min)s or more."
    ),
    Problem.LONG_PERIOD: noop("--from / --to: %(value)s days are too many. Give %(days_max)s or fewer."),
    Problem.TOO_FEW_EVENTS: noop("--events: %(value)s is too few to plant abuse in. Give %(min)s or more."),
    Problem.TOO_MANY_EVENTS: noop("--events: %(value)s is too many. Give %(max)s or fewer."),
    Problem.NEGATIVE_SEED: noop("--seed: %(value)s is negative. Give 0 or more."),
}


def read_day(text: str) -> date:
    """Return a day written as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = _("%(value)s is no day. Write YYYY-MM-DD.") % {"value": text}
        raise argparse.ArgumentTypeError(message) from error


def read_markets(text: str) -> tuple[str, ...]:
    """Return market codes written with commas."""
    return tuple(code.strip().upper() for code in text.split(",") if code.strip())


class Command(BaseCommand):
    """Shell around `risk.actions.demo_files`; needs no database."""

    help = "Write a synthetic marketplace with planted abuse and its ground truth to files. Needs no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--out", type=Path, required=True, help="directory to write to, made if need be")
        parser.add_argument("--seed", type=int, default=7, help="another seed gives another marketplace")
        parser.add_argument(
            "--profile", choices=sorted(PROFILES), default="standard", help="named size, if --events is not given"
        )
        parser.add_argument("--events", type=int, help=f"number of events, {MINIMUM_EVENTS} or more")
        parser.add_argument(
            "--markets", type=read_markets, default=("BR", "ID", "DE"), help=f"from {','.join(MARKETS)}"
        )
        parser.add_argument(
            "--from", dest="first_day", type=read_day, default=date(2026, 8, 1), help="first day, in UTC"
        )
        parser.add_argument(
            "--features", action="store_true", help="write features.parquet too: what rules read, as of each event"
        )
        parser.add_argument(
            "--to", dest="last_day", type=read_day, default=date(2026, 10, 31), help="last day, included"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check the request, write the files, say what was written."""
        request = DemoRequest(
            seed=options["seed"],
            events=PROFILES[options["profile"]] if options["events"] is None else options["events"],
            markets=options["markets"],
            first_day=options["first_day"],
            last_day=options["last_day"],
        )
        problems = find_problems(request)
        if problems:
            raise CommandError("\n".join(_explain(problem, value) for problem, value in problems))
        began = time.monotonic()
        try:
            summary = write_demo(request=request, directory=options["out"])
            features = write_features(directory=options["out"]) if options["features"] else None
        except OSError as error:
            place = error.filename or options["out"]
            raise CommandError(
                _("--out: %(place)s cannot be written: %(reason)s. Name a directory that you may write to.")
                % {"place": place, "reason": os.strerror(error.errno) if error.errno else error}
            ) from error
        self.stdout.write(
            _("%(events)s events, %(entities)s entities and %(labels)s labels in %(place)s (%(seconds).1f s).")
            % {
                "events": f"{summary.events:,}",
                "entities": f"{summary.entities:,}",
                "labels": f"{summary.labels:,}",
                "place": summary.directory,
                "seconds": time.monotonic() - began,
            }
        )
        if features:
            self.stdout.write(
                _("%(columns)s columns of what was known as of each event in %(path)s.")
                % {"columns": features.columns, "path": features.path}
            )


def _explain(problem: Problem, value: str) -> str:
    return _(MESSAGES[problem]) % {
        "value": value,
        "known": ", ".join(MARKETS),
        "min": MINIMUM_EVENTS,
        "max": MAXIMUM_EVENTS,
        "days_min": MINIMUM_DAYS,
        "days_max": MAXIMUM_DAYS,
    }
