"""The command line of the rule language is stable and needs no database."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

RULES = """\
fields: {id: string, amount: "double?", country: "string?", occurred_at: timestamp}
lists: {high_risk: [NG, RU]}
outcomes: [block, hold, review, warn, label]
rules:
  - {id: R1, when: 'amount >= 1000 && country in lists.high_risk', outcome: hold}
  - {id: A1, lane: allow, when: 'country == "SG"', outcome: allow}
  - {id: D1, when: 'days_since(occurred_at) > 1', outcome: label}
"""
EVENT = {"id": "e1", "amount": 1500, "country": "RU", "occurred_at": "2026-01-01T00:00:00Z"}


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    return path


def run(*arguments):
    """Run the command and return its exit code and the lines it wrote, read as JSON."""
    out, code = io.StringIO(), 0
    try:
        call_command("rules", *map(str, arguments), stdout=out)
    except SystemExit as stopped:
        code = stopped.code
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def test_check_reports_every_rule(rules, tmp_path):
    assert run("check", rules) == (0, [{"rule": rule, "ok": True} for rule in ("R1", "A1", "D1")])
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(RULES.replace("amount >=", "amout >="))
    code, reports = run("check", wrong)
    assert code == 1
    assert [report["ok"] for report in reports] == [False, True, True]
    error = reports[0]["errors"][0]
    assert (error["line"], error["column"]) == (1, 1)
    assert (error["message"], error["hint"]) == ("`amout` is not known", "Did you mean `amount`?")


def test_eval_answers_every_event(rules, tmp_path):
    events = tmp_path / "events.jsonl"
    lines = [EVENT, {**EVENT, "id": "e2", "country": "SG"}, {**EVENT, "id": "e3", "amount": 1}]
    events.write_text("\ufeff" + "\n".join(map(json.dumps, lines)))
    for engine in ("row", "columnar"):
        assert run("eval", "--rules", rules, "--events", events, "--engine", engine) == (
            0,
            [
                {"id": "e1", "outcome": "hold", "hits": [{"rule": "R1", "outcome": "hold"}]},
                {"id": "e2", "outcome": "allow", "hits": [{"rule": "A1", "outcome": "allow"}]},
                {"id": "e3", "outcome": "allow", "hits": []},
            ],
        )
    code, found = run("eval", "--rules", rules, "--events", events, "--now", "2026-02-01T00:00:00Z")
    assert [answer["outcome"] for answer in found] == ["hold", "allow", "label"]
    assert code == 0


def test_an_event_that_does_not_fit_spoils_only_the_exit_code(rules, tmp_path):
    events = tmp_path / "events.jsonl"
    wrong = json.dumps({**EVENT, "id": "e0", "amount": "x"}).encode()
    broken = b'{"id": "\xff", "country": "\xff", "occurred_at": "2026-01-01T00:00:00Z"}'
    events.write_bytes(b"\n".join([wrong, broken, json.dumps(EVENT).encode()]))
    for engine in ("row", "columnar"):
        code, found = run("eval", "--rules", rules, "--events", events, "--engine", engine)
        assert code == 1
        assert ["error" in answer for answer in found] == [True, True, False]


def test_events_may_come_from_standard_input(rules, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(EVENT)))
    assert run("eval", "--rules", rules, "--events", "-")[1][0]["outcome"] == "hold"


def test_explain_says_why(rules, tmp_path):
    event = tmp_path / "event.json"
    event.write_text(json.dumps(EVENT, indent=1))
    code, found = run("explain", "--rules", rules, "--event", event)
    assert code == 0
    assert [(answer["rule"], answer["truth"]) for answer in found] == [("R1", "true"), ("A1", "false"), ("D1", "false")]
    assert found[0]["tree"]["children"][0]["sentence"] == "amount (1500) is at least 1000"
    assert found[0]["tree"]["children"][0]["value"] is True
    out = io.StringIO()
    call_command("rules", "explain", "--rules", str(rules), "--event", str(event), "--text", stdout=out)
    assert "R1 (hold): true\n  ✓ All of these hold" in out.getvalue()


def test_the_reference_is_written():
    out = io.StringIO()
    call_command("rules", "reference", stdout=out)
    assert out.getvalue().startswith("# The rule language\n")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("check", "missing.yaml"), "missing.yaml cannot be read"),
        (("eval", "--rules", "{rules}", "--events", "missing.jsonl"), "missing.jsonl cannot be read"),
        (("eval", "--rules", "{rules}", "--events", "{rules}", "--now", "today"), "--now: 'today' is no point in time"),
        (("eval", "--rules", "{wrong}", "--events", "{rules}"), "line 1, column 1: The file is empty"),
        (("explain", "--rules", "{rules}", "--event", "{rules}"), "this is no JSON"),
        (("eval", "--rules", "{rules}", "--events", "{rules}", "--engine", "abacus"), "invalid choice: 'abacus'"),
    ],
)
def test_what_cannot_be_done_is_said(arguments, reason, rules, tmp_path):
    wrong = tmp_path / "empty.yaml"
    wrong.write_text("")
    with pytest.raises(CommandError, match=reason):
        run(*(argument.format(rules=rules, wrong=wrong) for argument in arguments))


def test_the_command_runs_without_a_database(rules):
    manage = Path(__file__).resolve().parents[3] / "manage.py"
    environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    done = subprocess.run(
        [sys.executable, manage, "rules", "check", rules], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[0]) == {"rule": "R1", "ok": True}
