"""A pack with a mistake is refused with the place of the mistake, the reason and what to do."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policies.domain.packs import Pack, read_pack
from policies.domain.policies import parse_policy
from policies.domain.reading import Problem
from policies.domain.schemes import SchemeSpec, parse_scheme
from policies.domain.signals import parse_scorecard, parse_signal
from policies.domain.trees import parse_tree
from policies.pack_files import MOST_BYTES, SHIPPED_PACKS, load_pack_files
from tests.builders.policies import SCHEME as SCHEME_DATA
from tests.builders.policies import pack_files

POLICY = "policies/PERF-LATE.yaml"
SCHEME = "schemes/accumulate.yaml"
CARD: dict[str, Any] = {
    "entity_type": "seller",
    "version": 1,
    "effective_from": "2026-01-01",
    "maximum": 100,
    "bands": [{"name": "low", "starts_at": 0}, {"name": "high", "starts_at": 50}],
    "parts": [
        {
            "signal": "late_dispatch_rate_30d",
            "null_points": 0,
            "bins": [{"starts_at": 0, "points": 0}, {"starts_at": 0.1, "points": 100}],
        }
    ],
}


def problems_of(files: dict[str, Any]) -> tuple[Problem, ...]:
    found = read_pack(files)
    assert not isinstance(found, Pack), "the mistake went unnoticed"
    return found


def spoilt(file: str, *steps: str | int, value: Any) -> dict[str, Any]:
    """Return the files of the small pack with one value replaced; steps lead to it."""
    files = pack_files()
    files["signals.yaml"]["score"] = [CARD | {"parts": list(CARD["parts"])}]
    *way, last = steps
    place: Any = files[file]
    for step in way:
        place = place[step]
    place[last] = value
    return files


def test_the_small_pack_itself_is_sound() -> None:
    files = spoilt("pack.yaml", "title", value="Sound")
    assert isinstance(read_pack(files), Pack)


@pytest.mark.parametrize(
    ("file", "steps", "value", "path", "reason", "hint"),
    [
        # head
        ("pack.yaml", ["id"], "Not A Name", "id", "Not A Name is not well formed", "small letters"),
        ("pack.yaml", ["version"], 1, "version", "expected text, found 1", "in quotes"),
        ("pack.yaml", ["locales"], ["pt"], "locales", "en is missing", "English"),
        ("pack.yaml", ["locales"], "en", "locales", "expected a list, found 'en'", "- "),
        ("pack.yaml", ["locales"], [], "locales", "the list is empty", "at least one"),
        ("pack.yaml", ["licence"], "", "licence", "expected text, found ''", "text"),
        ("pack.yaml", ["extra"], 1, "extra", "unknown key extra", "Known keys"),
        ("pack.yaml", ["title"], "x" * 121, "title", "the text has 121 characters", "at most 120"),
        # taxonomy
        (
            "taxonomy.yaml",
            ["nodes", 1, "parent"],
            "performence",
            "nodes[1].parent",
            "not in the taxonomy",
            "performance",
        ),
        ("taxonomy.yaml", ["nodes", 1, "code"], "performance", "nodes[1].code", "performance is there twice", "one"),
        (
            "taxonomy.yaml",
            ["nodes", 0, "parent"],
            "performance.dispatch",
            "nodes[0].parent",
            "performance is its own ancestor",
            "circle",
        ),
        ("taxonomy.yaml", ["nodes"], {"a": 1}, "nodes", "expected a list, found keys and values", "- "),
        ("taxonomy.yaml", ["nodes", 0], "x", "nodes[0]", "expected keys and values, found 'x'", "code"),
        ("taxonomy.yaml", ["nodes", 0, "code"], "a" * 41, "nodes[0].code", "has 41 characters", "at most 40"),
        # policies
        (POLICY, ["code"], "PERF-LATER", "code", "not named after its policy", "PERF-LATER.yaml"),
        (POLICY, ["node"], "performance.dispach", "node", "is not in the taxonomy", "performance.dispatch"),
        (POLICY, ["subjects"], ["seler"], "subjects[0]", "seler is not a known entity type", "seller"),
        (POLICY, ["subjects"], [], "subjects", "the list is empty", "at least one"),
        (POLICY, ["title"], {"en": "Late"}, "title", "locale pt is missing", "Add pt"),
        (POLICY, ["title", "fr"], "Tard", "title.fr", "locale fr is not one of the pack", "en, pt"),
        (POLICY, ["title"], "Late", "title", "expected keys and values, found 'Late'", "key"),
        (POLICY, ["severity", "default"], "critical", "severity", "default critical is not between low", "Order"),
        (POLICY, ["severity", "min"], "lo", "severity.min", "unknown value 'lo'", "low"),
        (POLICY, ["severity", "min"], ["low"], "severity.min", "unknown value a list", "Choose one of"),
        (POLICY, ["dsa_category"], "STATEMENT_CATEGORY_SELFHARM", "dsa_category", "not a known category", "SELF_HARM"),
        (POLICY, ["dsa_keyword"], "KEYWORD_PISHING", "dsa_keyword", "not a known keyword", "KEYWORD_PHISHING"),
        (POLICY, ["dsa_keyword"], "KEYWORD_PHISHING", "dsa_keyword", "does not belong to STATEMENT", "null or one of"),
        (POLICY, ["dsa_ground"], "ILLEGAL", "dsa_ground", "unknown value 'ILLEGAL'", "DECISION_GROUND"),
        (POLICY, ["markets"], "BR", "markets", "BR is not a list", "[BR, ID]"),
        (POLICY, ["markets"], ["Brazil"], "markets[0]", "Brazil is not well formed", "two capital letters"),
        (POLICY, ["effective_from"], "soon", "effective_from", "expected a date, found 'soon'", "2026-07-01"),
        (POLICY, ["effective_from"], "2026-02-30", "effective_from", "not a day of the calendar", "real date"),
        (POLICY, ["legal_basis"], None, "legal_basis", "expected a list, found nothing", "- "),
        (POLICY, ["examples", "violation"], [], "examples.violation", "the list is empty", "at least one"),
        (
            POLICY,
            ["notice", "en", "body"],
            "Hi {facts} {actions}",
            "notice.en.body",
            "{appeal_until} is missing",
            "right",
        ),
        (
            POLICY,
            ["notice", "en", "body"],
            "{fact} {facts} {actions} {appeal_until}",
            "notice.en.body",
            "unknown placeholder {fact}",
            "facts",
        ),
        (POLICY, ["notice", "en", "title"], "{policy_title", "notice.en.title", "braces do not match", "{facts}"),
        # decision tree
        (POLICY, ["tree", "start"], "lat", "tree.start", "lat is neither a question nor an outcome", "late"),
        (POLICY, ["tree", "nodes", 0, "if_yes"], "exused", "tree.nodes[0].if_yes", "neither a question", "excused"),
        (POLICY, ["tree", "nodes", 1, "if_no"], "late", "tree.nodes[0]", "leads back to itself", "outcome"),
        (POLICY, ["tree", "nodes", 0, "if_yes"], "clean", "tree.nodes[1]", "excused cannot be reached", "late"),
        (POLICY, ["tree", "outcomes", 0, "id"], "late", "tree.outcomes[0]", "the id late is used twice", "ids"),
        (POLICY, ["tree", "outcomes", 0, "severity"], None, "tree.outcomes[0]", "needs a severity", "low"),
        (
            POLICY,
            ["tree", "outcomes", 1, "severity"],
            "low",
            "tree.outcomes[1].severity",
            "no_violation has no severity",
            "Remove",
        ),
        (
            POLICY,
            ["tree", "outcomes", 0, "severity"],
            "critical",
            "tree.outcomes[0].severity",
            "critical is outside the policy's range",
            "low to high",
        ),
        (POLICY, ["tree", "nodes"], [], "tree.nodes", "the list is empty", "at least one"),
        # schemes
        (SCHEME, ["direction"], "up", "direction", "unknown value 'up'", "accumulate, deplete"),
        (SCHEME, ["start"], 50, "start", "start 50 is outside the scheme", "0 to 48"),
        (SCHEME, ["start"], True, "start", "expected a whole number, found True", "0 to"),
        (SCHEME, ["start"], -1, "start", "-1 is out of range", "0 to"),
        (SCHEME, ["maximum"], 0, "maximum", "maximum 0 is not above minimum 0", "Raise"),
        (SCHEME, ["no_expiry_from"], 49, "no_expiry_from", "49 is outside the scheme", "0 to 48"),
        (SCHEME, ["milestones", 0, "at"], 0, "milestones[0].at", "milestone 0 is not above 0", "Order"),
        (SCHEME, ["milestones", 0, "at"], 49, "milestones[0].at", "milestone 49 is outside", "0 to 48"),
        (SCHEME, ["milestones", 0, "actions"], [], "milestones[0].actions", "the list is empty", "at least one"),
        (
            SCHEME,
            ["milestones", 0, "actions", 0, "kind"],
            "campain_block",
            "milestones[0].actions[0].kind",
            "unknown value",
            "campaign_block",
        ),
        (
            SCHEME,
            ["milestones"],
            [
                {"at": 24, "actions": [{"kind": "payout_hold", "days": 1}]},
                {"at": 12, "actions": [{"kind": "payout_hold", "days": 1}]},
            ],
            "milestones[1].at",
            "milestone 12 is not above 24",
            "Order",
        ),
        ("schemes/deplete.yaml", ["milestones", 0, "at"], 250, "milestones[0].at", "250 is not below 200", "Order"),
        (SCHEME, ["points", "default", "low"], 5, "points.default", "worse violation costs fewer", "grow"),
        (SCHEME, ["points", "default", "critical"], 49, "points.default.critical", "49 points are more", "0 to 48"),
        (SCHEME, ["points", "default"], {"low": 1}, "points.default", "points for medium are missing", "all four"),
        (
            SCHEME,
            ["points", "policies"],
            {"PERF-LATTE": {"low": 1}},
            "points.policies.PERF-LATTE",
            "is not a policy of the pack",
            "PERF-LATE",
        ),
        (
            SCHEME,
            ["points", "policies"],
            {"PERF-LATE": {"low": 1, "high": 3}},
            "points.policies.PERF-LATE",
            "points for medium are missing",
            "add it",
        ),
        (
            SCHEME,
            ["points", "policies"],
            {"PERF-LATE": {"low": 1, "medium": 2, "high": 99}},
            "points.policies.PERF-LATE.high",
            "99 points are more",
            "0 to 48",
        ),
        (SCHEME, ["repeat", "multipliers"], [1.5, 2], "repeat.multipliers", "must start at 1", "[1, 1.5, 2]"),
        (SCHEME, ["repeat", "multipliers"], [1, 3, 2], "repeat.multipliers", "not fall", "[1, 1.5, 2]"),
        (SCHEME, ["repeat", "multipliers"], [1, "2"], "repeat.multipliers[1]", "expected a number", "1 to 100"),
        (SCHEME, ["repeat", "multipliers"], [1, 101], "repeat.multipliers[1]", "101 is out of range", "1 to 100"),
        (SCHEME, ["is_default"], "yes", "is_default", "expected true or false, found 'yes'", "true or false"),
        (SCHEME, ["is_default"], False, "is_default", "0 schemes are the default", "exactly one"),
        ("schemes/deplete.yaml", ["is_default"], True, "is_default", "2 schemes are the default", "exactly one"),
        ("schemes/deplete.yaml", ["markets"], ["BR"], "markets[0]", "BR is there twice", "Keep one"),
        ("schemes/deplete.yaml", ["code"], "accumulate", "code", "accumulate is there twice", "Keep one"),
        # queues
        (
            "queues.yaml",
            ["queues", 0, "nodes"],
            ["performanse"],
            "queues[0].nodes[0]",
            "not in the taxonomy",
            "performance",
        ),
        (
            "queues.yaml",
            ["queues", 0, "nodes"],
            ["performance", "performance"],
            "queues[0].nodes[1]",
            "performance is there twice",
            "one",
        ),
        ("queues.yaml", ["queues", 0, "sla_hours", "high"], 99, "queues[0].sla_hours", "may wait longer", "fall"),
        # rules and lists
        ("rules.yaml", ["rules", 0, "policy"], "PERF-LAT", "rules[0].policy", "not a policy of the pack", "PERF-LATE"),
        ("rules.yaml", ["rules", 1, "id"], "LATE-30D", "rules[1].id", "LATE-30D is there twice", "Keep one"),
        (
            "rules.yaml",
            ["rules", 0, "when"],
            "seller.id in lists.trusted",
            "rules[0].when",
            "lists.trusted",
            "trusted_sellers",
        ),
        ("rules.yaml", ["rules", 0, "target"], {}, "rules[0].target", "events or at an entity", "exactly one"),
        (
            "rules.yaml",
            ["rules", 0, "target"],
            {"entity": "seller", "events": ["login"]},
            "rules[0].target",
            "events or at an entity",
            "exactly one",
        ),
        (
            "rules.yaml",
            ["rules", 0, "target"],
            {"events": ["logins"]},
            "rules[0].target.events[0]",
            "event type",
            "login",
        ),
        (
            "rules.yaml",
            ["rules", 0, "target"],
            {"entity": "buyer"},
            "rules[0].target.entity",
            "does not speak of",
            "Add",
        ),
        ("rules.yaml", ["rules", 0, "outcome"], "reviews", "rules[0].outcome", "unknown value 'reviews'", "review"),
        ("rules.yaml", ["lists", 0, "entries"], ["a", "a"], "lists[0].entries[1]", "a is listed twice", "Keep one"),
        # signals and scorecards
        ("signals.yaml", ["signals", 0, "unit"], "count", "signals[0].unit", "count does not fit", "rate is a share"),
        ("signals.yaml", ["signals", 0, "definition"], {}, "signals[0].definition", "count is missing", "Add count"),
        ("signals.yaml", ["signals", 0, "window_days"], 0, "signals[0].window_days", "0 is out of range", "1 to"),
        (
            "signals.yaml",
            ["score", 0, "maximum"],
            90,
            "score[0].parts",
            "add up to 100 at most, the maximum is 90",
            "equal",
        ),
        (
            "signals.yaml",
            ["score", 0, "entity_type"],
            "buyer",
            "score[0].parts[0].signal",
            "not a signal of buyer",
            "Add",
        ),
        (
            "signals.yaml",
            ["score", 0, "bands"],
            [{"name": "low", "starts_at": 10}],
            "score[0].bands",
            "the first step starts at 10",
            "Start at 0",
        ),
        (
            "signals.yaml",
            ["score", 0, "bands"],
            [{"name": "low", "starts_at": 0}, {"name": "high", "starts_at": 100}],
            "score[0].bands[1].starts_at",
            "no score reaches band high",
            "below 100",
        ),
        (
            "signals.yaml",
            ["score", 0, "parts"],
            [{"signal": "late_dispatch_rate_30d", "null_points": 100, "bins": []}],
            "score[0].parts[0].bins",
            "the list is empty",
            "at least one",
        ),
        (
            "signals.yaml",
            ["score", 0, "parts"],
            [
                {
                    "signal": "late_dispatch_rate_30d",
                    "null_points": 0,
                    "bins": [{"starts_at": 0, "points": 100}, {"starts_at": 0, "points": 0}],
                }
            ],
            "score[0].parts[0].bins",
            "the steps do not rise",
            "Order",
        ),
        # macros
        ("macros.yaml", ["macros", 0, "node"], "performence", "macros[0].node", "not in the taxonomy", "performance"),
        ("macros.yaml", ["macros", 0, "outcome"], "maybe", "macros[0].outcome", "unknown value 'maybe'", "violation"),
        ("macros.yaml", ["macros", 1, "id"], "LATE-PLAIN", "macros[1].id", "LATE-PLAIN is there twice", "Keep one"),
    ],
)
def test_mistake_is_named_at_its_place(
    file: str, steps: list[str | int], value: Any, path: str, reason: str, hint: str
) -> None:
    found = problems_of(spoilt(file, *steps, value=value))
    fitting = [
        problem for problem in found if (problem.file, problem.path) == (file, path) and reason in problem.reason
    ]
    assert fitting, [str(problem) for problem in found]
    assert hint in fitting[0].hint
    assert str(fitting[0]).startswith(f"{file}: {path}: ")


def test_one_mistake_gives_one_problem() -> None:
    found = problems_of(spoilt(POLICY, "severity", "min", value="lo"))
    assert len(found) == 1


def test_every_mistake_is_reported_at_once() -> None:
    files = spoilt(POLICY, "subjects", value=["seler"])
    files[SCHEME]["start"] = -1
    files["queues.yaml"]["queues"][0]["code"] = "No Code"
    assert [(problem.file, problem.path) for problem in problems_of(files)] == [
        (POLICY, "subjects[0]"),
        (SCHEME, "start"),
        ("queues.yaml", "queues[0].code"),
    ]


def test_policy_without_a_queue_is_refused() -> None:
    files = spoilt("queues.yaml", "queues", value=[])
    assert [(problem.file, problem.path, problem.reason) for problem in problems_of(files)] == [
        (POLICY, "node", "no queue serves performance.dispatch")
    ]


@pytest.mark.parametrize(
    ("change", "file", "reason"),
    [
        (lambda files: files.pop("pack.yaml"), "pack.yaml", "the file is missing"),
        (lambda files: files.pop("queues.yaml"), "queues.yaml", "the file is missing"),
        (lambda files: files["signals.yaml"].pop("score"), "signals.yaml", "score is missing"),
        (lambda files: files.pop(POLICY), "policies/", "the folder has no file"),
        (lambda files: files.update({"notes.yaml": {}}), "notes.yaml", "a pack has no such file"),
        (lambda files: files.update({"schemes/a.yml": {}}), "schemes/a.yml", "a pack has no such file"),
    ],
)
def test_missing_and_strange_files(change: Callable[[dict[str, Any]], Any], file: str, reason: str) -> None:
    files = pack_files()
    change(files)
    assert [(problem.file, problem.reason) for problem in problems_of(files)] == [(file, reason)]


def test_stored_forms_are_checked_too() -> None:
    assert [problem.path for problem in _refused(parse_policy({}, ["en"]))] == [""] * 15
    assert "nodes" in str(_refused(parse_tree({"start": "a"}))[0])
    assert _refused(parse_scheme([]))
    assert _refused(parse_signal("x"))
    assert _refused(parse_scorecard(None))


def test_a_date_may_come_parsed() -> None:
    scheme = parse_scheme(SCHEME_DATA | {"effective_from": dt.date(2026, 3, 1)})
    assert isinstance(scheme, SchemeSpec)
    assert scheme.effective_from == dt.date(2026, 3, 1)
    assert _refused(parse_scheme(SCHEME_DATA | {"effective_from": dt.datetime(2026, 3, 1)}))


def _refused(found: Any) -> tuple[Problem, ...]:
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize(
    ("content", "path", "reason"),
    [
        (b"id: a\nid: b\n", "line 2, column 1", "the key id is there twice"),
        (b"id: [a\n", "line 2, column 1", "not readable as YAML"),
        (b"id: \xff\n", "byte 4", "the file is not UTF-8"),
        (b"? [a, b]\n: 1\n", "line 1, column 3", "not readable as YAML"),
        (b"id: \x07\n", "", "not readable as YAML"),
        (b"#" * (MOST_BYTES + 1), "", "the file is larger"),
    ],
)
def test_unreadable_file_is_named(tmp_path: Path, content: bytes, path: str, reason: str) -> None:
    (tmp_path / "pack.yaml").write_bytes(content)
    found = load_pack_files(tmp_path)
    assert isinstance(found, tuple)
    assert [(problem.file, problem.path) for problem in found] == [("pack.yaml", path)]
    assert reason in found[0].reason


def test_yaml_has_no_surprises(tmp_path: Path) -> None:
    """Norway stays a market, a date stays a text, keys may be lists."""
    for path in sorted((SHIPPED_PACKS / "marketplace").rglob("*.yaml")):
        copy = tmp_path / path.relative_to(SHIPPED_PACKS / "marketplace")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text("utf-8").replace("markets: [DE, US]", "markets: [NO, US]"), "utf-8")
    pack = load_pack_files(tmp_path)
    assert isinstance(pack, Pack)
    assert ("NO", "US") in {scheme.markets for scheme in pack.schemes}


def test_missing_directory_is_named(tmp_path: Path) -> None:
    found = load_pack_files(tmp_path / "nowhere")
    assert isinstance(found, tuple)
    assert "no such directory" in found[0].reason
