"""Whatever a table holds, every row of it is accounted for, and nothing is taken in twice."""

import csv
import json
import tempfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from risk.models import Event
from tests.risk.importing.conftest import SALES_MAPPING, totals

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("order", "seller", "shop", "city", "at", "amount", "note")
CELLS = {
    "order": st.sampled_from(["O1", "O2", " O3", "", "x" * 200, "a\tb", "\x00"]),
    "seller": st.sampled_from(["S1", "S2", "", "ç", "\n"]),
    "shop": st.sampled_from(["Loja", "", "L" * 300, '"', "a,b"]),
    "city": st.text(st.characters(codec="utf-8"), max_size=5),
    "at": st.sampled_from(["2026-03-01", "2026-03-02 10:00", "", "never", "1999-01-01", "9999-12-31", "2026-02-30"]),
    "amount": st.sampled_from(["1", "2.50", "", "nan", "1e400", "-0", "dear"]),
    "note": st.text(st.characters(codec="utf-8"), max_size=8),
}
ROWS = st.lists(st.tuples(*(CELLS[name] for name in NAMES)), min_size=1, max_size=12)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rows=ROWS)
def test_every_row_of_any_table_is_accounted_for(rows: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "files"
        folder.mkdir()
        with (folder / "sales.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([NAMES, *rows])
        mapping = Path(place) / "mapping.yaml"
        mapping.write_text(SALES_MAPPING.replace("FORMAT", "csv"))

        def run() -> tuple[int, int, int, int]:
            out = StringIO()
            call_command("import_data", str(folder), "--mapping", str(mapping), "--quiet", stdout=out)
            return totals(json.loads(out.getvalue().splitlines()[-1]))

        read, accepted, rejected, duplicates = run()
        assert read == len(rows) == accepted + rejected + duplicates
        events = Event.objects.count()
        assert run() == (read, 0, rejected, read - rejected)
        assert Event.objects.count() == events
