"""The one table of operators and functions: signatures, one line of documentation, an example that holds.

The checker chooses overloads from it, every engine implements its overload ids, the editor completes from
it, and the reference is written from it.
"""

from policies.rulelang.operators import OPERATORS
from policies.rulelang.signatures import Form, Function, Overload
from policies.rulelang.types import ANY_LIST, BOOL, DOUBLE, DURATION, INT, STRING, TIMESTAMP
from policies.rulelang.wording import gettext_noop

_TEXT = (
    Function(
        "size",
        Form.EITHER,
        (Overload("size_string", (STRING,), INT), Overload("size_list", (ANY_LIST,), INT)),
        "size(a)",
        gettext_noop("Number of characters of a text, or of elements of a list."),
        "size(tags) == 2",
    ),
    Function(
        "contains",
        Form.METHOD,
        (Overload("contains", (STRING, STRING), BOOL),),
        "text.contains(part)",
        gettext_noop("The part occurs in the text; case matters."),
        'title.contains("Bag")',
    ),
    Function(
        "startsWith",
        Form.METHOD,
        (Overload("starts_with", (STRING, STRING), BOOL),),
        "text.startsWith(part)",
        gettext_noop("The text begins with the part; case matters."),
        'title.startsWith("Leather")',
    ),
    Function(
        "endsWith",
        Form.METHOD,
        (Overload("ends_with", (STRING, STRING), BOOL),),
        "text.endsWith(part)",
        gettext_noop("The text ends with the part; case matters."),
        'title.endsWith("(new)")',
    ),
    Function(
        "matches",
        Form.EITHER,
        (Overload("matches", (STRING, STRING), BOOL),),
        "text.matches(pattern)",
        gettext_noop("The regular expression (RE2) is found anywhere in the text."),
        'title.matches(r"(?i)\\bleather\\b")',
    ),
    Function(
        "lower",
        Form.EITHER,
        (Overload("lower", (STRING,), STRING),),
        "lower(text)",
        gettext_noop("The text with A to Z in small letters; all other signs stay."),
        'lower(title).contains("bag")',
    ),
    Function(
        "upper",
        Form.EITHER,
        (Overload("upper", (STRING,), STRING),),
        "upper(text)",
        gettext_noop("The text with a to z in capital letters; all other signs stay."),
        'upper(country) == "SG"',
    ),
    Function(
        "similarity",
        Form.FUNCTION,
        (Overload("similarity", (STRING, STRING), DOUBLE),),
        "similarity(a, b)",
        gettext_noop(
            "How alike two texts are, from 0 to 1: the share of three-letter pieces of their words in common."
        ),
        'similarity(title, "lether bag new") > 0.4',
    ),
    Function(
        "double",
        Form.FUNCTION,
        (Overload("double_of_int", (INT,), DOUBLE), Overload("double_of_double", (DOUBLE,), DOUBLE)),
        "double(a)",
        gettext_noop("A whole number as a number with decimals."),
        "amount / double(quantity) > 100.0",
    ),
    Function(
        "int",
        Form.FUNCTION,
        (Overload("int_of_double", (DOUBLE,), INT), Overload("int_of_int", (INT,), INT)),
        "int(a)",
        gettext_noop("A number without its fraction (-1.9 becomes -1)."),
        "int(amount) % 50 == 0",
    ),
)

_LOOPS = (
    Function(
        "exists",
        Form.LOOP,
        (Overload("exists", (ANY_LIST,), BOOL),),
        "list.exists(x, condition)",
        gettext_noop("The condition holds for at least one element x."),
        'tags.exists(tag, tag.startsWith("bag"))',
    ),
    Function(
        "all",
        Form.LOOP,
        (Overload("all", (ANY_LIST,), BOOL),),
        "list.all(x, condition)",
        gettext_noop("The condition holds for every element x; true for an empty list."),
        "tags.all(tag, size(tag) > 2)",
    ),
    Function(
        "filter",
        Form.LOOP,
        (Overload("filter", (ANY_LIST,), ANY_LIST),),
        "list.filter(x, condition)",
        gettext_noop("The elements x for which the condition holds."),
        "size(tags.filter(tag, size(tag) > 3)) == 1",
    ),
    Function(
        "map",
        Form.LOOP,
        (Overload("map", (ANY_LIST,), ANY_LIST),),
        "list.map(x, value)",
        gettext_noop("The value computed from each element x."),
        '"BAG" in tags.map(tag, upper(tag))',
    ),
)


