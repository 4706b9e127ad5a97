"""The files: the same bytes for the same request, complete or not at all."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from risk.actions import demo_files
from risk.actions.demo_files import FILES, MANIFEST, write_demo
from tests.risk.demo.conftest import Demo, make_request

ROOT = Path(__file__).resolve().parents[3]


def read_hashes(directory: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(directory.iterdir())}


def test_the_same_request_gives_the_same_bytes(smallest: Demo, tmp_path: Path) -> None:
    write_demo(request=smallest.request, directory=tmp_path)

    assert read_hashes(tmp_path) == read_hashes(smallest.directory)
    assert set(read_hashes(tmp_path)) == {*FILES, MANIFEST}


def test_another_process_with_another_hash_seed_gives_the_same_bytes(smallest: Demo, tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "demo_data", "--out", str(tmp_path), "--events", "10000"]
    environment = {**os.environ, "PYTHONHASHSEED": "4242"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)

    assert read_hashes(tmp_path) == read_hashes(smallest.directory)


def test_another_seed_gives_other_data(smallest: Demo, tmp_path: Path) -> None:
    write_demo(request=make_request(seed=8), directory=tmp_path)
    other = pd.read_parquet(tmp_path / "events.parquet")

    assert not set(other["event_id"]) & set(smallest.events["event_id"])
    assert not set(other["order_id"].dropna()) & set(smallest.events["order_id"].dropna())
    assert other["occurred_at"].tolist() != smallest.events["occurred_at"].tolist()


@pytest.mark.parametrize(
    "changes",
    [{"events": 10_007}, {"markets": ("BR",)}, {"last_day": date(2026, 10, 30)}],
)
def test_every_value_of_the_request_counts(smallest: Demo, tmp_path: Path, changes: dict[str, object]) -> None:
    write_demo(request=make_request(**changes), directory=tmp_path)
    other = pd.read_parquet(tmp_path / "events.parquet")

    assert len(other) == changes.get("events", 10_000)
    assert not set(other["event_id"]) & set(smallest.events["event_id"])


def test_the_manifest_counts_what_is_in_the_files(standard: Demo) -> None:
    manifest = json.loads((standard.directory / MANIFEST).read_text())
    events, entities, labels = standard.events, standard.entities, standard.labels

    assert manifest["seed"] == 7
    assert (manifest["from"], manifest["to"]) == ("2026-08-01", "2026-10-31")
    assert manifest["markets"] == ["BR", "ID", "DE"]
    assert manifest["events"] == len(events) == 200_000
    assert manifest["entities"] == len(entities)
    assert manifest["labels"] == len(labels)
    assert manifest["events_by_type"] == events["type"].value_counts().to_dict()
    assert manifest["entities_by_type"] == entities["type"].value_counts().to_dict()
    counted = labels.groupby(["abuse", "level"]).size().to_dict()
    assert {
        (abuse, level.replace("entities", "entity").replace("events", "event")): count
        for abuse, counts in manifest["abuse"].items()
        for level, count in counts.items()
    } == counted
    assert {name: file["sha256"] for name, file in manifest["files"].items()} == {
        name: value for name, value in read_hashes(standard.directory).items() if name != MANIFEST
    }


def test_labels_read_the_same_from_both_files(smallest: Demo) -> None:
    lines = pd.read_csv(smallest.directory / "labels.csv", parse_dates=["starts_at", "ends_at"])
    rows = smallest.labels

    assert list(lines.columns) == list(rows.columns)
    for name in ("level", "event_id", "entity_type", "external_id", "market", "abuse"):
        assert lines[name].fillna("").tolist() == rows[name].fillna("").tolist()
    assert (lines["starts_at"] == rows["starts_at"]).all()
    assert (lines["ends_at"] == rows["ends_at"]).all()


def test_the_schema_is_plain(standard: Demo) -> None:
    schema = {field.name: str(field.type) for field in pq.read_schema(standard.directory / "events.parquet")}

    assert set(schema.values()) == {"string", "double", "int32", "timestamp[us, tz=UTC]"}
    assert schema["occurred_at"] == "timestamp[us, tz=UTC]"
    assert schema["event_id"] == schema["text"] == schema["seller_id"] == "string"
    assert schema["rating"] == schema["quantity"] == "int32"


def test_a_failed_run_leaves_the_earlier_files_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_demo(request=make_request(), directory=tmp_path)
    before = read_hashes(tmp_path)

    def fill_disk(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(demo_files, "label_events", fill_disk)
    with pytest.raises(OSError, match="No space left"):
        write_demo(request=make_request(seed=9), directory=tmp_path)

    assert read_hashes(tmp_path) == before


def test_a_second_run_replaces_the_first(smallest: Demo, tmp_path: Path) -> None:
    write_demo(request=make_request(seed=9), directory=tmp_path)
    write_demo(request=smallest.request, directory=tmp_path)

    assert read_hashes(tmp_path) == read_hashes(smallest.directory)
