"""The operators of the language: the first half of the table in `functions`."""

from collections.abc import Iterable

from policies.rulelang.signatures import IS_NOT_NULL, IS_NULL, Form, Function, Overload
from policies.rulelang.types import (
    ANY,
    BOOL,
    DOUBLE,
    DURATION,
    INT,
    SCALARS,
    STRING,
    TIMESTAMP,
    Type,
    list_of,
)
from policies.rulelang.wording import gettext_noop


def _on(id_prefix: str, rows: Iterable[tuple[tuple[Type, ...], Type]]) -> tuple[Overload, ...]:
    return tuple(Overload(id_prefix, takes, gives) for takes, gives in rows)


_PAIRS = [((kind, kind), BOOL) for kind in SCALARS.values()]
_ORDERED = [((kind, kind), BOOL) for kind in (INT, DOUBLE, STRING, TIMESTAMP, DURATION)]
_MEMBERSHIP = [((kind, list_of(kind)), BOOL) for kind in SCALARS.values()]


_COMPARISONS = (
    Function(
        "==",
        Form.OPERATOR,
        _on("equal", _PAIRS),
        "a == b",
        gettext_noop("Both are the same. Null is the same as null and as nothing else."),
        'country == "SG"',
    ),
    Function(
        "!=",
        Form.OPERATOR,
        _on("not_equal", _PAIRS),
        "a != b",
        gettext_noop("The two differ. Null differs from everything but null."),
        "coupon != null",
    ),
    Function(
        "<",
        Form.OPERATOR,
        _on("less", _ORDERED),
        "a < b",
        gettext_noop("Below or before. Unknown when one of the two is null."),
        "seller.rating < 4.5",
    ),
    Function(
        "<=",
        Form.OPERATOR,
        _on("less_equal", _ORDERED),
        "a <= b",
        gettext_noop("At most. Unknown when one of the two is null."),
        "quantity <= 2",
    ),
    Function(
        ">",
        Form.OPERATOR,
        _on("greater", _ORDERED),
        "a > b",
        gettext_noop("Above or after. Unknown when one of the two is null."),
        "amount > 100",
    ),
    Function(
        ">=",
        Form.OPERATOR,
        _on("greater_equal", _ORDERED),
        "a >= b",
        gettext_noop("At least. Unknown when one of the two is null."),
        "amount >= 250.0",
    ),
    Function(
        "in",
        Form.OPERATOR,
        (
            *_on("in", _MEMBERSHIP),
            # A list of whole numbers is compared as numbers; it may be too long to convert each time.
            Overload("in_as_double", (DOUBLE, list_of(INT)), BOOL),
        ),
        "a in list",
        gettext_noop("The list holds the value. The list is written out, a field, or a named list."),
        'country in ["SG", "MY"]',
    ),
)

_ARITHMETIC = (
    Function(
        "+",
        Form.OPERATOR,
        (
            Overload("add_int", (INT, INT), INT),
            Overload("add_double", (DOUBLE, DOUBLE), DOUBLE),
            Overload("add_string", (STRING, STRING), STRING),
            Overload("add_timestamp_duration", (TIMESTAMP, DURATION), TIMESTAMP),
            Overload("add_duration_timestamp", (DURATION, TIMESTAMP), TIMESTAMP),
            Overload("add_duration", (DURATION, DURATION), DURATION),
        ),
        "a + b",
        gettext_noop("Sum; joins texts; moves a point in time. Unknown when whole numbers exceed 64 bits."),
        "amount + shipping > 250",
    ),
    Function(
        "-",
        Form.OPERATOR,
        (
            Overload("subtract_int", (INT, INT), INT),
            Overload("subtract_double", (DOUBLE, DOUBLE), DOUBLE),
            Overload("subtract_timestamp", (TIMESTAMP, TIMESTAMP), DURATION),
            Overload("subtract_timestamp_duration", (TIMESTAMP, DURATION), TIMESTAMP),
            Overload("subtract_duration", (DURATION, DURATION), DURATION),
            Overload("negate_int", (INT,), INT),
            Overload("negate_double", (DOUBLE,), DOUBLE),
        ),
        "a - b",
        gettext_noop("Difference; between two points in time, a length of time; before one number, its negative."),
        'event.occurred_at - seller.registered_at > duration("720h")',
    ),
    Function(
        "*",
        Form.OPERATOR,
        (Overload("multiply_int", (INT, INT), INT), Overload("multiply_double", (DOUBLE, DOUBLE), DOUBLE)),
        "a * b",
        gettext_noop("Product. Unknown when whole numbers exceed 64 bits."),
        "amount > 3 * shipping",
    ),
    Function(
        "/",
        Form.OPERATOR,
        (Overload("divide_int", (INT, INT), INT), Overload("divide_double", (DOUBLE, DOUBLE), DOUBLE)),
        "a / b",
        gettext_noop("Quotient; of whole numbers without its fraction (7 / 2 is 3). Unknown when b is 0."),
        "amount / 2.0 > 100",
    ),
    Function(
        "%",
        Form.OPERATOR,
        (Overload("modulo_int", (INT, INT), INT),),
        "a % b",
        gettext_noop("Rest of a division of whole numbers, with the sign of a. Unknown when b is 0."),
        "seller.orders_30d % 2 == 0",
    ),
)

_LOGIC = (
    Function(
        "&&",
        Form.OPERATOR,
        (Overload("and", (BOOL, BOOL), BOOL),),
        "a && b",
        gettext_noop("And. False as soon as one side is false, even when the other is unknown."),
        'amount > 100 && country == "SG"',
    ),
    Function(
        "||",
        Form.OPERATOR,
        (Overload("or", (BOOL, BOOL), BOOL),),
        "a || b",
        gettext_noop("Or. True as soon as one side is true, even when the other is unknown."),
        'amount > 1000 || country == "SG"',
    ),
    Function(
        "!",
        Form.OPERATOR,
        (Overload("not", (BOOL,), BOOL),),
        "!a",
        gettext_noop("Not. What is unknown stays unknown."),
        "!(seller.id in lists.trusted_sellers)",
    ),
    Function(
        "? :",
        Form.OPERATOR,
        (Overload("choose", (BOOL, ANY, ANY), ANY),),
        "condition ? a : b",
        gettext_noop("The value a where the condition is true, b where it is false."),
        '(country == "SG" ? amount : amount * 2.0) > 200',
    ),
    Function(
        "has",
        Form.FUNCTION,
        (IS_NOT_NULL,),
        "has(field)",
        gettext_noop("There is a value: the field is neither absent nor null."),
        "has(seller.rating)",
    ),
)

OPERATORS = (*_COMPARISONS, *_ARITHMETIC, *_LOGIC)

NULL_TESTS = {"==": IS_NULL, "!=": IS_NOT_NULL}
"""What the comparison with a literal null means."""
