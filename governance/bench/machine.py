"""Say on what a benchmark ran, and how much memory a process took."""

import os
import platform
from pathlib import Path

from django.db import connection

KILOBYTES = 1024


def describe_machine() -> dict[str, object]:
    """Return cores, memory, system and Python of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(memory / KILOBYTES**3, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def read_server_version() -> str:
    """Return the version of the PostgreSQL in use."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


def peak_memory_mb(pid: int) -> float | None:
    """Return the peak resident memory of a process in MB; None where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    peaks = [int(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    return round(peaks[0] / KILOBYTES, 1) if peaks else None


def children_of(pid: int) -> list[int]:
    """Return the processes that a process has started and that still run; none where the system does not tell."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, path.read_text(encoding="ascii").split())
        except OSError:
            continue
    return found
