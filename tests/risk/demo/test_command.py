"""`manage.py demo_data`: what it says and when it refuses."""

import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from risk.domain.demo.request import Problem
from risk.management.commands.demo_data import MESSAGES


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("demo_data", *arguments, stdout=out)
    return out.getvalue()


def test_it_writes_and_says_what(tmp_path: Path) -> None:
    place = tmp_path / "new" / "demo"
    said = run("--out", str(place), "--events", "10000", "--markets", " br,id ", "--seed", "3")

    assert said.startswith("10,000 events, ")
    assert str(place) in said
    assert {path.name for path in place.iterdir()} == {
        *("events.parquet", "entities.parquet", "labels.parquet", "labels.csv", "manifest.json")
    }


def test_a_profile_is_a_size(tmp_path: Path) -> None:
    assert run("--out", str(tmp_path), "--profile", "small").startswith("20,000 events, ")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--markets", "BR,XX"], "--markets: XX is not known. Choose from BR,"),
        (["--markets", ","], "--markets: no market given. Choose from BR,"),
        (["--markets", "BR,br"], "--markets: BR is named twice."),
        (["--from", "2026-10-31", "--to", "2026-08-01"], "Give a --to after --from."),
        (["--from", "2026-08-01", "--to", "2026-08-01"], "Give a --to after --from."),
        (["--from", "2026-08-01", "--to", "2026-08-05"], "5 days are too few"),
        (["--from", "tomorrow"], "tomorrow is no day. Write YYYY-MM-DD."),
        (["--events", "12"], "--events: 12 is too few to plant abuse in. Give 10000 or more."),
        (["--events", "many"], "invalid int value: 'many'"),
        (["--seed", "-1"], "--seed: -1 is negative. Give 0 or more."),
        (["--profile", "huge"], "invalid choice: 'huge'"),
    ],
)
def test_a_bad_request_is_refused_with_what_to_do(tmp_path: Path, arguments: list[str], complaint: str) -> None:
    with pytest.raises(CommandError) as refusal:
        run("--out", str(tmp_path / "demo"), *arguments)

    assert complaint in str(refusal.value)
    assert not (tmp_path / "demo").exists()


def test_all_complaints_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refusal:
        run("--out", str(tmp_path), "--markets", "XX", "--events", "1", "--seed", "-1")

    assert len(str(refusal.value).splitlines()) == 3


def test_a_place_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(CommandError, match=r"--out: .*file.* cannot be written: .*Name a directory"):
            run("--out", str(place), "--events", "10000")

    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    for place in (tmp_path, tmp_path / "below"):
        with pytest.raises(CommandError, match=r"cannot be written: .*Permission denied"):
            run("--out", str(place), "--events", "10000")


def test_every_problem_has_words() -> None:
    assert set(MESSAGES) == set(Problem)
