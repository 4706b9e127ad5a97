"""Check JSON objects of a sender before PostgreSQL and the rules see them."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from governance.domain.errors import FieldProblem
from policies.rulelang.limits import INT_MAX, INT_MIN
from policies.rulelang.moments import parse_timestamp
from risk.domain.vocabulary import PayloadType

MAX_DEPTH: Final = 8
MAX_PROBLEMS: Final = 20  # of one object; who sends more wrong sees the rest after mending these
_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_NUL = b"\\u0000"
_TOO_WIDE = FieldProblem("", "is a number beyond 64 bits, which cannot be kept exactly", "Send it as text.")


def show_key(key: object) -> str:
    """Return a key of a sender as it can be shown and stored, cut to 64 characters."""
    return _UNSHOWABLE.sub("\N{REPLACEMENT CHARACTER}", str(key)[:64])


def check_object(value: object, place: str, max_bytes: int, fields: Mapping[str, PayloadType]) -> list[FieldProblem]:
    """Return what keeps an object from being stored and read by rules; places begin with `place`.

    Refused: more than `max_bytes` as JSON, more than eight levels, NaN and infinity, numbers beyond 64 bits
    (the fields typed double excepted), NUL and broken characters, anything that JSON does not know, and known
    `fields` of another type. Null is allowed everywhere and means: no data.
    """
    if not isinstance(value, dict):
        return [FieldProblem(place, "is not an object", 'Send {"name": value, …}.')]
    problems: list[FieldProblem] = []
    for key, inner in value.items():
        wanted = fields.get(key)
        if wanted is None:
            kind = type(inner)
            if kind is str or inner is None or kind is bool:
                continue
            if (kind is int or kind is float) and INT_MIN <= inner <= INT_MAX:
                continue
            _walk(inner, f"{place}.{show_key(key)}", 1, problems)
        elif inner is not None and not _FITS[wanted](inner):
            problems.append(FieldProblem(f"{place}.{key}", *_MISFITS[wanted]))
    if problems:
        return problems[:MAX_PROBLEMS]
    return _check_text_form(value, place, max_bytes)


def _check_text_form(value: dict[Any, Any], place: str, max_bytes: int) -> list[FieldProblem]:
    """Write the object as JSON once: what cannot be written or stored shows there, cheaply."""
    try:
        text = orjson.dumps(value)
    except TypeError:
        return _find_unwritable(value, place) or [FieldProblem(place, "is not JSON", "Send JSON values only.")]
    if len(text) > max_bytes:
        hint = f"At most {max_bytes // 1024} KB are kept: leave out what rules and reviewers do not need."
        return [FieldProblem(place, f"has {len(text) // 1024 + 1} KB", hint)]
    if _NUL in text:
        return _find_unwritable(value, place)  # none: it was a backslash followed by u0000, which is sound
    return []


def _walk(value: object, place: str, depth: int, problems: list[FieldProblem]) -> None:
    """Append what is wrong with a value and all that it holds, no deeper than the limit."""
    if len(problems) >= MAX_PROBLEMS or value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int | float):
        if isinstance(value, float) and not math.isfinite(value):
            problems.append(FieldProblem(place, "is not a finite number", "Send null where there is no number."))
        elif not INT_MIN <= value <= INT_MAX:
            problems.append(FieldProblem(place, _TOO_WIDE.message, _TOO_WIDE.hint))
    elif not isinstance(value, dict | list):
        problems.append(
            FieldProblem(place, "is no JSON value", "Send text, numbers, true, false, null, lists, objects.")
        )
    elif depth >= MAX_DEPTH:
        problems.append(FieldProblem(place, f"lies deeper than {MAX_DEPTH} levels", "Flatten it."))
    else:
        for step, inner in _steps(value):
            _walk(inner, f"{place}{step}", depth + 1, problems)


def _steps(value: dict[Any, Any] | list[Any]) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(f".{show_key(key)}", inner) for key, inner in value.items()]
    return [(f"[{index}]", inner) for index, inner in enumerate(value)]


def _find_unwritable(value: object, place: str) -> list[FieldProblem]:
    """Return the texts and keys that hold NUL or half a character."""
    if isinstance(value, str):
        if "\0" in value:
            return [FieldProblem(place, "holds a NUL character", "Leave out \\u0000.")]
        try:
            value.encode()
        except UnicodeEncodeError:
            return [FieldProblem(place, "holds half a character", "Send the text as UTF-8.")]
        return []
    problems: list[FieldProblem] = []
    if isinstance(value, dict):
        for key in value:
            problems += _find_unwritable(key, f"{place} (a key)") if isinstance(key, str) else _bad_key(place)
    if isinstance(value, dict | list):
        for step, inner in _steps(value):
            problems += _find_unwritable(inner, f"{place}{step}")
    return problems[:MAX_PROBLEMS]


def _bad_key(place: str) -> list[FieldProblem]:
    return [FieldProblem(f"{place} (a key)", "is not text", "Keys are text in quotes.")]


def _fits_double(value: object) -> bool:
    return (type(value) is float and math.isfinite(value)) or (type(value) is int and INT_MIN <= value <= INT_MAX)


def _fits_moment(value: object) -> bool:
    try:
        return isinstance(value, str) and parse_timestamp(value) is not None
    except ValueError:
        return False


_FITS: dict[PayloadType, Callable[[object], bool]] = {
    PayloadType.STRING: lambda value: type(value) is str,
    PayloadType.DOUBLE: _fits_double,
    PayloadType.INT: lambda value: type(value) is int and INT_MIN <= value <= INT_MAX,
    PayloadType.BOOL: lambda value: type(value) is bool,
    PayloadType.TIMESTAMP: _fits_moment,
}
_MISFITS: dict[PayloadType, tuple[str, str]] = {
    PayloadType.STRING: ("is not text", "Rules read it as text: send it in quotes."),
    PayloadType.DOUBLE: ("is not a number", "Rules read it as a number: send 12.5, or null for no data."),
    PayloadType.INT: ("is not a whole number of 64 bits", "Rules read it as a whole number: send 5, not 5.0."),
    PayloadType.BOOL: ("is not true or false", "Send true or false without quotes."),
    PayloadType.TIMESTAMP: ("is not a moment with a time zone", "Write it as 2026-01-31T08:00:00Z."),
}
