"""Rows of files become events, or are refused with everything that is wrong with them."""

import json
from datetime import timedelta
from typing import Any

import pytest

from risk.domain.event_rows import TouchRow
from risk.domain.events import MAX_EVENT_ID, MAX_PAYLOAD_BYTES
from risk.domain.mapping.event_rendering import DrawnEvents, EventRenderer, write_item
from tests.risk.mapping.reading import MARKETS, NOW, chunk_of, mapping_of, values_of

TEXT = """source: shop
market: BR
files: {sales: s.csv}
events:
  - from: sales
    type: order_placed
    id: "{order}:placed"
    occurred_at: at
    roles: {seller: seller, buyer: {id: buyer, missing: leave_out}}
    payload: {amount: amount, rating: rating, text: note}
"""
ROW = {
    "order": "O1",
    "seller": "S1",
    "buyer": "B1",
    "at": "2026-02-01T08:00",
    "amount": "1.5",
    "rating": "5",
    "note": "x",
}
COLUMNS = tuple(ROW)


def draw(*rows: dict[str, Any], text: str = TEXT, columns: tuple[str, ...] = COLUMNS) -> DrawnEvents:
    mapping = mapping_of(text)
    renderer = EventRenderer(mapping.events[0], values_of(mapping), MARKETS, NOW)
    return renderer.render(chunk_of(*rows, columns=columns))


def told(drawn: DrawnEvents) -> list[tuple[str, str]]:
    assert not drawn.rows
    (refusal,) = drawn.refused
    return [(problem.field, problem.message) for problem in refusal.problems]


def test_a_sound_row_becomes_an_event() -> None:
    drawn = draw(ROW)
    (row,) = drawn.rows
    assert (row.external_id, row.type, row.market) == ("O1:placed", "order_placed", "BR")
    assert row.at == "2026-02-01T08:00:00.000000+00:00"
    assert json.loads(row.payload) == {"amount": 1.5, "rating": 5, "text": "x"}
    assert row.touches == (TouchRow("buyer", "buyer", "B1"), TouchRow("seller", "seller", "S1"))
    assert (drawn.indexes, drawn.refused) == ([0], [])


def test_cells_that_hold_nothing_are_left_out() -> None:
    drawn = draw({**ROW, "buyer": None, "amount": None, "rating": None, "note": None})
    assert drawn.rows[0].payload == "{}"
    assert drawn.rows[0].touches == (TouchRow("seller", "seller", "S1"),)


