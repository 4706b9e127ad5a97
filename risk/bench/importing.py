"""Measure the import of one large CSV file, all of it by the command that people use."""

import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from governance.bench.machine import children_of, peak_memory_mb
from governance.bench.scratch import scratch_database

EVENTS = 150_000  # at scale 1; scale 100 makes a file of some 2 GB
KILOBYTES = 1024
MAPPING = """
source: benchmark
market: BR
time_zone: America/Sao_Paulo
files: {events: {path: events.csv}}
events:
  - from: events
    type: {column: type}
    id: event
    occurred_at: at
    roles: {order: order, seller: seller, buyer: buyer}
    payload: {amount: amount, dispatch_due_at: due, text: note}
"""
TYPES = ("order_placed", "order_dispatched", "order_delivered", "review_posted")
NOTE = "Arrived on time and as described. "


def run(*, seed: int, scale: float) -> Mapping[str, Any]:
    """Import the file, then import it again; return events per second of both and the importer's peak memory.

    The clock holds the whole command: its start, reading the file twice (digest and rows), every row stored.
    """
    events = max(1_000, round(EVENTS * scale))
    with tempfile.TemporaryDirectory() as place, scratch_database() as database:
        folder = Path(place)
        with (folder / "events.csv").open("w", encoding="utf-8") as file:
            file.writelines(make_lines(random.Random(seed), events))  # noqa: S311  (not a secret)
        (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
        environment = {**database, "AEDILE_MEDIA_ROOT": str(folder / "media")}
        first = _import(folder, environment)
        again = _import(folder, environment)
        size = (folder / "events.csv").stat().st_size
    if first[0]["accepted"] != events or again[0]["duplicates"] != events:
        message = f"not every event was taken in once: {first[0]}, then {again[0]}"
        raise RuntimeError(message)
    return {
        "events": events,
        "file_mb": round(size / KILOBYTES**2, 1),
        "events_per_second": round(events / first[1]),
        "duplicates_per_second": round(events / again[1]),
        "importer_cpu_seconds": round(first[2], 1),
        "peak_memory_mb": max(first[3], again[3]),
    }


def make_lines(chance: random.Random, events: int) -> Iterator[str]:
    """Yield the lines of the file: four events an order, in order of time."""
    yield "event,type,order,seller,buyer,at,due,amount,note\n"
    at = datetime(2025, 1, 1, tzinfo=UTC)
    for number in range(events):
        order, step = divmod(number, len(TYPES))
        at += timedelta(seconds=chance.randrange(20))
        due = (at + timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S")
        yield (
            f"event-{number:012d},{TYPES[step]},order-{order:012d},seller-{order * 7919 % 2_000:06d},"
            f"buyer-{order * 104_729 % 60_000:08d},{at:%Y-%m-%d %H:%M:%S},{due},{chance.randrange(10_000) / 100},"
            f"{NOTE if step == 3 else ''}\n"
        )


def _import(folder: Path, environment: Mapping[str, str]) -> tuple[dict[str, Any], float, float, float]:
    """Return counts, seconds, processor seconds and peak memory in MB of one import, with the process beside it."""
    mapping = str(folder / "mapping.yaml")
    manage = str(settings.BASE_DIR / "manage.py")
    command = [sys.executable, manage, "import_data", str(folder), "--mapping", mapping, "--quiet"]
    began = time.perf_counter()
    with (
        subprocess.Popen(command, env=dict(environment), stdout=subprocess.PIPE, text=True) as child,  # noqa: S603
        _watched_memory(child.pid) as peaks,
    ):
        out = child.stdout.read() if child.stdout else ""
        _pid, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
    if child.returncode:
        message = f"the import ended with {child.returncode}"
        raise RuntimeError(message)
    counts = json.loads(out.splitlines()[-1])
    return counts, seconds, usage.ru_utime + usage.ru_stime, round(sum(peaks.values()), 1)


@contextmanager
def _watched_memory(parent: int) -> Iterator[dict[int, float]]:
    """Look at the memory of a process and its children ten times a second; the peak of each, in MB, by its number."""
    peaks: dict[int, float] = {}
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(0.1):
            for pid in (parent, *children_of(parent)):
                peaks[pid] = peak_memory_mb(pid) or peaks.get(pid, 0.0)

    watcher = threading.Thread(target=look, name="memory watcher")
    watcher.start()
    try:
        yield peaks
    finally:
        is_over.set()
        watcher.join()
