"""What a sound mapping says."""

import pytest

from risk.domain.mapping.parsing import parse_mapping
from risk.domain.mapping.spec import (
    Cell,
    CellType,
    FileFormat,
    Fold,
    FoldSpec,
    ImportMapping,
    JoinSpec,
    Missing,
    MissingRole,
)
from risk.domain.mapping.spec import TestKind as Asked
from risk.domain.mapping.time_forms import check_form
from risk.queries.imports import example_mappings, read_example
from tests.risk.mapping.reading import mapping_of

HEAD = "source: shop\nmarket: BR\n"
EVENT = "events: [{from: a, type: order_placed, id: id, occurred_at: at, roles: {seller: s}%s}]\n"


def event_with(more: str):
    (event,) = mapping_of(f"{HEAD}files: {{a: a.csv}}\n{EVENT % more}").events
    return event


@pytest.mark.parametrize("name", example_mappings())
def test_every_shipped_mapping_is_sound(name: str) -> None:
    assert isinstance(parse_mapping(read_example(name), name), ImportMapping)


def test_files_beside_the_mappings_are_not_offered() -> None:
    assert {"demo.yaml", "olist.yaml"} <= example_mappings().keys()
    assert "marketplace_rules.yaml" not in example_mappings()


def test_the_format_follows_the_name_unless_it_is_said() -> None:
    names = ["a.CSV", "b.tsv", "c.txt", "d.xlsx", "e.jsonl", "f.ndjson", "g.parquet"]
    files = "".join(f"  f{number}: {name}\n" for number, name in enumerate(names))
    more = (
        "  other: {path: 'x*', format: jsonl, optional: [note]}\n  tabs: {path: t.csv, delimiter: tab}\n"
        "  own: {path: o.csv, nulls: ['NULL', '-'], encoding: latin-1, delimiter: ;}\n"
    )
    found = mapping_of(f"{HEAD}encoding: cp1252\nfiles:\n{files}{more}events: []\n").files
    assert [spec.format for spec in found.values()] == [
        FileFormat.CSV, FileFormat.CSV, FileFormat.CSV, FileFormat.XLSX, FileFormat.JSONL, FileFormat.JSONL,
        FileFormat.PARQUET, FileFormat.JSONL, FileFormat.CSV, FileFormat.CSV,
    ]  # fmt: skip
    assert (found["f0"].delimiter, found["f1"].delimiter, found["tabs"].delimiter) == (",", "\t", "\t")
    assert (found["f0"].encoding, found["own"].encoding) == ("cp1252", "latin-1")
    assert (found["other"].optional, found["own"].optional) == (("note",), ())
    assert (found["f0"].nulls, found["own"].nulls) == (("",), ("", "NULL", "-"))


def test_defaults_of_a_mapping() -> None:
    found = mapping_of(f"{HEAD}files: {{a: a.csv}}\nentities: [{{from: a, type: seller, id: id}}]\n")
    assert (found.time_zone, found.time_formats, found.decimal) == ("UTC", ("iso",), ".")
    (entity,) = found.entities
    assert (entity.market, entity.name, entity.described_at, entity.merged) == (Cell(constant="BR"), None, None, None)


def test_what_is_said_wins_over_the_defaults() -> None:
    head = 'time_zone: America/Sao_Paulo\ntime_formats: ["%d/%m/%Y %H:%M", epoch_ms]\ndecimal: ","\n'
    found = mapping_of(f"{HEAD}{head}files: {{a: a.csv}}\nevents: []\n")
    assert (found.time_zone, found.time_formats) == ("America/Sao_Paulo", ("%d/%m/%Y %H:%M", "epoch_ms"))
    assert found.decimal == ","


def test_a_market_given_from_outside_wins() -> None:
    found = parse_mapping(f"{HEAD}files: {{a: a.csv}}\n{EVENT % ''}", "m", market="DE")
    assert isinstance(found, ImportMapping)
    assert found.events[0].market == Cell(constant="DE")


