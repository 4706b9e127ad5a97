"""Measure the decision API: one event a request over HTTP into one web process and PostgreSQL."""

import random
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import psycopg2

from governance.bench.machine import peak_memory_mb
from governance.bench.scratch import scratch_database
from risk.bench.decision_data import MARKET, RULES, fill, make_bodies, write_pack
from risk.bench.http_load import Sample, post, send_load
from risk.bench.web import run_manage, web_process

RULE_COUNTS = (1, 10, RULES)
CONNECTIONS = (1, 8, 32)
CROWD = 64
SECONDS = 2.0
WARM_UP_SECONDS = 1.0
MOST_WARM_UPS = 10
NOTICED_SECONDS = 2.5
EVENTS_APART = 1_000_000  # numbers of events of one measurement lie below those of the next
SET_UP = f"""
from governance.actions.keys import create_api_key
from governance.domain.actors import system_actor
actor = system_actor("benchmark")
print(create_api_key(actor=actor, name="benchmark", scopes=["decisions:write"], markets=["{MARKET}"]))
"""
NEXT_RULESET = """
INSERT INTO policies_rulesetversion (number, members, lists, created_at, reason)
SELECT max(number) + 1, (SELECT array_agg(id) FROM (
        SELECT v.id FROM policies_ruleversion AS v JOIN policies_rule AS r ON r.live_id = v.id ORDER BY r.code LIMIT %s
    ) AS chosen), '{}', now(), 'benchmark'
FROM policies_rulesetversion RETURNING number
"""


class _Bench:
    """What all measurements of one run share."""

    def __init__(self, port: int, key: str, url: str, seed: int, scale: float) -> None:
        self.port, self.key, self.url, self.seed, self.seconds = port, key, url, seed, SECONDS * scale
        self._measured = 0

    def measure(self, connections: int, seconds: float) -> Sample:
        """Ask for decisions over so many connections; every event is new."""
        self._measured += 1
        chance = random.Random(f"{self.seed} {self._measured}")  # noqa: S311  (not a secret)
        bodies = make_bodies(chance, self._measured * EVENTS_APART)
        return send_load(
            self.port, (post("/api/v1/decisions", self.key, body) for body in bodies), connections, seconds
        )

    def release(self, rules: int) -> int:
        """Let a rule set of so many rules hold and return its number."""
        connection = psycopg2.connect(self.url)
        with connection, connection.cursor() as cursor:
            cursor.execute(NEXT_RULESET, [rules])
            ((number,),) = cursor.fetchall()
        connection.close()
        return int(number)


def run(*, seed: int, scale: float) -> Mapping[str, Any]:
    """Return times and answers per second by rules and connections, and what a crowd and a rule change do."""
    results: dict[str, Any] = {}
    with (
        tempfile.TemporaryDirectory() as place,
        _filled_database(Path(place), seed) as (environment, key),
        web_process(environment) as (port, pid),
    ):
        bench = _Bench(port, key, environment["DATABASE_URL"], seed, scale)
        for rules in RULE_COUNTS:
            number = bench.release(rules)
            _warm_up(bench, number)
            results[f"rules_{rules}"] = {
                f"concurrency_{connections}": figures(bench.measure(connections, bench.seconds))
                for connections in CONNECTIONS
            }
        crowd = bench.measure(CROWD, bench.seconds)
        results["crowd"] = figures(crowd) | {"longest_gap_ms": round(crowd.longest_gap_ms(), 1)}
        results["rule_change"] = {
            f"concurrency_{connections}": _change_rules(bench, connections) for connections in (1, 8)
        }
        results["peak_memory_mb"] = peak_memory_mb(pid)
    return results


def figures(sample: Sample) -> dict[str, float]:
    """Return how long answers took and how many came a second."""
    waits = sample.waits_ms()
    seconds = max(sample.answered) - min(sample.asked)
    return {
        "p50_ms": round(waits[len(waits) // 2], 2),
        "p99_ms": round(waits[int(len(waits) * 0.99)], 2),
        "max_ms": round(waits[-1], 2),
        "per_second": round(len(waits) / seconds),
    }


@contextmanager
def _filled_database(place: Path, seed: int) -> Iterator[tuple[dict[str, str], str]]:
    """Make the database with rules and accounts; yield the environment and a key."""
    write_pack(place / "pack", random.Random(seed))  # noqa: S311  (not a secret)
    with scratch_database() as environment:
        run_manage(environment, "load_pack", str(place / "pack"))
        key = run_manage(environment, "shell", "--verbosity", "0", "--command", SET_UP).strip().splitlines()[-1]
        fill(environment["DATABASE_URL"])
        yield environment, key


def _warm_up(bench: _Bench, number: int) -> None:
    """Ask until the new rules answer, and a little longer: connections and plans are there before the clock runs."""
    for _try in range(MOST_WARM_UPS):
        if orjson.loads(bench.measure(8, WARM_UP_SECONDS).bodies[-1])["ruleset"] == number:
            return
    message = f"rule set {number} does not answer"
    raise RuntimeError(message)


def _change_rules(bench: _Bench, connections: int) -> dict[str, float]:
    """Release other rules under load; return the first answer after it, the slowest, and when the new ones answer."""
    numbers, moments = [], []

    def change() -> None:
        time.sleep(WARM_UP_SECONDS)
        numbers.append(bench.release(RULES - 1 - connections))
        moments.append(time.perf_counter())

    thread = threading.Thread(target=change)
    thread.start()
    sample = bench.measure(connections, WARM_UP_SECONDS + NOTICED_SECONDS)
    thread.join()
    changed = moments[0]
    after = sorted(
        (end, (end - begin) * 1000, orjson.loads(body)["ruleset"])
        for begin, end, body in zip(sample.asked, sample.answered, sample.bodies, strict=True)
        if begin >= changed
    )
    new = [end - changed for end, _wait, number in after if number == numbers[0]]
    if not new:
        message = f"the new rules did not answer within {NOTICED_SECONDS} s"
        raise RuntimeError(message)
    return {
        "first_answer_ms": round(after[0][1], 2),
        "slowest_answer_ms": round(max(wait for _end, wait, _number in after), 2),
        "new_rules_after_seconds": round(min(new), 2),
    }
