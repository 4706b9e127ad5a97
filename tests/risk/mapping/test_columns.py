"""A mapping is held against the columns that the files have."""

import pytest

from risk.domain.mapping.columns import check_columns, columns_of, columns_of_table, columns_read
from tests.risk.mapping.reading import mapping_of

TEXT = """source: shop
market: BR
files: {items: i.csv, orders: o.csv, people: p.jsonl}
tables:
  sums: {from: items, group_by: order, columns: {total: {sum: price}, rows: {count: rows}}}
  sales:
    from: sums
    join:
      - {to: orders, on: order}
      - {to: orders, on: {buyer: buyer}, missing: keep}
entities:
  - {from: orders, type: buyer, id: buyer, name: full, attributes: {city: town},
     attributes_from: more, described_at: at}
events:
  - from: sales
    type: order_placed
    id: "{order}"
    occurred_at: at
    roles: {buyer: buyer}
    payload: {amount: {first: [total, price]}}
    when: {column: state, equals: paid}
"""
ITEMS = ("order", "price")
ORDERS = ("order", "buyer", "at", "full", "town", "more", "state", "price")


def told(text: str = TEXT, items: tuple[str, ...] | None = ITEMS, orders: tuple[str, ...] | None = ORDERS) -> list[str]:
    return [
        str(problem) for problem in check_columns(mapping_of(text), {"items": items, "orders": orders, "people": None})
    ]


def test_columns_that_are_there_are_no_problem() -> None:
    assert told() == []


def test_what_a_table_offers_is_its_own_and_then_what_it_joins() -> None:
    known = columns_of(mapping_of(TEXT), {"items": ITEMS, "orders": ORDERS, "people": None})
    assert known["sums"] == ("order", "total", "rows")
    assert known["sales"] == ("order", "total", "rows", "buyer", "at", "full", "town", "more", "state", "price")


def test_columns_that_are_asked_for() -> None:
    mapping = mapping_of(TEXT)
    assert columns_of_table(mapping.tables["sums"]) == ["order", "price"]
    assert columns_read(mapping.entities[0]) == ["buyer", "full", "at", "town", "more"]
    assert columns_read(mapping.events[0]) == ["order", "at", "buyer", "total", "price", "state"]


@pytest.mark.parametrize(
    ("items", "orders", "problems"),
    [
        (
            ("order", "prize"),
            ORDERS,
            ["m.yaml: tables.sums: items has no column price. Did you mean prize?"],
        ),
        (
            ITEMS,
            ("number", *ORDERS[1:]),
            ["m.yaml: tables.sales.join[0]: orders has no column order. Did you mean more?"],
        ),
        (
            ITEMS,
            tuple(name for name in ORDERS if name != "buyer"),
            [
                "m.yaml: tables.sales.join[1]: the rows have no column buyer so far. There is at, full, more, order,",
                "m.yaml: tables.sales.join[1]: orders has no column buyer. There is order, at, full, town, more",
                "m.yaml: entities[0]: orders has no column buyer. There is order, at, full, town, more",
                "m.yaml: events[0]: sales has no column buyer. There is order, total, rows, at",
            ],
        ),
        (
            ITEMS,
            ("order", "buyer", "at", "full", "twon", "more", "status", "price"),
            [
                "m.yaml: entities[0]: orders has no column town. Did you mean twon?",
                "m.yaml: events[0]: sales has no column state. Did you mean status?",
            ],
        ),
    ],
)
def test_a_column_that_is_not_there_is_told_with_the_closest(
    items: tuple[str, ...], orders: tuple[str, ...], problems: list[str]
) -> None:
    found = told(items=items, orders=orders)
    assert len(found) == len(problems), "\n".join(found)
    for line, problem in zip(found, problems, strict=True):
        assert line.startswith(problem), line


def test_columns_that_are_not_known_beforehand_are_not_asked_for() -> None:
    text = TEXT.replace("from: items, group_by", "from: people, group_by")
    assert told(text) == []
    loose = TEXT.replace("    from: sums\n", "    from: people\n")
    assert told(loose) == []
    assert columns_of(mapping_of(loose), {"items": ITEMS, "orders": ORDERS, "people": None})["sales"] is None


def test_only_joins_of_known_columns_are_checked_behind_an_unknown_file() -> None:
    text = TEXT.replace("      - {to: orders, on: order}\n", "      - {to: people, on: order}\n")
    assert told(text) == []
    wrong = text.replace("on: order}", "on: number}")
    assert told(wrong)[0].startswith("m.yaml: tables.sales.join[0]: the rows have no column number so far. There is")


def test_rows_of_json_lines_may_be_said_to_lack_a_column() -> None:
    text = TEXT.replace("o.csv", "o.jsonl")
    (line, *_others) = told(text, orders=("order", "buyer", "at", "full", "twon", "more", "state"))
    hint = "Did you mean twon? Where rows may lack it, add optional: [town] to the file."
    assert line == f"m.yaml: entities[0]: orders has no column town in its first rows. {hint}"
