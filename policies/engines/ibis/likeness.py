"""Compute `similarity` with the list functions of an engine, as `policies.rulelang.lettering` defines it."""

from typing import Any

from policies.engines.ibis.dialects.base import Dialect, variable
from policies.engines.ibis.literals import literal, when
from policies.rulelang.limits import MAX_COMPARED_TEXT

_SPACES = "\t\n\r"
_BREAK = "\n"
"""Stands between two words while they are taken apart; no word holds it."""


def similarity(dialect: Dialect, a: Any, b: Any) -> Any:
    """Return the share of three-letter pieces that two texts have in common; 0 when there are none."""
    share = dialect.share_in_common(_pieces(dialect, a, "a"), _pieces(dialect, b, "b"))
    return when(a.notnull() & b.notnull(), share)


def _pieces(dialect: Dialect, text: Any, side: str) -> Any:
    """Return the list of pieces, each once.

    The words are written into one line as `  one ⏎  two `; pieces that hold the break belong to no word.
    """
    words = dialect.lower(text.substr(0, MAX_COMPARED_TEXT)).translate(_SPACES, " " * len(_SPACES))
    line = literal("  ") + words.re_replace(" +", f" {_BREAK}  ") + literal(" ")
    starts = dialect.numbers_below(dialect.size_string(line) - literal(2))
    at = variable(f"at_{side}", starts)
    pieces = dialect.map(starts, at, line.substr(at.cast("int32"), 3))
    piece = variable(f"piece_{side}", pieces)
    is_of_one_word = ~dialect.contains(piece, literal(_BREAK)) & (piece != literal("   "))
    return dialect.filter(pieces, piece, is_of_one_word).unique()
