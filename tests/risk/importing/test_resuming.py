"""An import that is killed goes on where it was."""

import json
import os
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import connection

from governance.models import OutboxFact
from risk.models import Event, ImportRun, IngestBatch, RejectedEvent
from tests.conftest import database_url
from tests.risk.importing.conftest import HEADER, SALES_MAPPING, totals

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 200_000
BAD_EVERY = 10_000


@pytest.mark.slow
def test_a_killed_import_goes_on_and_counts_every_row_once(folder: Path, tmp_path: Path, settings) -> None:
    lines = [
        f"O{number},S{number % 50},Loja,Recife,{'never' if number % BAD_EVERY == 7 else '2026-03-01'},1.5,x"
        for number in range(ROWS)
    ]
    (folder / "sales.csv").write_text(HEADER + "\n".join(lines) + "\n")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(SALES_MAPPING.replace("FORMAT", "csv"))
    arguments = ["import_data", str(folder), "--mapping", str(mapping), "--quiet"]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(connection.settings_dict["NAME"]),
        "AEDILE_MEDIA_ROOT": str(settings.MEDIA_ROOT),
    }
    manage = Path(project.BASE_DIR) / "manage.py"
    child = subprocess.Popen([sys.executable, str(manage), *arguments], env=environment, stdout=subprocess.PIPE)
    loaded = 0
    for _ in range(600):
        loaded = Event.objects.count()
        if loaded:
            break
        assert child.poll() is None, "the import ended before anything was seen of it"
        time.sleep(0.1)
    child.kill()
    child.wait()
    wait_for_free_lock()
    run = ImportRun.objects.get()
    assert run.state == "running"
    assert 0 < run.checkpoint["done"] < ROWS
    assert not OutboxFact.objects.filter(name="events_ingested").exists()

    out, rejects = StringIO(), tmp_path / "rejects.csv"
    call_command(*arguments, "--rejects", str(rejects), stdout=out)
    bad = ROWS // BAD_EVERY
    result = json.loads(out.getvalue().splitlines()[-1])
    assert totals(result) == (ROWS, ROWS - bad, bad, 0)
    assert result["by_kind"]["order_placed"] == {"accepted": ROWS - bad, "rejected": bad, "duplicates": 0}
    assert Event.objects.count() == ROWS - bad
    assert (ImportRun.objects.count(), IngestBatch.objects.count()) == (1, 1)
    assert IngestBatch.objects.get().accepted == ROWS - bad
    assert RejectedEvent.objects.count() == bad == len(rejects.read_text().splitlines()) - 1
    assert OutboxFact.objects.filter(name="events_ingested").count() == 1


def wait_for_free_lock() -> None:
    """Wait until the server has noticed that the killed import is gone; until then nobody else may go on with it."""
    for _ in range(300):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            if not cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    pytest.fail("the lock of the killed import is still held after 30 seconds")
