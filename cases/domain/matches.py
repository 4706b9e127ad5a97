"""Find in an event's text what made a rule fire, so that a reviewer sees the words and not only the verdict."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.rulelang.patterns import PatternError, compile_pattern

MOST_SPANS = 50
_CALL = re.compile(r"\.(contains|startsWith|endsWith|matches)\(")


def matched_spans(trace: Mapping[str, Any], payload: Mapping[str, Any]) -> dict[str, list[list[int]]]:
    """Return [start, end] of each matched piece by payload field, in order, overlaps joined.

    `trace` is the tree that policies.rulelang.explain gives for the rule. Only comparisons of text that came out
    true count, and none that stands under a negation. A trace without a tree gives nothing.
    """
    found: dict[str, list[list[int]]] = {}
    for comparison in _true_comparisons(trace.get("tree") or {}):
        for name, start, end in _pieces(comparison, payload):
            found.setdefault(name, []).append([start, end])
    return {name: _joined(spans)[:MOST_SPANS] for name, spans in sorted(found.items())}


def _true_comparisons(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if node.get("kind") == "not" or node.get("truth") == "false":
        return
    if node.get("kind") == "comparison" and node.get("truth") == "true":
        yield node
        return
    for child in node.get("children", ()):
        yield from _true_comparisons(child)


def _pieces(comparison: Mapping[str, Any], payload: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    """Yield the pieces of the field that a comparison of text looked at.

    The text may have been put into small letters, which moves nothing; any other change of it is not followed.
    """
    children = comparison.get("children", ())
    call = _CALL.search(str(comparison.get("text", "")), len(str(children[0].get("text", ""))) if children else 0)
    if len(children) != 2 or call is None:
        return
    name, searched, needle = _field_of(children[0]), children[0].get("value"), children[1].get("value")
    original = payload.get(name) if name else None
    if name is None or not isinstance(searched, str) or not isinstance(needle, str) or not isinstance(original, str):
        return
    if len(original) != len(searched):
        return
    for start, end in _found(call.group(1), searched, needle):
        yield name, start, end


def _field_of(node: Mapping[str, Any]) -> str | None:
    """Return the payload field that a text comes from; None when it comes from several or from none."""
    if node.get("kind") == "field":
        return str(node.get("text"))
    names = {_field_of(child) for child in node.get("children", ())}
    return names.pop() if len(names) == 1 else None


def _found(call: str, text: str, needle: str) -> Iterator[tuple[int, int]]:
    if not needle:
        return
    if call == "startsWith":
        yield 0, len(needle)
    elif call == "endsWith":
        yield len(text) - len(needle), len(text)
    elif call == "contains":
        yield from ((match.start(), match.end()) for match in re.finditer(re.escape(needle), text))
    else:
        yield from _found_by_pattern(text, needle)


def _found_by_pattern(text: str, pattern: str) -> Iterator[tuple[int, int]]:
    try:
        search = compile_pattern(pattern)
    except PatternError:
        return  # the rule compiled once; a pattern that no longer does marks nothing
    place = 0
    while place < len(text):
        match = search(text[place:])
        if match is None or match.end() == match.start():
            return
        yield place + match.start(), place + match.end()
        place += match.end()


def _joined(spans: list[list[int]]) -> list[list[int]]:
    joined: list[list[int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    return joined
