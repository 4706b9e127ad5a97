"""Measure workers on the demo marketplace: links, signals, scores, rules and hits of one imported batch.

The workers are processes of their own that take facts from the outbox as the broker would hand them out; what the
broker itself costs is not in the figure. As workers that have run for a while, they have compiled the rules and loaded
what reaches the broker before the clock starts.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from governance.bench.scratch import scratch_database
from risk.bench.web import run_manage

EVENTS: Final = 40_000
WORKERS: Final = (1, 2)
SET_UP: Final = """
from governance.actions.markets import save_market
from governance.domain.actors import system_actor
from governance.domain.markets import DEFAULT_MARKETS
for spec in DEFAULT_MARKETS:
    save_market(actor=system_actor("benchmark"), spec=spec)
"""
# Each worker says that it is ready, begins on a line, and goes on until every batch is processed.
WORK: Final = """
import sys, time
import django; django.setup()
from django.db import transaction
from django.utils import timezone
from governance.models import OutboxFact
from governance.project.celery import app
from risk.actions.compiled import ruleset_in_force
from risk.actions.processing import process_fact, process_part_fact
from risk.models import IngestBatch
work = {"events_ingested": process_fact, "batch_part_ready": process_part_fact}
waiting = OutboxFact.objects.filter(name__in=list(work), dispatched_at=None).order_by("id")
ruleset_in_force(); app.connection_for_write().transport_cls
print("ready", flush=True); sys.stdin.readline()
while IngestBatch.objects.filter(processed_at=None, accepted__gt=0).exists():
    with transaction.atomic():
        fact = waiting.select_for_update(skip_locked=True).first()
        if fact is not None:
            OutboxFact.objects.filter(pk=fact.pk).update(dispatched_at=timezone.now())
    if fact is None:
        time.sleep(0.01)
    else:
        work[fact.name](fact_id=fact.pk)
"""
FIGURES: Final = """
from risk.models import IngestBatch, RuleHit, SignalSnapshot
events = sum(IngestBatch.objects.values_list("accepted", flat=True))
print(events, SignalSnapshot.objects.count(), RuleHit.objects.count())
"""


def run(*, seed: int, scale: float) -> Mapping[str, Any]:
    """Process the same marketplace with one worker and with two; return events per second of both.

    Raises RuntimeError when both do not find the same hits.
    """
    results: dict[str, Any] = {}
    figures = set()
    with tempfile.TemporaryDirectory() as folder:
        count = max(12_000, round(EVENTS * scale))
        chosen = str(random.Random(seed).randrange(1_000_000))  # noqa: S311  (not a secret)
        demo = Path(folder) / "demo"
        run_manage(_environment({}), "demo_data", "--out", str(demo), "--seed", chosen, "--events", str(count))
        for workers in WORKERS:
            seconds, (events, readings, hits) = _measure(demo, workers)
            figures.add((events, readings, hits))
            results |= {"events": events, "readings": readings, "hits": hits}
            results[f"events_per_second_{workers}"] = round(events / seconds)
    if len(figures) > 1:
        message = f"one worker and two did not find the same: {sorted(figures)}"
        raise RuntimeError(message)
    results["ratio"] = round(results["events_per_second_2"] / results["events_per_second_1"], 2)
    return results


def _measure(demo: Path, workers: int) -> tuple[float, tuple[int, int, int]]:
    with scratch_database() as database, tempfile.TemporaryDirectory() as media:
        environment = _environment({**database, "AEDILE_MEDIA_ROOT": media})
        run_manage(environment, "shell", "--verbosity", "0", "--command", SET_UP)
        run_manage(environment, "load_pack")
        mapping = str(settings.BASE_DIR / "examples" / "demo.yaml")
        run_manage(environment, "import_data", str(demo), "--mapping", mapping, "--quiet")
        seconds = _work(environment, workers)
        counts = run_manage(environment, "shell", "--verbosity", "0", "--command", FIGURES).split()[-3:]
    events, readings, hits = (int(count) for count in counts)
    return seconds, (events, readings, hits)


def _work(environment: Mapping[str, str], workers: int) -> float:
    """Return the seconds that so many workers need for all that waits, once they have started."""
    started = [
        subprocess.Popen(  # noqa: S603  (our own command)
            [sys.executable, "-c", WORK], env=dict(environment), cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        for _worker in range(workers)
    ]  # fmt: skip
    for worker in started:
        if worker.stdout is None or worker.stdout.readline() != "ready\n":
            raise RuntimeError("a worker did not start")
    began = time.perf_counter()
    for worker in started:
        if worker.stdin is not None:
            worker.stdin.write("\n")
            worker.stdin.flush()
    codes = [worker.wait() for worker in started]
    if any(codes):
        raise RuntimeError("a worker ended with an error")
    return time.perf_counter() - began


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "governance.project.settings", **more}