def test_the_word_no_is_norway() -> None:
    found = mapping_of(f"source: shop\nmarket: NO\nfiles: {{a: a.csv}}\n{EVENT % ''}")
    assert found.events[0].market == Cell(constant="NO")


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("note", Cell(columns=("note",))),
        ('"{a}/{b} {{x}}"', Cell(columns=("a", "b"), template="{}/{} {{x}}")),
        ("{template: '{a}'}", Cell(columns=("a",), template="{}")),
        ("{column: n, type: int}", Cell(columns=("n",), type=CellType.INT)),
        ("{column: n, rename: {x: y}}", Cell(columns=("n",), renamed={"x": "y"})),
        ("{first: [a, b], type: double}", Cell(columns=("a", "b"), type=CellType.DOUBLE)),
        ("{constant: 5, type: int}", Cell(constant=5, type=CellType.INT)),
        ("{constant: no}", Cell(constant="no")),
    ],
)
def test_where_a_value_comes_from(cell: str, wanted: Cell) -> None:
    assert event_with(f", payload: {{mine: {cell}}}").payload == {"mine": wanted}


def test_payload_fields_of_rules_have_their_type_already() -> None:
    found = event_with(", payload: {amount: a, rating: b, title: c, dispatch_due_at: d, own: e}").payload
    assert {name: cell.type.value for name, cell in found.items()} == {
        "amount": "double", "rating": "int", "title": "string", "dispatch_due_at": "timestamp", "own": "string",
    }  # fmt: skip


def test_type_and_market_may_come_from_the_rows() -> None:
    (event,) = mapping_of(
        "source: s\nfiles: {a: a.csv}\nevents:\n  - {from: a, type: {column: kind}, id: id, occurred_at: at,"
        " market: {column: country}, roles: {victim: {id: v, type: buyer, missing: leave_out}, seller: s}}\n"
    ).events
    assert (event.type, event.market) == (Cell(columns=("kind",)), Cell(columns=("country",)))
    assert [(role.role, role.type, role.missing) for role in event.roles] == [
        ("seller", "seller", MissingRole.REJECT),
        ("victim", "buyer", MissingRole.LEAVE_OUT),
    ]


def test_conditions() -> None:
    asked = (
        ", when: [{column: a, present: true}, {column: b, present: false}, {column: c, equals: x},"
        " {column: d, equals: 5}, {column: e, equals: true}, {column: f, equals: false}, {column: g, in: [1.5, y]},"
        " {column: h, not_in: [z]}]"
    )
    assert [(test.column, test.kind, test.values) for test in event_with(asked).when] == [
        ("a", Asked.PRESENT, frozenset()),
        ("b", Asked.ABSENT, frozenset()),
        ("c", Asked.IN, {"x"}),
        ("d", Asked.IN, {"5"}),
        ("e", Asked.IN, {"true"}),
        ("f", Asked.IN, {"false"}),
        ("g", Asked.IN, {"1.5", "y"}),
        ("h", Asked.NOT_IN, {"z"}),
    ]


def test_tables() -> None:
    text = f"""{HEAD}
files: {{items: i.csv, orders: o.csv}}
tables:
  sums:
    from: items
    group_by: [order, seller]
    columns: {{total: {{sum: price}}, rows: {{count: rows}}}}
  sales:
    from: sums
    join:
      - {{to: orders, on: order}}
      - {{to: orders, on: [order, seller], missing: keep, many: true}}
      - {{to: items, on: {{order: number}}, missing: only}}
  one: {{from: items, group_by: order}}
events: []
"""
    found = mapping_of(text).tables
    assert found["sums"].folds == {"total": FoldSpec(Fold.SUM, "price"), "rows": FoldSpec(Fold.COUNT, None)}
    assert found["sums"].group_by == ("order", "seller")
    assert found["one"].group_by == ("order",)
    assert found["sales"].joins == (
        JoinSpec("orders", (("order", "order"),), Missing.REJECT, False),
        JoinSpec("orders", (("order", "order"), ("seller", "seller")), Missing.KEEP, True),
        JoinSpec("items", (("order", "number"),), Missing.ONLY, False),
    )


@pytest.mark.parametrize(
    "form", ["iso", "epoch_s", "%d/%m/%Y", "%Y%m%dT%H%M%S%z", "%y-%j", "%G-W%V-%u", "%d %b %Y %I:%M %p", "%Y %U %w"]
)
def test_forms_of_times_that_tell_a_day(form: str) -> None:
    assert check_form(form) is None
