"""Compute `similarity` with the list functions of an engine, as `policies.rulelang.lettering` defines it."""

from typing import Any

from policies.engines.ibis.dialects.base import Dialect, variable
from policies.engines.ibis.literals import literal
from policies.rulelang.limits import MAX_COMPARED_TEXT

_SPACES = "\t\n\r"


def similarity(dialect: Dialect, a: Any, b: Any) -> Any:
    """Return the share of three-letter pieces that two texts have in common; 0 when there are none."""
    left, right = _pieces(dialect, a, "a"), _pieces(dialect, b, "b")
    return dialect.share_in_common(left, right)


def _pieces(dialect: Dialect, text: Any, side: str) -> Any:
    """Return the list of pieces, each once."""
    words = dialect.lower(text.substr(0, MAX_COMPARED_TEXT)).translate(_SPACES, " " * len(_SPACES)).split(" ")
    word = variable(f"word_{side}", words)
    words = dialect.filter(words, word, word != literal(""))
    word = variable(f"word_{side}", words)
    padded = literal("  ") + word + literal(" ")
    return dialect.map(words, word, dialect.pieces(padded, f"at_{side}")).flatten().unique()
