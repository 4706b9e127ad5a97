"""Rows of files become descriptions of entities, or are refused with everything that is wrong with them."""

import json
from typing import Any

import pytest

from risk.domain.events import MAX_ATTRIBUTES_BYTES
from risk.domain.mapping.entity_rendering import DrawnEntities, EntityRenderer
from tests.risk.mapping.reading import MARKETS, NOW, chunk_of, mapping_of, values_of

TEXT = """source: shop
files: {people: p.csv}
entities:
  - from: people
    type: {column: kind}
    id: id
    market: {column: land}
    name: full
    attributes: {city: town, since: {column: since, type: timestamp}}
    attributes_from: more
    described_at: at
"""
ROW = {
    "kind": "seller", "id": "S1", "land": "BR", "full": "Loja", "town": "Recife", "since": "2020-01-01",
    "more": '{"tier": 2, "city": "Olinda", "gone": null}', "at": "2026-02-01",
}  # fmt: skip


def draw(*rows: dict[str, Any], text: str = TEXT) -> DrawnEntities:
    mapping = mapping_of(text)
    renderer = EntityRenderer(mapping.entities[0], values_of(mapping), MARKETS, NOW)
    return renderer.render(chunk_of(*rows, columns=tuple(ROW)))


def test_a_sound_row_describes_an_entity() -> None:
    (found,) = draw(ROW).described
    assert (found.market, found.type, found.external_id, found.name) == ("BR", "seller", "S1", "Loja")
    assert found.attributes == {"tier": 2, "city": "Recife", "since": "2020-01-01T00:00:00Z"}
    assert found.described_at == "2026-02-01T00:00:00.000000+00:00"


def test_what_a_row_does_not_tell_is_left_out() -> None:
    rows = [{"kind": "buyer", "id": "B1", "land": "DE", "full": ""}]
    (found,) = draw(*rows).described
    assert (found.name, found.attributes, found.described_at) == (None, {}, None)
    plain = "source: s\nmarket: BR\nfiles: {people: p.csv}\nentities: [{from: people, type: seller, id: id}]\n"
    (found,) = draw(ROW, text=plain).described
    assert (found.name, found.attributes, found.described_at) == (None, {}, None)


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"land": "XX"}, [("market", "XX is not a market here")]),
        ({"land": None}, [("market", "is missing")]),
        ({"kind": "saler"}, [("type", "saler is not an entity type")]),
        ({"kind": None}, [("type", "is missing")]),
        ({"id": None}, [("id", "is missing")]),
        ({"id": "a\tb"}, [("id", "holds a control character")]),
        ({"full": "L" * 300}, [("name", "has 300 characters")]),
        ({"town": "x" * MAX_ATTRIBUTES_BYTES}, [("attributes", "has 17 KB")]),
        ({"since": "once"}, [("attributes.since", "'once' is not a time of the form iso")]),
        ({"more": "[1]"}, [("attributes", "is not a JSON object")]),
        ({"more": "{"}, [("attributes", "is not a JSON object")]),
        ({"more": 5}, [("attributes", "is not a JSON object")]),
        ({"more": "[" * 1500}, [("attributes", "is not a JSON object")]),
        ({"at": "1999-01-01"}, [("described_at", "is before 2000 or in the future")]),
        ({"at": "2030-01-01"}, [("described_at", "is before 2000 or in the future")]),
        (
            {"id": None, "land": "XX", "at": "never"},
            [
                ("described_at", "'never' is not a time of the form iso"),
                ("market", "XX is not a market here"),
                ("id", "is missing"),
            ],
        ),
    ],
)
def test_what_is_wrong_with_a_row_is_told_by_field(change: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    drawn = draw({**ROW, **change})
    assert not drawn.described
    (refusal,) = drawn.refused
    assert [(problem.field, problem.message) for problem in refusal.problems] == problems
    assert all(problem.hint for problem in refusal.problems)


def test_a_refusal_names_columns_and_keeps_what_was_read() -> None:
    (refusal,) = draw({**ROW, "id": None}).refused
    assert (refusal.index, refusal.kind, refusal.market) == (0, "seller", "BR")
    assert (refusal.columns["id"], refusal.columns["attributes"]) == ("id", "more")
    assert json.loads(refusal.raw)["name"] == "Loja"
    (stranger,) = draw({**ROW, "kind": "saler", "land": "XX"}).refused
    assert (stranger.kind, stranger.market) == ("unknown", "")


def test_conditions_choose_the_rows() -> None:
    text = TEXT + "    when: {column: town, equals: Recife}\n"
    drawn = draw(ROW, {**ROW, "id": "S2", "town": "Olinda", "more": "broken"}, text=text)
    assert [item.external_id for item in drawn.described] == ["S1"]
    assert drawn.refused == []
