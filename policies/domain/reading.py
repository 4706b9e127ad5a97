"""Read parsed data (YAML, JSON) step by step and collect every problem with its place."""

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

Choice = TypeVar("Choice", bound=StrEnum)

MOST_CODE = 40
MARKET = re.compile(r"[A-Z]{2}")
NAME = re.compile(r"[a-z][a-z0-9_]*")
CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
NODE_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
LOCALE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")

_EXAMPLES = {
    MARKET: "two capital letters, such as BR",
    NAME: "small letters, digits and _, such as late_dispatch",
    CODE: "capital words joined by -, such as PERF-LATE-DISPATCH",
    NODE_CODE: "small words joined by dots, such as fraud.scam",
    LOCALE: "a language code, such as pt or pt-BR",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the data: where (file and path inside it), why, and what to do."""

    file: str
    path: str
    reason: str
    hint: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.path}" if self.path else self.file
        return f"{place}: {self.reason}. {self.hint}"


class _Absent:
    """The value of a key that is not there."""


_ABSENT = _Absent()


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return a hint that names the closest known name, or `otherwise` when none is close."""
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"Did you mean {close[0]}?" if close else otherwise


def open_file(name: str, files: Mapping[str, object], problems: list[Problem]) -> "Reader":
    """Stand at the top of a file; a file that is not there is a problem, once."""
    if name not in files:
        problems.append(Problem(name, "", "the file is missing", "Add it; a list in it may be empty."))
    return Reader(name, "", files.get(name, _ABSENT), problems)


class Reader:
    """One place in the data. A reading method returns the value, or notes a problem and returns a stand-in.

    The stand-in only keeps the reading going, so that one run reports every problem; a caller discards the
    result when `problems` is not empty. A place that is absent stays silent: whoever required it complained.
    """

    def __init__(self, file: str, path: str, value: object, problems: list[Problem]) -> None:
        """Stand at `path` of `file`; problems are appended to the shared list."""
        self.file = file
        self.path = path
        self.value = value
        self.problems = problems

    @property
    def is_given(self) -> bool:
        """Say whether there is a value: neither absent nor null."""
        return self.value is not _ABSENT and self.value is not None

    def reject(self, reason: str, hint: str) -> None:
        """Note a problem at this place, unless the place is absent."""
        if self.value is not _ABSENT:
            self.problems.append(Problem(self.file, self.path, reason, hint))

    def fields(self, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, "Reader"]:
        """Open a mapping with known keys; report unknown and missing ones. The result has every known key."""
        known = (*required, *optional)
        given: Mapping[object, object] = {}
        if isinstance(self.value, Mapping):
            given = self.value
            for key in given:
                if key not in known:
                    hint = did_you_mean(str(key), known, f"Known keys: {', '.join(known)}.")
                    self._step(str(key), given[key]).reject(f"unknown key {key}", hint)
            for key in required:
                if key not in given:
                    self.reject(f"{key} is missing", f"Add {key}.")
        else:
            self.reject(f"expected keys and values, found {self._found()}", f"Keys: {', '.join(known)}.")
        return {key: self._step(key, given.get(key, _ABSENT)) for key in known}

    def entries(self) -> list[tuple[str, "Reader"]]:
        """Open a mapping with free keys, such as one entry per locale."""
        if isinstance(self.value, Mapping):
            return [(str(key), self._step(str(key), value)) for key, value in self.value.items()]
        self.reject(f"expected keys and values, found {self._found()}", "Write one `key: value` per line.")
        return []

    def items(self) -> list["Reader"]:
        """Open a list; a single value is not a list."""
        if isinstance(self.value, list | tuple):
            return [
                Reader(self.file, f"{self.path}[{index}]", item, self.problems) for index, item in enumerate(self.value)
            ]
        self.reject(f"expected a list, found {self._found()}", "Start each item with `- `.")
        return []

    def filled_items(self) -> list["Reader"]:
        """Open a list that needs at least one item."""
        items = self.items()
        if self.value in ([], ()):
            self.reject("the list is empty", "Add at least one item.")
        return items

    def text(self) -> str:
        """Return a text that is not blank, without the white space around it."""
        if isinstance(self.value, str) and self.value.strip():
            return self.value.strip()
        self.reject(f"expected text, found {self._found()}", "Write some text, in quotes if it looks like a number.")
        return ""

    def short_text(self, most: int) -> str:
        """Return a text of at most `most` characters, the room that its column has."""
        text = self.text()
        if len(text) > most:
            self.reject(f"the text has {len(text)} characters", f"Use at most {most}.")
        return text

    def optional_text(self) -> str | None:
        """Return a text, or None where it is absent or null."""
        return self.text() if self.is_given else None

    def matching(self, pattern: re.Pattern[str]) -> str:
        """Return a text of the whole form `pattern`, one of the forms named in this module."""
        text = self.text()
        if text and not pattern.fullmatch(text):
            self.reject(f"{text} is not well formed", f"Use {_EXAMPLES[pattern]}.")
        elif len(text) > MOST_CODE:
            self.reject(f"{text} has {len(text)} characters", f"Use at most {MOST_CODE}.")
        return text

    def integer(self, minimum: int, maximum: int) -> int:
        """Return a whole number from `minimum` to `maximum`; true and false are not numbers."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            if minimum <= self.value <= maximum:
                return self.value
            self.reject(f"{self.value} is out of range", f"Use {minimum} to {maximum}.")
        else:
            self.reject(f"expected a whole number, found {self._found()}", f"Use {minimum} to {maximum}.")
        return minimum

    def optional_integer(self, minimum: int, maximum: int) -> int | None:
        """Return a whole number, or None where it is absent or null."""
        return self.integer(minimum, maximum) if self.is_given else None

    def decimal(self, minimum: int, maximum: int) -> Decimal:
        """Return an exact number from `minimum` to `maximum`."""
        if isinstance(self.value, int | float) and not isinstance(self.value, bool):
            if minimum <= self.value <= maximum:
                return Decimal(str(self.value))
            self.reject(f"{self.value} is out of range", f"Use {minimum} to {maximum}.")
        else:
            self.reject(f"expected a number, found {self._found()}", f"Use {minimum} to {maximum}.")
        return Decimal(minimum)

    def flag(self) -> bool:
        """Return true or false; absent counts as false."""
        if isinstance(self.value, bool):
            return self.value
        self.reject(f"expected true or false, found {self._found()}", "Write true or false.")
        return False

    def day(self) -> dt.date:
        """Return a calendar day."""
        if isinstance(self.value, dt.date) and not isinstance(self.value, dt.datetime):
            return self.value
        if isinstance(self.value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", self.value):
            try:
                return dt.date.fromisoformat(self.value)
            except ValueError:
                self.reject(f"{self.value} is not a day of the calendar", "Use a real date, such as 2026-07-01.")
                return dt.date.min
        self.reject(f"expected a date, found {self._found()}", "Use year-month-day, such as 2026-07-01.")
        return dt.date.min

    def choice(self, options: type[Choice]) -> Choice:
        """Return the member of a text enumeration."""
        values = [option.value for option in options]
        if isinstance(self.value, str) and self.value in values:
            return options(self.value)
        hint = f"Choose one of: {', '.join(values)}."
        if isinstance(self.value, str):
            hint = did_you_mean(self.value, values, hint)
        self.reject(f"unknown value {self._found()}", hint)
        return next(iter(options))

    def name_in(self, known: Iterable[str], kind: str) -> str:
        """Return a text that must be one of the known names; `kind` says in the problem what it names."""
        text = self.text()
        names = sorted(known)
        if text and text not in names:
            self.reject(f"{text} is not a known {kind}", did_you_mean(text, names, f"Known: {', '.join(names)}."))
        return text

    def localised(self, locales: Sequence[str]) -> dict[str, str]:
        """Return one text per locale; every locale of the pack must be there and no other."""
        return {locale: reader.text() for locale, reader in self.per_locale(locales).items()}

    def per_locale(self, locales: Sequence[str]) -> dict[str, "Reader"]:
        """Open a mapping that has exactly one entry per locale."""
        given = dict(self.entries())
        for locale in locales:
            if isinstance(self.value, Mapping) and locale not in given:
                self.reject(f"the text in locale {locale} is missing", f"Add {locale}, or drop it from the pack.")
        for locale, reader in given.items():
            if locale not in locales:
                reader.reject(f"locale {locale} is not one of the pack", f"Locales: {', '.join(locales)}.")
        return {locale: given[locale] for locale in locales if locale in given}

    def at(self, key: str) -> "Reader":
        """Stand at one key of a mapping without requiring it; absent when there is no such key."""
        return self._step(key, self.value.get(key, _ABSENT) if isinstance(self.value, Mapping) else _ABSENT)

    def _step(self, key: str, value: object) -> "Reader":
        path = f"{self.path}.{key}" if self.path else key
        return Reader(self.file, path, value, self.problems)

    def _found(self) -> str:
        if self.value is None:
            return "nothing"
        if isinstance(self.value, Mapping):
            return "keys and values"
        if isinstance(self.value, list | tuple):
            return "a list"
        return repr(self.value)
