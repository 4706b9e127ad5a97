"""Check, evaluate, backtest and explain rules from files, without a database."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from policies.engines.ibis.connections import ENGINES
from policies.engines.ibis.engine import Engine
from policies.engines.ibis.evaluating import evaluate_lines_on
from policies.management import backtests
from policies.management.analytics import analytics_engine
from policies.management.backtests import COLUMNAR
from policies.rulelang.files import (
    EventError,
    build_ruleset,
    check_file,
    draw_tree,
    evaluate_lines,
    explain_event,
)
from policies.rulelang.moments import parse_timestamp
from policies.rulelang.reference import write_reference
from policies.rulelang.rules_form import RulesFile, load_rules
from policies.rulelang.ruleset import RuleSet
from policies.rulelang.yaml_form import RulesFileError


class Command(BaseCommand):
    """The command line of the rule language; its output is JSON and stable."""

    help = "Check, evaluate, backtest and explain rules from files. Needs no database."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the sub-commands."""
        commands = parser.add_subparsers(dest="command", required=True, title="commands")
        checking = commands.add_parser("check", help="check every rule; one line of JSON per rule")
        checking.add_argument("file", help="rules file (YAML)")
        evaluating = commands.add_parser("eval", help="evaluate events; one line of JSON per event")
        evaluating.add_argument("--rules", required=True, help="rules file (YAML)")
        evaluating.add_argument(
            "--events", required=True, help="events, one JSON object per line; - for standard input"
        )
        engines = ("row", COLUMNAR, *ENGINES)
        evaluating.add_argument("--engine", choices=engines, default="row", help="engine that evaluates")
        explaining = commands.add_parser("explain", help="explain every rule on one event; one line of JSON per rule")
        explaining.add_argument("--rules", required=True, help="rules file (YAML)")
        explaining.add_argument("--event", required=True, help="one event (JSON)")
        explaining.add_argument("--text", action="store_true", help="plain words instead of JSON")
        backtesting = commands.add_parser("backtest", help="run rules over past events; one JSON object")
        backtests.add_arguments(backtesting)
        commands.add_parser("reference", help="write the reference of the language (Markdown)")
        for command in (evaluating, explaining, backtesting):
            command.add_argument("--now", help="instant of evaluation (RFC 3339); default: when the event occurred")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run one sub-command; exit with 1 when something is wrong."""
        if options["command"] == "check":
            is_right = self._check(options["file"])
        elif options["command"] == "reference":
            self.stdout.write(write_reference(), ending="")
            is_right = True
        elif options["command"] == "eval":
            is_right = self._evaluate(options)
        elif options["command"] == "backtest":
            is_right = self._backtest(options)
        else:
            is_right = self._explain(options)
        if not is_right:
            sys.exit(1)

    def _check(self, path: str) -> bool:
        reports = check_file(_read(path))
        for report in reports:
            self._print(report)
        return all(report["ok"] for report in reports)

    def _evaluate(self, options: dict[str, Any]) -> bool:
        file, ruleset = _load(options["rules"])
        now = _read_now(options["now"])
        is_right = True
        with _open(options["events"]) as lines, _analytics(options["engine"]) as engine:
            if engine is not None:
                answers = evaluate_lines_on(engine, file, ruleset, lines, now)
            elif options["engine"] == COLUMNAR:
                # It loads NumPy and Arrow, which no other sub-command should pay for.
                answers = import_module("policies.engines.columnar.lines").evaluate_lines(file, ruleset, lines, now)
            else:
                answers = evaluate_lines(file, ruleset, lines, now)
            for answer in answers:
                # Escaped, as the identifier of an event may hold what cannot be written as UTF-8.
                self.stdout.write(json.dumps(answer))
                is_right = is_right and "error" not in answer
        return is_right

    def _backtest(self, options: dict[str, Any]) -> bool:
        file, ruleset = _load(options["rules"])
        now = _read_now(options["now"])
        self.stdout.write(backtests.run_backtest(file, ruleset, options, now, sys.stderr))
        return True

    def _explain(self, options: dict[str, Any]) -> bool:
        file, ruleset = _load(options["rules"])
        try:
            answers = explain_event(file, ruleset, _read(options["event"]), _read_now(options["now"]))
        except EventError as error:
            message = f"{options['event']}: {error}"
            raise CommandError(message) from error
        for answer in answers:
            if options["text"]:
                self._print_words(answer)
            else:
                self._print(answer)
        return True

    def _print(self, answer: dict[str, object]) -> None:
        self.stdout.write(json.dumps(answer, ensure_ascii=False))

    def _print_words(self, answer: dict[str, Any]) -> None:
        self.stdout.write(f"{answer['rule']} ({answer['outcome']}): {answer['truth']}")
        self.stdout.write("\n".join(draw_tree(answer["tree"])))
        self.stdout.write("")


def _load(path: str) -> tuple[RulesFile, RuleSet]:
    try:
        file = load_rules(_read(path))
        return file, build_ruleset(file)
    except RulesFileError as error:
        lines = "\n".join(f"{path}: {problem}" for problem in error.problems)
        raise CommandError(lines) from error


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read: {error}"
        raise CommandError(message) from error


@contextmanager
def _open(path: str) -> Iterator[TextIO]:
    if path == "-":
        yield sys.stdin
        return
    # Bytes that are no UTF-8 spoil their own event only, not the whole run.
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(path).open(encoding="utf-8-sig", errors="surrogateescape"))
        except OSError as error:
            message = f"{path} cannot be read: {error}"
            raise CommandError(message) from error
        yield stream


def _analytics(name: str) -> AbstractContextManager[Engine | None]:
    """Open an analytics engine and close it again; None for those that are at hand."""
    return analytics_engine(name) if name in ENGINES else nullcontext()


def _read_now(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_timestamp(text)
    except ValueError as error:
        message = f"--now: {error}"
        raise CommandError(message) from error
