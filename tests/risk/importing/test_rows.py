"""What becomes of rows, good and bad."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError

from risk.models import Entity, Event, ImportRun, RejectedEvent
from tests.risk.importing.conftest import HEADER, SALES_MAPPING, totals

pytestmark = pytest.mark.django_db(transaction=True)
Import = Callable[..., dict[str, Any]]


def read_rejects(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_quoted_line_breaks_byte_order_mark_and_local_times(folder: Path, import_folder: Import) -> None:
    text = (
        HEADER
        + 'O1,S1,Loja,Recife,2026-03-01 08:00:00,12.50,"two\nlines, ""quoted"""\nO2,S1,Loja,Recife,2026-03-02,3,\n'
    )
    (folder / "sales.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    result = import_folder()
    assert totals(result) == (2, 2, 0, 0)
    first = Event.objects.get(external_id="O1:placed")
    assert first.payload == {"amount": 12.5, "text": 'two\nlines, "quoted"'}
    assert str(first.occurred_at) == "2026-03-01 11:00:00+00:00"
    seller = Entity.objects.get(type="seller", external_id="S1")
    assert (seller.name, seller.attributes) == ("Loja", {"city": "Recife"})


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-8"])
def test_encodings(folder: Path, import_folder: Import, encoding: str) -> None:
    (folder / "sales.csv").write_bytes((HEADER + "O1,S1,Açaí,São Paulo,2026-03-01,1,é\n").encode(encoding))
    assert totals(import_folder(f"encoding: {encoding}\n{SALES_MAPPING}")) == (1, 1, 0, 0)
    assert Entity.objects.get(external_id="S1").name == "Açaí"


def test_bad_rows_are_told_at_their_line_and_the_good_ones_kept(
    folder: Path, import_folder: Import, tmp_path: Path
) -> None:
    rows = [
        'O1,S1,Loja,Recife,2026-03-01,1,"a\nb"',  # lines 2 and 3
        "O2,S1,Loja,Recife,2026-03-01,1",  # line 4: a field too few
        "O3,S1,Loja,Recife,2026-03-01,dear,",  # line 5
        "O4,S1,Loja,Recife,yesterday,1,",  # line 6
        ",S1,Loja,Recife,2026-03-01,1,",  # line 7: no order
        "O1,S1,Loja,Recife,2026-03-09,1,",  # line 8: another event under the id of line 2
        "O9,S9,Loja,Recife,2026-03-09,1,x",  # line 9: sound
    ]
    (folder / "sales.csv").write_text(HEADER + "\n".join(rows) + "\n")
    rejects = tmp_path / "rejects.csv"
    result = import_folder(SALES_MAPPING, "csv", "--rejects", str(rejects))
    assert totals(result) == (7, 2, 5, 0)
    told = {int(row["line"]): row for row in read_rejects(rejects)}
    assert told.keys() == {4, 5, 6, 7, 8}
    assert "6 fields" in told[4]["reason"]
    assert (told[5]["column"], told[6]["column"]) == ("amount", "at")
    assert "'dear' is not a number" in told[5]["reason"]
    assert "another event" in told[8]["reason"]
    assert RejectedEvent.objects.count() == 5
    assert RejectedEvent.objects.get(place="sales.csv:5").market == "BR"

    again = import_folder()
    assert totals(again) == (7, 0, 5, 2)
    assert RejectedEvent.objects.count() == 5


def test_wrong_bytes_are_told_by_their_position(folder: Path, import_folder: Import, tmp_path: Path) -> None:
    data = (HEADER + "O1,S1,Loja,Recife,2026-03-01,1,good\n").encode()
    place = len(data) + len(b"O2,S1,A")
    data += b"O2,S1,A\xe7ai,Recife,2026-03-01,1,x\nO3,S1,Loja,Recife,2026-03-01,1,x\n"
    (folder / "sales.csv").write_bytes(data)
    rejects = tmp_path / "rejects.csv"
    assert totals(import_folder(SALES_MAPPING, "csv", "--rejects", str(rejects))) == (3, 2, 1, 0)
    (row,) = read_rejects(rejects)
    assert (row["line"], row["reason"]) == ("3", f"byte 0xe7 at position {place} of the file is not utf-8")


def test_a_dry_run_counts_the_same_and_writes_nothing(folder: Path, import_folder: Import) -> None:
    rows = ["O1,S1,Loja,Recife,2026-03-01,1,", "O1,S1,Loja,Recife,2026-03-01,1,", "O2,S2,Loja,Recife,x,1,"]
    (folder / "sales.csv").write_text(HEADER + "\n".join(rows) + "\n")
    dry = import_folder(SALES_MAPPING, "csv", "--dry-run")
    assert not any(model.objects.exists() for model in (Event, Entity, ImportRun, RejectedEvent))
    wet = import_folder()
    assert dry == wet
    assert wet["by_kind"]["order_placed"] == {"accepted": 1, "rejected": 1, "duplicates": 1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("amount: amount", "amount: amuont"), "sales has no column amuont. Did you mean amount?"),
        (("sales.*", "orders.csv"), "orders.csv (the file sales of the mapping) is not among the files"),
        (("market: BR", "market: XX"), "XX is not a market of this console"),
        (("market: BR", "market: Brazil"), "line 3: market: Brazil is not a market code"),
        (("type: seller", "type: saler"), "saler is not an entity type. Did you mean seller?"),
        (("America/Sao_Paulo", "America/Sao_Palo"), "line 4: time_zone: America/Sao_Palo is not a time zone"),
        (("source: shop", "source: [shop"), "This is no YAML"),
    ],
)
def test_what_stops_an_import_is_told_with_its_place(
    folder: Path, import_folder: Import, change: tuple[str, str], message: str
) -> None:
    (folder / "sales.csv").write_text(HEADER + "O1,S1,Loja,Recife,2026-03-01,1,\n")
    with pytest.raises(CommandError) as caught:
        import_folder(SALES_MAPPING.replace(*change))
    assert message in str(caught.value)
    assert not Event.objects.exists()
