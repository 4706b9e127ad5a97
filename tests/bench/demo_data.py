"""Measure how fast the demo marketplace is written, on one core, at 1x, 3x and 10x the events.

Run it by hand: `python -m tests.bench.demo_data [--scale N] [--seed S] [--json]`. Each size runs in a process of
its own, so that its peak memory is its own.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from risk.actions.demo_files import write_demo
from risk.domain.demo.request import DemoRequest

SIZES = (1, 3, 10)
EVENTS = 2_000_000
RUN_ONE = "from tests.bench.demo_data import measure_one; measure_one({events}, {seed})"


def measure_one(events: int, seed: int) -> None:
    """Write one marketplace on one core; print the seconds, the peak memory and the size as JSON."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    request = DemoRequest(
        seed=seed,
        events=events,
        markets=("BR", "ID", "DE"),
        first_day=date(2026, 8, 1),
        last_day=date(2026, 10, 31),
    )
    with tempfile.TemporaryDirectory() as directory:
        began = time.perf_counter()
        summary = write_demo(request=request, directory=Path(directory))
        seconds = time.perf_counter() - began
        size = sum(path.stat().st_size for path in Path(directory).iterdir())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * (1024 if sys.platform == "darwin" else 1))
    print(
        json.dumps(
            {
                "events": summary.events,
                "entities": summary.entities,
                "seconds": round(seconds, 2),
                "events_per_second": round(summary.events / seconds),
                "peak_memory_mb": round(peak),
                "written_mb": round(size / 1e6, 1),
            }
        )
    )


def run_bench(scale: float, seed: int) -> dict[str, object]:
    """Return one result per size."""
    results = []
    for size in SIZES:
        code = RUN_ONE.format(events=int(EVENTS * scale * size / SIZES[0]), seed=seed)
        done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
        results.append(json.loads(done.stdout))
    machine = {"cores": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()}
    return {"name": "demo_data", "machine": machine, "seed": seed, "scale": scale, "results": results}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    outcome = run_bench(options.scale, options.seed)
    if options.json:
        print(json.dumps(outcome))
        return
    for row in outcome["results"]:
        print("  ".join(f"{name} {value:,}" for name, value in row.items()))


if __name__ == "__main__":
    main()
