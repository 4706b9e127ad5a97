"""Rules files are read with the places of what is wrong; events are answered one by one."""

import json

import pytest

from policies.rulelang import BOOL, DOUBLE, STRING, Field
from policies.rulelang.files import (
    EventError,
    build_ruleset,
    check_file,
    draw_tree,
    evaluate_lines,
    explain_event,
    load_rules,
)
from policies.rulelang.moments import parse_timestamp
from policies.rulelang.yaml_form import RulesFileError

FILE = """\
fields:
  id: string
  amount: "double?"
  country: string?
  occurred_at: timestamp
  seller.late_rate: {type: "double?", unit: share, doc: Share of late dispatches., label: late rate}
lists: {high_risk: [NG, NO, "RU"], codes: [1, 0x], limits: [1, 2.5e3, .5, -3]}
outcomes: [block, hold, review, warn, label]
rules:
  - {id: R1, when: 'amount >= 1000 && country in lists.high_risk', outcome: hold}
  - {id: A1, lane: allow, when: 'country == "SG"', outcome: allow}
  - id: R2
    when: |
      // late
      seller.late_rate > 0.1
        && days_since(occurred_at) < 30
    outcome: review
    priority: 7
    title: Late sellers
  - {id: 7, when: true, outcome: label}
""".replace("[1, 0x]", '["1", 0x]')


def event(**changes):
    base = {"id": "e1", "amount": 2000, "country": "NO", "occurred_at": "2026-01-01T00:00:00Z"}
    return json.dumps({**base, **changes})


def answers(*lines, text=FILE, now=None):
    file = load_rules(text)
    return list(evaluate_lines(file, build_ruleset(file), lines, now))


def problems_of(text):
    with pytest.raises(RulesFileError) as caught:
        build_ruleset(load_rules(text))
    return [str(problem) for problem in caught.value.problems]


def test_a_file_is_read_and_words_stay_words():
    file = load_rules(FILE)
    assert file.schema.fields["seller.late_rate"] == Field(
        DOUBLE, nullable=True, unit="share", doc="Share of late dispatches.", label="late rate"
    )
    assert file.lists["high_risk"] == {"NG", "NO", "RU"}
    assert file.schema.lists == {"high_risk": STRING, "codes": STRING, "limits": DOUBLE}
    assert file.lists["limits"] == {1, 2500.0, 0.5, -3}
    assert [rule.spec.id for rule in file.rules] == ["R1", "A1", "R2", "7"]
    assert [rule.spec.priority for rule in file.rules] == [0, 0, 7, 0]
    assert file.rules[3].spec.when == "true"


def test_a_right_file_is_reported_rule_by_rule():
    assert check_file(FILE) == [{"rule": rule, "ok": True} for rule in ("R1", "A1", "R2", "7")]


def test_outcomes_have_a_default_and_lists_may_be_missing():
    text = "fields: {id: string}\nrules: [{id: A, when: 'true', outcome: warn}, {id: B, lane: allow, when: 'false'}]"
    file = load_rules(text)
    assert file.outcomes[0] == "block"
    assert [rule.spec.outcome for rule in file.rules] == ["warn", "allow"]
    [first, second] = check_file(text)
    assert first == {"rule": "A", "ok": True}
    assert second["ok"] is True
    assert second["warnings"][0]["code"] == "constant"


