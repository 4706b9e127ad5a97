"""A small marketplace in one schema and one record, on which the tests and the table of functions agree."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from policies.rulelang import (
    BOOL,
    DOUBLE,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    Checked,
    Field,
    Record,
    Schema,
    check,
    compile_condition,
    list_of,
)

SCHEMA = Schema.build(
    fields={
        "id": Field(STRING),
        "amount": Field(DOUBLE, nullable=True, unit="EUR", doc="What the buyer paid, 100 % of it."),
        "shipping": Field(DOUBLE, nullable=True, unit="EUR"),
        "quantity": Field(INT, nullable=True),
        "country": Field(STRING, nullable=True),
        "coupon": Field(STRING, nullable=True),
        "title": Field(STRING, nullable=True),
        "express": Field(BOOL, nullable=True),
        "gift": Field(BOOL),
        "tags": Field(list_of(STRING), nullable=True),
        "sizes": Field(list_of(INT), nullable=True),
        "lead_time": Field(DURATION, nullable=True),
        "event.type": Field(STRING),
        "event.occurred_at": Field(TIMESTAMP),
        "seller.id": Field(STRING, nullable=True),
        "seller.rating": Field(DOUBLE, nullable=True),
        "seller.orders_30d": Field(INT, nullable=True, unit="count"),
        "seller.late_rate_30d": Field(DOUBLE, nullable=True, unit="share", label="late dispatch rate"),
        "seller.registered_at": Field(TIMESTAMP, nullable=True),
        "seller.bank.country": Field(STRING, nullable=True),
    },
    lists={"trusted_sellers": STRING, "words": STRING, "codes": INT, "limits": DOUBLE},
)

VALUES: Mapping[str, Any] = {
    "id": "e1",
    "amount": 250.0,
    "shipping": 20.0,
    "quantity": 2,
    "country": "SG",
    "coupon": "WELCOME",
    "title": "Leather Bag (new)",
    "gift": False,
    "tags": ["bag", "leather"],
    "sizes": [1, 2, 3],
    "lead_time": "36h",
    "event": {"type": "order_placed", "occurred_at": "2026-01-31T08:30:00.250Z"},
    "seller": {
        "id": "s1",
        "rating": 4.2,
        "orders_30d": 212,
        "late_rate_30d": 0.142,
        "registered_at": "2025-06-01T00:00:00Z",
    },
}

LISTS: Mapping[str, frozenset[Any]] = {
    "trusted_sellers": frozenset({"s7", "s8"}),
    "words": frozenset({"leather", "replica"}),
    "codes": frozenset({2, 250, 2**53 + 1}),
    "limits": frozenset({2.0, 250.5}),
}

NOW = datetime(2026, 2, 1, 8, 30, 0, 250_000, tzinfo=UTC)


def record(**changes: Any) -> Record:
    """Return the record with some values changed; None takes a value away."""
    return Record({**VALUES, **changes}, NOW, LISTS)


def checked(text: str) -> Checked:
    return check(text, SCHEMA).require()


def holds(text: str, **changes: Any) -> bool | None:
    """Evaluate a condition on the record with some values changed."""
    return compile_condition(checked(text))(record(**changes))


def complaints(text: str) -> list[tuple[str, str]]:
    """Return code and the text at the place of each problem, errors and warnings."""
    found = check(text, SCHEMA)
    return [(problem.code, problem.source.slice(problem.span)) for problem in (*found.problems, *found.warnings)]
