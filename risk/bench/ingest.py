"""Measure the ingest API: batches of 500 over HTTP into one web process and PostgreSQL."""

import random
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from statistics import median
from typing import Any

import orjson

from governance.bench.machine import peak_memory_mb
from governance.bench.scratch import scratch_database
from risk.bench.web import run_manage, web_process

EVENTS_A_BATCH = 500
BATCHES = 40
SENDERS = 4
MARKET = "BR"
SET_UP = f"""
from governance.actions.keys import create_api_key
from governance.actions.markets import save_market
from governance.domain.actors import system_actor
from governance.domain.markets import DEFAULT_MARKETS
actor = system_actor("benchmark")
save_market(actor=actor, spec=next(spec for spec in DEFAULT_MARKETS if spec.code == "{MARKET}"))
print(create_api_key(actor=actor, name="benchmark", scopes=["events:write"], markets=["{MARKET}"]))
"""


def run(*, seed: int, scale: float) -> Mapping[str, Any]:
    """Send the batches, then all of them again; return events per second, time per batch and peak memory."""
    bodies = list(make_bodies(random.Random(seed), max(SENDERS, round(BATCHES * scale))))  # noqa: S311  (not a secret)
    with scratch_database() as environment:
        key = run_manage(environment, "shell", "--verbosity", "0", "--command", SET_UP).strip().splitlines()[-1]
        with web_process(environment) as (port, pid):
            send_all(port, key, bodies[:SENDERS])  # connections, plans and partitions are there before the clock runs
            seconds, waits = send_all(port, key, bodies[SENDERS:], expected="accepted")
            again, _waits = send_all(port, key, bodies[SENDERS:], expected="duplicates")
            memory = peak_memory_mb(pid)
    events = EVENTS_A_BATCH * (len(bodies) - SENDERS)
    return {
        "events": events,
        "events_per_second": round(events / seconds),
        "duplicates_per_second": round(events / again),
        "batch_p50_ms": round(median(waits) * 1000, 1),
        "batch_p95_ms": round(sorted(waits)[int(len(waits) * 0.95)] * 1000, 1),
        "peak_memory_mb": memory,
    }


def make_bodies(chance: random.Random, batches: int) -> Iterator[bytes]:
    """Yield bodies of a marketplace at work: orders, dispatches, deliveries, reviews and logins, in order of time."""
    at = datetime(2026, 3, 1, tzinfo=UTC)
    number = 0
    for _batch in range(batches + SENDERS):
        events = []
        for _event in range(EVENTS_A_BATCH):
            number += 1
            at += timedelta(milliseconds=chance.randrange(2000))
            events.append(make_event(chance, number, at.isoformat()))
        yield orjson.dumps({"source": "benchmark", "events": events})


def make_event(chance: random.Random, number: int, at: str) -> dict[str, Any]:
    """Return one event; five in a row belong to one order."""
    order, step = divmod(number, 5)
    who = random.Random(order)  # noqa: S311  (not a secret)
    buyer, seller = f"buyer-{who.randrange(20_000):08d}", f"seller-{who.randrange(1_000):06d}"
    entities: dict[str, Any] = {"buyer": buyer, "seller": seller, "order": f"order-{order:012d}"}
    payload: dict[str, Any] = {"order_status": "as sent"}
    kind = ("order_placed", "order_dispatched", "order_delivered", "review_posted", "login")[step]
    if step == 0:
        entities["listing"] = {"id": f"listing-{who.randrange(30_000):08d}", "name": "Fluffy towel, blue"}
        payload = {"amount": chance.randrange(10_000) / 100, "currency": "BRL", "quantity": 1, "dispatch_due_at": at}
    elif step == 3:
        entities["review"] = f"review-{order:012d}"
        payload = {"rating": chance.randrange(1, 6), "text": "Arrived on time and as described."}
    elif step == 4:
        entities, payload = {"buyer": buyer, "device": f"device-{buyer[6:]}"}, {"ip_country": MARKET}
    return {
        "id": f"event-{number:012d}",
        "type": kind,
        "occurred_at": at,
        "market": MARKET,
        "entities": entities,
        "payload": payload,
    }


def send_all(port: int, key: str, bodies: list[bytes], expected: str = "") -> tuple[float, list[float]]:
    """Send bodies over several connections at once; return the seconds for all and those for each.

    Raises RuntimeError when an answer is none, or its count `expected` is not the whole batch.
    """
    waiting = iter(bodies)
    lock = threading.Lock()
    waits: list[float] = []
    failures: list[str] = []

    def work() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        while not failures:
            with lock:
                body = next(waiting, None)
            if body is None:
                break
            began = time.perf_counter()
            connection.request("POST", "/api/v1/events", body, headers)
            response = connection.getresponse()
            answer = response.read()
            waits.append(time.perf_counter() - began)
            if response.status != 200 or (expected and orjson.loads(answer)[expected] != EVENTS_A_BATCH):
                failures.append(f"{response.status}: {answer[:500]!r}")
        connection.close()

    threads = [threading.Thread(target=work) for _sender in range(SENDERS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0])
    return time.perf_counter() - began, waits
