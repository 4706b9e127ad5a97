"""`manage.py rules eval --engine` answers as the row engine does, and says what is missing."""

import io
import json

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
EVENTS = [EVENT, {**EVENT, "id": "e2", "country": "SG"}, {**EVENT, "id": "e3", "amount": "x"}, {**EVENT, "amount": 1}]


@pytest.fixture
def files(tmp_path):
    rules, events = tmp_path / "rules.yaml", tmp_path / "events.jsonl"
    rules.write_text(RULES)
    events.write_text("\n\n".join(map(json.dumps, EVENTS)))
    return ["--rules", str(rules), "--events", str(events)]


def run(*arguments):
    """Run the command and return its exit code and the lines it wrote, read as JSON."""
    out, code = io.StringIO(), 0
    try:
        call_command("rules", *arguments, stdout=out)
    except SystemExit as stopped:
        code = stopped.code
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("now", [[], ["--now", "2026-02-01T00:00:00Z"]])
def test_duckdb_answers_as_the_row_engine_does(files, now):
    pytest.importorskip("duckdb", reason="SKIPPED FOR WANT OF DUCKDB: install requirements/analytics.txt")
    wanted = run("eval", *files, *now)
    assert run("eval", *files, *now, "--engine", "duckdb") == wanted
    assert wanted[0] == 1
    assert len(wanted[1]) == 4


def test_postgres_needs_an_address(files, settings):
    settings.ANALYTICS_URL = "duckdb:///srv/events.duckdb"
    with pytest.raises(CommandError, match="set ANALYTICS_URL to postgresql://user:password@host:5432/name"):
        run("eval", *files, "--engine", "postgres")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://localhost/x", "ANALYTICS_URL begins with 'mysql'; it is one of duckdb:///srv/events.duckdb"),
        ("events.duckdb", "ANALYTICS_URL begins with 'nothing'"),
        ("duckdb:///no/such/place.duckdb", "DuckDB cannot open /no/such/place.duckdb: "),
    ],
)
def test_a_wrong_address_is_told(files, settings, url, words):
    pytest.importorskip("duckdb", reason="SKIPPED FOR WANT OF DUCKDB: install requirements/analytics.txt")
    settings.ANALYTICS_URL = url
    with pytest.raises(CommandError) as caught:
        run("eval", *files, "--engine", "duckdb")
    assert words in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_a_database_that_does_not_answer_is_told(files, settings):
    pytest.importorskip("ibis", reason="SKIPPED FOR WANT OF IBIS: install requirements/analytics.txt")
    settings.ANALYTICS_URL = "postgresql://someone:secret@127.0.0.1:1/none"
    with pytest.raises(CommandError, match="PostgreSQL cannot be reached") as caught:
        run("eval", *files, "--engine", "postgres")
    assert "secret" not in str(caught.value)
