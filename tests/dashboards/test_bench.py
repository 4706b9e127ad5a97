"""Benchmarks run, tell what they measured, and leave nothing behind."""

import json
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from dashboards.management.commands.bench import BENCHMARKS
from risk.bench import importing


def scratch_databases() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'aedile\\_bench\\_%'")
        return [name for (name,) in cursor.fetchall()]


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(CommandError, match=sorted(BENCHMARKS)[0]):
        call_command("bench", "nothing")


@pytest.mark.parametrize("scale", ["0", "-1", "much", "nan"])
def test_a_scale_that_is_none_is_refused(scale: str) -> None:
    with pytest.raises(CommandError, match="--scale"):
        call_command("bench", "ingest", "--scale", scale)


@pytest.mark.slow
@pytest.mark.untraced
@pytest.mark.django_db
def test_the_ingest_benchmark_reports_and_cleans_up() -> None:
    before = scratch_databases()
    out = StringIO()
    call_command("bench", "ingest", "--json", "--scale", "0.1", "--seed", "3", stdout=out)
    report = json.loads(out.getvalue())
    assert (report["name"], report["seed"], report["scale"]) == ("ingest", 3, 0.1)
    assert report["machine"]["cores"] >= 1
    assert report["results"]["events"] == 2000
    assert report["results"]["events_per_second"] > 0
    assert scratch_databases() == before


@pytest.mark.slow
@pytest.mark.untraced
@pytest.mark.django_db
def test_the_import_benchmark_reports_and_cleans_up() -> None:
    before = scratch_databases()
    out = StringIO()
    call_command("bench", "import", "--json", "--scale", "0.02", "--seed", "3", stdout=out)
    results = json.loads(out.getvalue())["results"]
    assert results["events"] == 3000
    assert results["events_per_second"] > 0
    assert results["duplicates_per_second"] > 0
    assert results["peak_memory_mb"] > 10
    assert scratch_databases() == before


@pytest.mark.django_db
def test_a_benchmark_that_fails_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MAPPING", "no mapping")
    with pytest.raises(RuntimeError, match="the import ended with"):
        call_command("bench", "import", "--scale", "0.02")
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("memory")]


@pytest.mark.slow
@pytest.mark.untraced
@pytest.mark.django_db
def test_the_decisions_benchmark_reports_and_cleans_up() -> None:
    before = scratch_databases()
    out = StringIO()
    call_command("bench", "decisions", "--json", "--scale", "0.05", "--seed", "3", stdout=out)
    results = json.loads(out.getvalue())["results"]
    for rules in (1, 10, 100):
        for connections in (1, 8, 32):
            figures = results[f"rules_{rules}"][f"concurrency_{connections}"]
            assert 0 < figures["p50_ms"] <= figures["p99_ms"] <= figures["max_ms"]
            assert figures["per_second"] > 0
    assert results["crowd"]["longest_gap_ms"] < 1000
    assert results["rule_change"]["concurrency_1"]["new_rules_after_seconds"] < 2.5
    assert scratch_databases() == before
