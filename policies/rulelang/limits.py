"""State every bound of the rule language in one place, so that no text and no event can make it slow."""

MAX_TEXT = 20_000
"""Characters of one condition."""

MAX_NESTING = 80
"""How deep parentheses, calls and chains of operators may be nested."""

MAX_WORD = 100
"""Characters of one part of a name."""

MAX_LITERAL = 2_000
"""Characters of one quoted text."""

MAX_PATTERN = 1_000
"""Characters of one regular expression."""

PATTERN_MEMORY = 2 << 20
"""Bytes that RE2 may use for one regular expression, compiled and searching."""

MAX_PATTERN_STEPS = 5_000
"""Instructions of a compiled regular expression; searching costs at most these times the text's length."""

MAX_LIST = 1_000
"""Entries of a list written in a condition."""

MAX_LOOPS = 10
"""How many `exists`, `all`, `filter` and `map` one condition may hold."""

MAX_LOOP_NESTING = 2
"""How deep one loop may stand inside another."""

MAX_RECORD_LIST = 256
"""Elements of a list in an event; a longer one is unknown to the rule."""

MAX_WALKED_LIST = 10_000
"""Entries of a named list that a loop walks; membership with `in` has no such bound."""

MAX_PROBLEMS = 20
"""How many problems of one condition are reported at once."""

MAX_NAME_PARTS = 4
"""Parts of a dotted field name."""

INT_MIN = -(2**63)
INT_MAX = 2**63 - 1

MAX_DURATION_SECONDS = 315_576_000_000
"""About ten thousand years, the range of a CEL duration."""

SHOWN_LOOP_ELEMENTS = 10
"""Elements of a walked list that an explanation shows."""

MAX_RECORD_TEXT = 100_000
"""Characters of a text in an event, or of one joined with `+`; a longer one is unknown to the rule."""

MAX_COMPARED_TEXT = 500
"""Characters that `similarity` looks at."""

MAX_TURNS = 4
"""How deep conditions may serve as values: as the condition of a choice, or as a side of a comparison."""

UNITS_PER_MILLISECOND = 30_000
"""What the row engine does in a millisecond, in the units of `costs`."""

DEAR = 400_000
"""Units of cost from which the checker warns."""
