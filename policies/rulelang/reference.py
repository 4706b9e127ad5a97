"""Write the reference of the language from its tables, so that it cannot say anything else than they do."""

from collections.abc import Iterable

from policies.rulelang import limits
from policies.rulelang.functions import FUNCTIONS
from policies.rulelang.signatures import Form, Function

_INTRODUCTION = """\
# The rule language

A rule is a condition over the fields of an event or an entity. The language is a part of CEL, the Common
Expression Language: what is listed here means what it means there, anything else is refused with a reason.

    seller.late_dispatch_rate_30d > 0.10 && seller.orders_30d >= 10 && !(seller.id in lists.trusted_sellers)

- **Names.** `amount` is a field of the event's payload, `seller.rating` an attribute or a signal of an entity that
  the event touches, `lists.trusted_sellers` a named list.
- **Values.** Whole numbers (`10`), numbers (`0.1`), texts (`"SG"`, or `r"\\d+"` to keep backslashes), `true`, `false`,
  `null`, lists (`["SG", "MY"]`), points in time (`timestamp("2026-01-31T08:00:00Z")`), lengths of time
  (`duration("36h")`). A whole number may stand wherever a number is compared.
- **No data.** A field that is null or absent has no data. `==`, `!=`, `in` and `has` answer all the same; every
  other question is then *unknown*, as is a division by zero, a whole number beyond 64 bits, NaN or an infinity.
- **Unknown.** `unknown && false` is false, `unknown || true` is true, all else stays unknown. A rule whose condition
  is unknown does not hit.
- **Comments** go from `//` to the end of the line.
"""

_COMMAND_LINE = """\
## Command line

The commands need no database.

- `manage.py rules check FILE.yaml` checks every rule; one line of JSON per rule. In an error `line` and `column` count
  within the condition, `file_line` and `file_column` within the file.
- `manage.py rules eval --rules FILE.yaml --events FILE.jsonl` evaluates events; one line of JSON per event, in their
  order.
- `manage.py rules backtest --rules FILE.yaml --events PATH.parquet|FOLDER` runs the rules over past events and tells
  how often each hits; see [backtests](backtests.md).
- `manage.py rules explain --rules FILE.yaml --event FILE.json [--text]` explains every rule on one event.

`days_since` counts up to `--now`, or else up to the event's own `occurred_at` or `event.occurred_at`. The exit code is
1 when something is wrong. A rules file:

```yaml
fields:
  id: string
  amount: "double?" # with ? it may be null or absent
  country: "string?"
  seller.late_rate: {type: "double?", unit: share, label: late dispatch rate}
lists: {high_risk: [NG, RU]}
outcomes: [block, hold, review, warn, label] # severest first: the first that is hit wins
rules:
  - {id: R1, when: 'amount >= 1000 && country in lists.high_risk', outcome: hold}
  - {id: A1, lane: allow, when: 'country == "SG"', outcome: allow} # a hit ends the matter: allow
```
"""

_FORMS = (
    ("Operators", (Form.OPERATOR,)),
    ("Functions", (Form.FUNCTION, Form.METHOD, Form.EITHER, Form.LITERAL)),
    ("Loops over lists", (Form.LOOP,)),
)

_LIMITS = (
    ("Characters of a condition", limits.MAX_TEXT),
    ("Levels of brackets, calls and chains of operators", limits.MAX_NESTING),
    ("Characters of a text in quotes", limits.MAX_LITERAL),
    ("Characters of a pattern", limits.MAX_PATTERN),
    ("Entries of a list that is written out", limits.MAX_LIST),
    ("Loops in a condition", limits.MAX_LOOPS),
    ("Loops inside one another", limits.MAX_LOOP_NESTING),
    ("Elements of a list in an event", limits.MAX_RECORD_LIST),
    ("Entries of a named list that a loop walks", limits.MAX_WALKED_LIST),
    ("Characters of a text in an event", limits.MAX_RECORD_TEXT),
    ("Characters that `similarity` looks at", limits.MAX_COMPARED_TEXT),
)


def write_reference() -> str:
    """Return the reference of the language as Markdown."""
    parts = [_INTRODUCTION]
    for title, forms in _FORMS:
        rows = [function for function in FUNCTIONS.values() if function.form in forms]
        parts.append(f"## {title}\n\n{_table(rows)}")
    bounds = "\n".join(f"| {what} | {bound:,} |" for what, bound in _LIMITS)
    parts += [f"## Limits\n\n| what | at most |\n|---|---|\n{bounds}\n", _COMMAND_LINE]
    return "\n".join(parts)


def _table(rows: Iterable[Function]) -> str:
    lines = ["| written | takes → gives | meaning | example |", "|---|---|---|---|"]
    for function in rows:
        cells = (f"`{function.usage}`", _signatures(function), function.doc, f"`{function.example}`")
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _signatures(function: Function) -> str:
    """List the overloads, those that take and give the same in kind only once."""
    shown = [f"`{', '.join(map(str, overload.takes))} → {overload.gives}`" for overload in function.overloads]
    return "; ".join(dict.fromkeys(shown))