@pytest.mark.parametrize(
    ("old", "new", "place", "in_condition"),
    [
        ("amount >= 1000", "amout >= 1000", (10, 21), (1, 1)),
        ('country == "SG"', 'country == "SG" && amout > 1', (11, 53), (1, 20)),
        ("&& days_since", "&& days_sinc", (16, 12), (3, 6)),
        ("seller.late_rate > 0.1", "seller.late > 0.1", (15, 7), (2, 1)),
        ("when: true", "when: 'a\n    b'", (20, 19), (1, 3)),
        ("when: true", 'when: "\\u0061mout > 1"', (20, 19), (1, 1)),
        ("when: true", "when: amout > 1", (20, 19), (1, 1)),
        ("when: |", "when: >", (13, 11), (2, 3)),
    ],
)
def test_errors_in_conditions_have_two_places(old, new, place, in_condition):
    assert old in FILE
    text = FILE.replace(old, new)
    [error] = [error for report in check_file(text) for error in report.get("errors", ())][:1]
    assert error["where"] == "condition"
    assert (error["file_line"], error["file_column"]) == place
    assert (error["line"], error["column"]) == in_condition
    assert {"message", "hint", "code"} <= set(error)
    assert problems_of(text)[0].startswith(f"line {place[0]}, column {place[1]}: ")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "outcome: hold",
            "outcome: hodl",
            "line 10, column 77: the outcome 'hodl' is not known; known are block, hold, review, warn, label.",
        ),
        ("lane: allow, ", "", "line 11, column 48: the outcome allow belongs to the allow lane; write lane: allow."),
        ("lane: allow", "lane: fast", "line 11, column 20: There is no lane fast. Lanes are main, allow."),
        ("id: A1", "id: R1", "line 11, column 10: R1 is used twice. Give each rule its own id."),
        (
            "priority: 7",
            "priority: high",
            "line 18, column 15: priority must be a whole number. Higher comes first; without it: 0.",
        ),
        (
            "priority: 7",
            "priority: [7]",
            "line 18, column 15: priority must be a whole number. Higher comes first; without it: 0.",
        ),
        ("id: 7, ", "", "line 20, column 5: id is missing. Add id: to the rule."),
        ("when: true, ", "", "line 20, column 5: when is missing. Add when: to the rule."),
        ("when: true", "when: ''", "line 20, column 19: when must be a text. Put it in quotes."),
        ("when: true", "when: [a]", "line 20, column 19: when must be a text. Put it in quotes."),
        (
            ", outcome: label",
            "",
            "line 20, column 5: outcome is missing. Add outcome: to the rule.",
        ),
        ("outcome: label", "outcome: []", "line 20, column 34: outcome must be a text. Put it in quotes."),
        ("{id: 7, when: true,", "{id: 7, when: true, lane: [x],", "line 20, column 31: lane must be a text."),
        (
            "title: Late",
            "titel: Late",
            "line 19, column 5: titel is not known here. A rule has id, when, outcome, lane, priority, title",
        ),
        (
            "{id: 7, when: true, outcome: label}",
            "seven",
            "line 20, column 5: A rule must be a mapping. Write name: value.",
        ),
    ],
)
def test_faults_of_single_rules_stay_with_them(old, new, problem):
    assert old in FILE
    text = FILE.replace(old, new)
    assert any(found.startswith(problem) for found in problems_of(text))
    wrong = [report for report in check_file(text) if not report["ok"]]
    assert len(wrong) == 1
    assert wrong[0]["errors"][0]["where"] == "file"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1, column 1: The file is empty. It needs fields: and rules:."),
        ("[1]", "line 1, column 1: The file must be a mapping. Write name: value."),
        (
            "a: [",
            "line 1, column 5: This is no YAML: expected the node content, but found '<stream end>'. Check q",
        ),
        (
            "b: 1\na: \x07",
            "line 2, column 4: The file holds a sign that YAML forbids: special characters are not allowed.",
        ),
        ("[" * 10_000, "line 1, column 1: The file is nested too deep. Flatten it."),
        ("# " + "x" * 5_000_000, "line 1, column 1: The file has more than 5000000 characters. Split it."),
        ("rules: []", "line 1, column 1: fields: is missing. Add fields: to the file."),
        ("fields: {}", "line 1, column 1: rules: is missing. Add rules: to the file."),
        (
            "fields: {}\nrules: []\nrule: []",
            "line 3, column 1: rule is not known here. A rules file has fields, lists, outcomes, rules.",
        ),
        (
            "fields: {}\nrules: {}",
            "line 2, column 8: rules must be a list. Write [a, b], or one line per entry with - before it.",
        ),
        ("fields: []\nrules: []", "line 1, column 9: fields must be a mapping. Write name: value."),
        (
            "fields: {a: text}\nrules: []",
            "line 1, column 13: a: 'text' is no type; write bool, int, double, string, timestamp, duration o",
        ),
        (
            "fields: {a: [int]}\nrules: []",
            "line 1, column 13: a: '' is no type; write bool, int, double, string, timestamp, duration or li",
        ),
        (
            "fields: {a: {type: int, tpye: x}}\nrules: []",
            "line 1, column 25: tpye is not known here. A field has type, doc, unit, label.",
        ),
        ("fields: {a: {type: int, doc: [x]}}\nrules: []", "line 1, column 30: doc must be a text. Put it in quotes."),
        ("fields: {a: int, a: int}\nrules: []", "line 1, column 18: a stands twice in fields. Keep one of the two."),
        (
            "fields: {[a]: int}\nrules: []",
            "line 1, column 10: A name in fields must be a single word. Write name: value.",
        ),
        (
            "fields: {b: int, 1a: int}\nrules: []",
            "line 1, column 18: 1a: a name consists of letters, digits and _ and begins with a letter, not w",
        ),
        (
            "fields: {}\nlists: {a b: [x]}\nrules: []",
            "line 2, column 9: lists.a b: a name consists of letters, digits and _ and begins with a letter,",
        ),
        ("fields: {}\nlists: {a: [[x]]}\nrules: []", "line 2, column 13: An entry of a must be a single value."),
        (
            "fields: {}\nlists: {a: [x, true]}\nrules: []",
            "line 2, column 12: a: the entries must be all text or all numbers; put quotes around words such",
        ),
        (
            "fields: {}\nlists: {a: [1, 36893488147419103232]}\nrules: []",
            "line 2, column 12: a: 36893488147419103232 is",
        ),
        ("fields: {}\nlists: {a: [1.5, 1e999]}\nrules: []", "line 2, column 12: a: a number is too large for a double"),
        (
            "fields: {}\noutcomes: [hold, allow]\nrules: []",
            "line 2, column 11: Each outcome stands once, and allow is not among them. allow is the outcome",
        ),
        (
            "fields: {}\noutcomes: [hold, hold]\nrules: []",
            "line 2, column 11: Each outcome stands once, and allow is not among them. allow is the outcome",
        ),
    ],
)
def test_files_that_cannot_be_used(text, problem):
    assert any(found.startswith(problem) for found in problems_of(text))
    [report] = check_file(text)
    assert report["rule"] is None
    assert report["ok"] is False