def _getter(name: str, overload_id: str, doc: str, example: str, *, on_duration: str = "") -> Function:
    overloads = [Overload(overload_id, (TIMESTAMP,), INT)]
    if on_duration:
        overloads.append(Overload(on_duration, (DURATION,), INT))
    return Function(name, Form.METHOD, tuple(overloads), f"time.{name}()", doc, example)


_TIME = (
    Function(
        "days_since",
        Form.FUNCTION,
        (Overload("days_since", (TIMESTAMP,), DOUBLE),),
        "days_since(time)",
        gettext_noop("Days from the point in time to the instant of evaluation, with fraction."),
        "days_since(seller.registered_at) > 30",
    ),
    Function(
        "timestamp",
        Form.LITERAL,
        (Overload("timestamp", (STRING,), TIMESTAMP),),
        'timestamp("2026-01-31T08:00:00Z")',
        gettext_noop("A fixed point in time, with Z for UTC or an offset."),
        'event.occurred_at > timestamp("2026-01-01T00:00:00Z")',
    ),
    Function(
        "duration",
        Form.LITERAL,
        (Overload("duration", (STRING,), DURATION),),
        'duration("36h")',
        gettext_noop("A fixed length of time in h, m, s, ms or us; a day is 24h."),
        'event.occurred_at - seller.registered_at > duration("24h")',
    ),
    _getter("getFullYear", "full_year", gettext_noop("Year in UTC."), "event.occurred_at.getFullYear() == 2026"),
    _getter("getMonth", "month", gettext_noop("Month in UTC; January is 0."), "event.occurred_at.getMonth() == 0"),
    _getter(
        "getDate",
        "date",
        gettext_noop("Day of the month in UTC, from 1."),
        "event.occurred_at.getDate() == 31",
    ),
    _getter(
        "getDayOfMonth",
        "day_of_month",
        gettext_noop("Day of the month in UTC, from 0."),
        "event.occurred_at.getDayOfMonth() == 30",
    ),
    _getter(
        "getDayOfWeek",
        "day_of_week",
        gettext_noop("Day of the week in UTC; Sunday is 0."),
        "event.occurred_at.getDayOfWeek() == 6",
    ),
    _getter(
        "getDayOfYear",
        "day_of_year",
        gettext_noop("Day of the year in UTC, from 0."),
        "event.occurred_at.getDayOfYear() == 30",
    ),
    _getter(
        "getHours",
        "hours",
        gettext_noop("Hour of the day in UTC; of a length of time, its whole hours."),
        "event.occurred_at.getHours() < 9",
        on_duration="total_hours",
    ),
    _getter(
        "getMinutes",
        "minutes",
        gettext_noop("Minute of the hour; of a length of time, its whole minutes."),
        "event.occurred_at.getMinutes() == 30",
        on_duration="total_minutes",
    ),
    _getter(
        "getSeconds",
        "seconds",
        gettext_noop("Second of the minute; of a length of time, its whole seconds."),
        "event.occurred_at.getSeconds() == 0",
        on_duration="total_seconds",
    ),
    _getter(
        "getMilliseconds",
        "milliseconds",
        gettext_noop("Thousandths of the second."),
        "event.occurred_at.getMilliseconds() == 250",
    ),
)

FUNCTIONS: dict[str, Function] = {
    function.name: function for group in (OPERATORS, _TEXT, _LOOPS, _TIME) for function in group
}

CALLABLE: dict[str, Function] = {
    name: function for name, function in FUNCTIONS.items() if function.form is not Form.OPERATOR
}
"""What is written with a name and brackets."""
