"""Large files are drawn in a process of their own: the same result, and nothing is lost however either ends."""

import gc
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from governance.bench.machine import children_of
from risk.actions.importing import beside
from risk.actions.importing.drawing import Drawing, FileDrawing, draw_file
from risk.actions.importing.errors import ImportFailed
from risk.actions.importing.inputs import InputFile, find_inputs
from risk.domain.mapping.chunks import place_of
from risk.domain.mapping.parsing import parse_mapping
from risk.domain.mapping.spec import ImportMapping
from risk.models import Event, ImportRun
from tests.risk.importing.conftest import HEADER, SALES_MAPPING, totals

pytestmark = pytest.mark.django_db(transaction=True)
MARKETS = frozenset({"BR"})
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def drawing_processes() -> list[int]:
    """Return the living children of this process that draw files."""
    return [
        pid for pid in children_of(os.getpid()) if beside.MODULE.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def lines_of(rows: int) -> str:
    """Return a file in which every tenth row has a bad time and every hundredth too few cells."""
    lines = []
    for number in range(rows):
        at = "never" if number % 10 == 7 else "2026-03-01 10:00:00"
        rest = "" if number % 100 == 3 else f",R,{at},1,x"
        lines.append(f"O{number},S{number % 50},Loja{rest}")
    return HEADER + "\n".join(lines) + "\n"


@pytest.fixture(autouse=True)
def _always_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "WORTH_BYTES", 0)


@pytest.fixture
def job(folder: Path) -> Callable[..., FileDrawing]:
    """Returns the job of drawing `sales.csv` of so many rows."""

    def make(rows: int, skip: int = 0) -> FileDrawing:
        (folder / "sales.csv").write_text(lines_of(rows))
        mapping = parse_mapping(SALES_MAPPING.replace("FORMAT", "csv"), "sales")
        assert isinstance(mapping, ImportMapping)
        (file,) = find_inputs(mapping, [folder])
        zone, forms, decimal = mapping.time_zone, mapping.time_formats, mapping.decimal
        drawing = Drawing(mapping.events, zone, forms, decimal, MARKETS, NOW)
        return FileDrawing(drawing, file, ("order", "seller", "at", "amount", "note"), 100, skip)

    return make


def test_a_process_beside_draws_what_this_one_would(job: Callable[..., FileDrawing]) -> None:
    wanted = list(draw_file(job(1_050)))
    assert len(wanted) == 11
    assert sum(len(drawn.refused) for drawn in wanted) == 105
    assert sum(len(drawn.chunk.bad) for drawn in wanted) == 11
    assert list(beside.draw_beside(job(1_050))) == wanted


def test_rows_that_are_done_are_read_but_nothing_is_made_of_them(job: Callable[..., FileDrawing]) -> None:
    whole = list(draw_file(job(500)))
    rest = list(beside.draw_beside(job(500, skip=200)))
    assert [drawn.chunk.owners for drawn in rest] == [drawn.chunk.owners for drawn in whole]
    assert [len(drawn.events.rows) for drawn in rest[:2]] == [0, 0]
    assert rest[2:] == whole[2:]


def test_a_reader_who_stops_leaves_no_process_behind(job: Callable[..., FileDrawing]) -> None:
    drawn = beside.draw_beside(job(30_000))
    assert next(drawn).chunk.owners[0] == place_of(0, 2)
    assert drawing_processes()
    drawn.close()
    assert not drawing_processes()


def test_a_process_that_is_killed_is_an_error_not_the_end_of_the_file(job: Callable[..., FileDrawing]) -> None:
    drawn = beside.draw_beside(job(30_000))
    next(drawn)
    (pid,) = drawing_processes()
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ImportFailed, match=r"The process that reads sales\.csv was ended \(signal 9\)"):
        list(drawn)


def test_a_file_that_breaks_off_is_told_in_the_words_of_this_process(job: Callable[..., FileDrawing]) -> None:
    made = job(10)
    gone = InputFile(0, made.file.spec, made.file.path.with_name("gone.csv"), "gone.csv", 99, "")
    with pytest.raises(ImportFailed, match=r"gone\.csv cannot be read: No such file or directory"):
        list(beside.draw_beside(FileDrawing(made.drawing, gone, made.columns, 10, 0)))


def test_an_import_goes_on_after_its_reader_was_killed(
    folder: Path, import_folder: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "sales.csv").write_text(lines_of(25_000))
    real = beside.receive
    received = []

    def receive_one(source: Any) -> Any:
        found = real(source)
        received.append(found)
        if len(received) == 2:
            (pid,) = drawing_processes()
            os.kill(pid, signal.SIGKILL)
        return found

    monkeypatch.setattr(beside, "receive", receive_one)
    with pytest.raises(CommandError, match=r"was ended \(signal 9\)\. Run the same import again; it goes on"):
        import_folder()
    assert ImportRun.objects.get().state == "failed"
    assert 0 < Event.objects.count() < 22_250
    monkeypatch.setattr(beside, "receive", real)
    assert totals(import_folder()) == (25_000, 22_250, 2_750, 0)
    assert Event.objects.count() == 22_250
    assert ImportRun.objects.count() == 1
    assert totals(import_folder()) == (25_000, 0, 2_750, 22_250)


def test_the_search_for_cycles_is_on_again_after_an_import(
    folder: Path, import_folder: Callable[..., dict[str, Any]]
) -> None:
    (folder / "sales.csv").write_text("order,seller\n")
    with pytest.raises(CommandError):
        import_folder()
    assert gc.isenabled()