def test_leading_zeros_yes_and_quoted_numbers_are_text():
    text = "fields: {}\nlists: {a: [007, yes, off, '12', 1_000, ~x]}\nrules: []"
    assert load_rules(text).lists["a"] == {"007", "yes", "off", "12", "1_000", "~x"}


def test_aliases_and_cycles_do_no_harm():
    assert problems_of("fields: &a {b: *a}\nrules: []")
    assert problems_of("fields: {}\nlists: {x: &a [*a]}\nrules: []")


def test_events_are_answered_in_order_and_errors_stay_with_their_event():
    assert answers(
        event(),
        "",
        event(id="e2", amount="x"),
        "{bad",
        "[1]",
        event(id="e3", country="SG"),
        event(id="e4", amount=None),
        event(id=5),
        '{"id": "e6", "amount": NaN}',
        '{"id": "e7"}',
        "[" * 100_000,
    ) == [
        {"id": "e1", "outcome": "hold", "hits": [{"rule": "R1", "outcome": "hold"}, {"rule": "7", "outcome": "label"}]},
        {"id": "e2", "error": "line 3: amount: 'x' does not fit, the schema wants a number (double?)"},
        {"id": None, "error": answers("{bad")[0]["error"].replace("line 1: this", "line 4: this")},
        {"id": None, "error": 'line 5: an event is a JSON object: {"id": "1", …}'},
        {"id": "e3", "outcome": "allow", "hits": [{"rule": "A1", "outcome": "allow"}]},
        {"id": "e4", "outcome": "label", "hits": [{"rule": "7", "outcome": "label"}]},
        {"id": 5, "error": "line 8: id: 5 does not fit, the schema wants text (string)"},
        {"id": "e6", "error": "line 9: this is no JSON: NaN is no number"},
        {"id": "e7", "error": "line 10: occurred_at: nothing is there, the schema wants a point in time (timestamp)"},
        {"id": None, "error": answers("[" * 100_000)[0]["error"].replace("line 1", "line 11")},
    ]


def test_the_instant_is_given_or_that_of_the_event():
    late = event(country="SE", seller={"late_rate": 0.2})
    assert answers(late)[0]["outcome"] == "review"
    assert answers(late, now=parse_timestamp("2026-03-01T00:00:00Z"))[0]["outcome"] == "label"


@pytest.mark.parametrize(
    ("fields", "values", "outcome"),
    [
        ("event.occurred_at: timestamp", {"event": {"occurred_at": "2026-01-01T00:00:00Z"}}, "warn"),
        ("since: timestamp", {"since": "2026-01-01T00:00:00Z", "event": 5}, "allow"),
    ],
)
def test_the_instant_may_stand_under_event(fields, values, outcome):
    name = fields.split(":")[0]
    text = f"fields: {{{fields}}}\nrules: [{{id: A, when: 'days_since({name}) < 1', outcome: warn}}]"
    assert answers(json.dumps({"id": "1", **values}), text=text)[0]["outcome"] == outcome


def test_an_event_is_explained_rule_by_rule():
    file = load_rules(FILE)
    explained = explain_event(file, build_ruleset(file), event(country="SG", seller={"late_rate": 0.142}))
    assert [(answer["rule"], answer["truth"]) for answer in explained] == [
        ("R1", "false"),
        ("A1", "true"),
        ("R2", "true"),
        ("7", "true"),
    ]
    late = explained[2]
    assert late["because"] == [
        "late rate (14.2 %) is above 10 %",
        "the days since occurred at (2026-01-01T00:00:00Z) is below 30",
    ]
    assert late["meaning"] == "late rate is above 10 % and the days since occurred at is below 30"
    lines = list(draw_tree(late["tree"]))
    assert lines[0].startswith("  ✓ All of these hold")
    assert lines[1] == "    ✓ late rate (14.2 %) is above 10 %   [seller.late_rate > 0.1]"
    assert lines[2] == "      · late rate: 14.2 %   [seller.late_rate]"
    json.dumps(explained)


def test_an_event_that_does_not_fit_is_not_explained():
    file = load_rules(FILE)
    with pytest.raises(EventError, match="amount: 'x' does not fit"):
        explain_event(file, build_ruleset(file), event(amount="x"))


def test_rules_without_identifiers_are_each_reported():
    text = "fields: {}\nrules: [{when: 'true', outcome: warn}, {when: 'true', outcome: warn}]"
    assert [report["rule"] for report in check_file(text)] == [None, None]
    assert len(problems_of(text)) == 2


def test_nullable_conditions_from_a_file():
    text = "fields: {ok: 'bool?'}\nrules: [{id: A, when: ok, outcome: warn}]"
    assert load_rules(text).schema.fields["ok"] == Field(BOOL, nullable=True)
    assert [found["outcome"] for found in answers('{"ok": true}', '{"ok": null}', "{}", text=text)] == [
        "warn",
        "allow",
        "allow",
    ]