def test_an_event_without_a_payload() -> None:
    text = TEXT.replace("    payload: {amount: amount, rating: rating, text: note}\n", "")
    assert draw(ROW, text=text).rows[0].payload == "{}"
    (refusal,) = draw({**ROW, "at": None}, text=text).refused
    assert json.loads(refusal.raw)["payload"] == {}


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"order": None}, [("id", "is missing")]),
        ({"order": "x" * MAX_EVENT_ID}, [("id", f"has {MAX_EVENT_ID + 7} characters")]),
        ({"order": "a\tb"}, [("id", "holds a control character")]),
        ({"at": None}, [("occurred_at", "is missing")]),
        ({"at": "never"}, [("occurred_at", "'never' is not a time of the form iso")]),
        ({"at": "1999-12-31"}, [("occurred_at", "is before the year 2000")]),
        ({"at": "2026-04-01"}, [("occurred_at", "is more than a day ahead of now")]),
        ({"amount": "dear"}, [("payload.amount", "'dear' is not a number")]),
        (
            {"amount": "dear", "rating": "4.5", "at": "never"},
            [
                ("occurred_at", "'never' is not a time of the form iso"),
                ("payload.amount", "'dear' is not a number"),
                ("payload.rating", "'4.5' is not a whole number"),
            ],
        ),
        ({"seller": None}, [("entities.seller", "is missing")]),
        ({"seller": None, "buyer": None}, [("entities.seller", "is missing")]),
        ({"seller": "", "at": None}, [("occurred_at", "is missing"), ("entities.seller.id", "is empty")]),
        ({"seller": "S\n1"}, [("entities.seller.id", "holds a control character")]),
        ({"note": "a\0b"}, [("payload.text", "holds a NUL character")]),
        ({"note": "\udc80"}, [("payload.text", "holds half a character")]),
        ({"note": "x" * MAX_PAYLOAD_BYTES}, [("payload", f"has {MAX_PAYLOAD_BYTES // 1024 + 1} KB")]),
    ],
)
def test_what_is_wrong_with_a_row_is_told_by_field(change: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    assert told(draw({**ROW, **change})) == problems


def test_a_bad_cell_leaves_the_other_rows_alone() -> None:
    drawn = draw({**ROW, "amount": "dear"}, {**ROW, "order": "O2", "amount": None}, {**ROW, "order": "O3"})
    assert [(row.external_id, json.loads(row.payload).get("amount")) for row in drawn.rows] == [
        ("O2:placed", None),
        ("O3:placed", 1.5),
    ]
    assert [item.index for item in drawn.refused] == [0]


def test_a_refusal_keeps_the_cells_and_names_their_columns() -> None:
    (refusal,) = draw({**ROW, "at": "never", "amount": "dear"}).refused
    raw = json.loads(refusal.raw)
    assert (raw["occurred_at"], raw["payload"]["amount"], raw["payload"]["rating"]) == ("never", "dear", 5)
    assert raw["entities"] == {"buyer": {"id": "B1", "type": "buyer"}, "seller": {"id": "S1", "type": "seller"}}
    assert (refusal.index, refusal.kind, refusal.market) == (0, "order_placed", "BR")
    assert (refusal.columns["occurred_at"], refusal.columns["id"]) == ("at", "order")


def test_payloads_near_the_limit_are_measured_exactly() -> None:
    drawn = draw({**ROW, "note": "é" * (MAX_PAYLOAD_BYTES // 2 - 100)}, {**ROW, "order": "O2", "note": "\\u0000"})
    assert [row.external_id for row in drawn.rows] == ["O1:placed", "O2:placed"]
    assert json.loads(drawn.rows[1].payload)["text"] == "\\u0000"  # six characters, no NUL


def test_a_role_that_must_be_there_may_also_leave_the_event_out() -> None:
    text = TEXT.replace("missing: leave_out", "missing: skip")
    drawn = draw({**ROW, "buyer": None}, {**ROW, "order": "O2"}, text=text)
    assert [row.external_id for row in drawn.rows] == ["O2:placed"]
    assert (drawn.indexes, drawn.refused) == ([1], [])


def test_an_event_that_touches_nobody_is_refused() -> None:
    text = TEXT.replace("{seller: seller,", "{seller: {id: seller, missing: leave_out},")
    drawn = draw({**ROW, "seller": None, "buyer": None}, text=text)
    assert told(drawn) == [("entities", "is not an object of 1 to 16 roles")]


def test_types_and_markets_of_the_rows() -> None:
    text = TEXT.replace("market: BR\n", "").replace(
        "type: order_placed", "type: {column: kind}\n    market: {column: land}"
    )
    rows = [
        {**ROW, "kind": "order_placed", "land": " DE "},
        {**ROW, "kind": "Order Placed", "land": "DE"},
        {**ROW, "kind": "_x", "land": "XX"},
        {**ROW, "kind": None, "land": "br"},
    ]
    drawn = draw(*rows, text=text, columns=(*COLUMNS, "kind", "land"))
    assert [(row.type, row.market) for row in drawn.rows] == [("order_placed", "DE")]
    assert [(item.kind, item.market) for item in drawn.refused] == [("unknown", "DE"), ("unknown", ""), ("unknown", "")]
    assert [[problem.message for problem in item.problems] for item in drawn.refused] == [
        ["is not a name"],
        ["is not a name", "is not a market of this console"],
        ["is missing", "is not in capitals"],
    ]


def test_conditions_choose_the_rows() -> None:
    rows = [{**ROW, "order": name, "note": note} for name, note in (("A", "x"), ("B", None), ("C", "y"), ("D", 5.0))]

    def chosen(asked: str) -> list[str]:
        drawn = draw(*rows, text=f"{TEXT}    when: {asked}\n")
        return [row.external_id[0] for row in drawn.rows]

    assert chosen("{column: note, present: true}") == ["A", "C", "D"]
    assert chosen("{column: note, present: false}") == ["B"]
    assert chosen("{column: note, in: [x, 5]}") == ["A", "D"]
    assert chosen("{column: note, not_in: [x]}") == ["C", "D"]
    assert chosen("[{column: note, not_in: [x]}, {column: order, equals: D}]") == ["D"]
    assert chosen("{column: note, equals: nothing}") == []


def test_values_of_several_columns_constants_and_renamed_ones() -> None:
    text = TEXT.replace(
        "text: note}",
        "text: {first: [note, order]}, currency: {constant: BRL}, category: {column: note, rename: {x: toys}},"
        " mine: '{note}/{rating}', code: {column: rating}}",
    )
    drawn = draw(ROW, {**ROW, "order": "O2", "note": None, "rating": 4.0}, text=text)
    first, second = (json.loads(row.payload) for row in drawn.rows)
    assert (first["text"], first["currency"], first["category"], first["mine"]) == ("x", "BRL", "toys", "x/5")
    assert (second["text"], second["currency"], second["code"]) == ("O2", "BRL", "4")
    assert "category" not in second
    assert "mine" not in second  # a template lacks what one of its columns lacks


def test_identifiers_lose_the_spaces_around_them_and_numbers_their_point() -> None:
    drawn = draw({**ROW, "order": 17.0, "seller": " S1 ", "buyer": 9})
    assert drawn.rows[0].external_id == "17:placed"
    assert [touch.external_id for touch in drawn.rows[0].touches] == ["9", "S1"]


def test_the_clock_of_the_import_is_tolerant_by_a_day() -> None:
    soon = (NOW + timedelta(hours=23)).isoformat()
    assert draw({**ROW, "at": soon}).rows


def test_an_item_of_any_characters_can_be_written() -> None:
    assert json.loads(write_item({"a": NOW})) == {"a": str(NOW).replace(" ", "T")}
    assert write_item({"a": "\udc80"}) == r"{'a': '\udc80'}"
