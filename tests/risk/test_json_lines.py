"""A refused text is shown line by line, untouched, with each problem at its place."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risk.domain.json_lines import lay_out, place_problems

TEXT = '{"id": 12345678901234567890123, "entities":{"seller":{"id":"S,1 }"}},"tags":[1, {"a":[]}], "x":{}}'


def test_every_value_keeps_its_characters_and_gets_a_line() -> None:
    assert [line.text for line in lay_out(TEXT)] == [
        "{",
        '  "id": 12345678901234567890123,',
        '  "entities": {',
        '    "seller": {',
        '      "id": "S,1 }"',
        "    }",
        "  },",
        '  "tags": [',
        "    1,",
        "    {",
        '      "a": []',
        "    }",
        "  ],",
        '  "x": {}',
        "}",
    ]


def test_problems_stand_at_their_field_or_at_what_is_around_it() -> None:
    lines = lay_out(TEXT)

    def line_of(field: str) -> str:
        (index,) = place_problems(lines, [{"field": field, "message": "is wrong"}])
        return lines[index].text.strip()

    assert line_of("id") == '"id": 12345678901234567890123,'
    assert line_of("entities.seller.id") == '"id": "S,1 }"'
    assert line_of("entities.seller.name") == '"seller": {'
    assert line_of("entities.buyer.name.first") == '"entities": {'
    assert line_of("tags[1].a[4]") == '"a": []'
    assert line_of("tags[0]") == "1,"
    assert line_of("x (a key)") == '"x": {}'
    assert line_of("market") == "{"
    assert line_of("") == "{"


def test_problems_of_one_line_stand_together() -> None:
    problems = [{"field": "id", "message": "one"}, {"field": "id", "message": "two"}]
    assert place_problems(lay_out(TEXT), problems) == {1: problems}


def test_what_is_no_json_is_shown_as_it_is() -> None:
    assert [line.text for line in lay_out('{"id": 5,\n nonsense')] == ['{"id": 5,', " nonsense"]
    assert [line.text for line in lay_out("")] == [""]
    deep = "[" * 100 + "]" * 100
    assert [line.text for line in lay_out(deep)] == [deep]
    assert place_problems(lay_out("a;b"), [{"field": "market", "message": "is missing"}]).keys() == {0}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(value=VALUES)
def test_the_layout_means_the_same(value: object) -> None:
    assert json.loads("\n".join(line.text for line in lay_out(json.dumps(value)))) == value
