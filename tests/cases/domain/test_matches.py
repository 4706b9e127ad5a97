from datetime import UTC, datetime
from typing import Any

import pytest

from cases.domain.matches import matched_spans
from policies.rulelang import STRING, Field, Record, Schema, check, explain

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SCHEMA = Schema.build(
    fields={name: Field(type=STRING, nullable=True) for name in ("title", "text", "seller.name")},
    lists={"words": STRING},
)
LISTS = {"words": frozenset({"aaa replica", "replica nova"})}


def spans(condition: str, payload: dict[str, Any]) -> dict[str, list[str]]:
    """Explain a real condition on a payload and return the marked words."""
    tree = explain(check(condition, SCHEMA).require(), Record(payload, NOW, LISTS)).as_json()
    found = matched_spans({"tree": tree}, payload)
    return {name: [payload[name][start:end] for start, end in pieces] for name, pieces in found.items()}


@pytest.mark.parametrize(
    ("condition", "marked"),
    [
        ('lower(title).contains("aaa")', ["AAA"]),
        ('title.contains("a")', ["a", "a", "a"]),
        ('title.startsWith("Bolsa")', ["Bolsa"]),
        ('lower(title).endsWith("nova")', ["Nova"]),
        ('lower(title).matches("r[e3]pl[i1]ca")', ["Replica"]),
        ('title.matches("[A-Z]+")', ["B", "AAA", "R", "N"]),
        ('title.matches("Nova$")', ["Nova"]),
        ("lists.words.exists(word, lower(title).contains(word))", ["AAA Replica Nova"]),
        ('title.contains("Bolsa") && !title.contains("zzz")', ["Bolsa"]),
        ('title.contains("") && title.contains("Nova")', ["Nova"]),
    ],
)
def test_the_words_that_made_the_rule_true_are_marked(condition: str, marked: list[str]):
    assert spans(condition, {"title": "Bolsa AAA Replica Nova", "text": None}) == {"title": marked}


@pytest.mark.parametrize(
    "condition",
    [
        'title == "Bolsa AAA Replica Nova"',
        '!title.contains("zzz")',
        'title.contains("zzz") || true',
        'text == null || text.contains("a")',
        'title.matches("x*")',
        '"Bolsa AAA".contains(title) || title != ""',
        'seller.name.contains("Loja")',
    ],
)
def test_nothing_is_marked_that_no_words_of_the_event_decided(condition: str):
    payload = {"title": "Bolsa AAA Replica Nova", "text": None, "seller": {"name": "Loja"}}
    assert spans(condition, payload) == {}


def test_each_field_has_its_own_marks():
    found = spans('title.contains("AAA") || lower(text).contains("aaa")', {"title": "AAA", "text": "so aaa"})
    assert found == {"title": ["AAA"], "text": ["aaa"]}


@pytest.mark.parametrize(
    "trace",
    [
        {},
        {"tree": None},
        {"tree": {"kind": "comparison", "truth": "true"}},
        {
            "tree": {
                "kind": "comparison",
                "truth": "true",
                "text": 'title.matches("(")',
                "children": [{"kind": "field", "text": "title", "value": "a("}, {"kind": "constant", "value": "("}],
            }
        },
        {
            "tree": {
                "kind": "comparison",
                "truth": "true",
                "text": 'title.contains("b")',
                "children": [{"kind": "field", "text": "title", "value": "b?"}, {"kind": "constant", "value": "b"}],
            }
        },
    ],
)
def test_a_trace_that_says_nothing_of_text_marks_nothing(trace: dict[str, Any]):
    assert matched_spans(trace, {"title": "a" if "contains" in str(trace) else "a("}) == {}
