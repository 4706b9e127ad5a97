"""The one-time work on a database: migrations, and for the demo the pack, the people and the marketplace."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from governance.project.embedded.home import Home
from governance.project.embedded.ledger import has_rows, read_migration_state, read_steps, record_step

MIGRATE = "migrate"
ROOMS = ("governance", "policies", "risk", "cases", "dashboards")
DEMO_DAYS = 92


@dataclass(frozen=True)
class Step:
    """One `manage.py` command that a database needs once. A new `version` makes it run again.

    What it prints goes to its log, or to the console when `is_shown`.
    """

    name: str
    title: str
    arguments: tuple[str, ...]
    version: str = "1"
    is_shown: bool = False


def demo_steps(home: Home) -> tuple[Step, ...]:
    """Return what fills a new database with the demo marketplace, in order.

    The logins come before the import: one can sign in and look around while the events come in.
    """
    first, last = demo_period(datetime.now(UTC).date())
    place, period = str(home.demo), ("--from", first.isoformat(), "--to", last.isoformat())
    return (
        Step("demo.pack", "Loading the policy pack", ("load_pack",)),
        Step("demo.data", "Making up a marketplace", ("demo_data", "--out", place, *period)),
        Step("demo.people", "Making one login per role", ("demo_people",), is_shown=True),
        Step("demo.import", "Importing its events", ("import_data", place, "--mapping", "examples/demo.yaml")),
    )


def demo_period(today: date) -> tuple[date, date]:
    """Return the first and last day of the demo's events: they end yesterday, so that pages show current figures."""
    last = today - timedelta(days=1)
    return last - timedelta(days=DEMO_DAYS - 1), last


def is_in_use(database_url: str) -> bool:
    """Tell whether people who are not those of the demo use the database."""
    begun = any(name.startswith("demo.") for name in read_steps(database_url))
    return not begun and has_rows(database_url, "governance_user")


def find_missing(steps: tuple[Step, ...], database_url: str) -> list[Step]:
    """Return the steps that this database has not had in their present version, in order."""
    done = read_steps(database_url)
    return [step for step in steps if done.get(step.name) != step.version]


def is_migrated(code: Path, database_url: str) -> bool:
    """Tell whether the database has had exactly the migrations of this code.

    Asking Django would cost more than a second of every start. Errs towards False.
    """
    return read_steps(database_url).get(MIGRATE) == _migration_version(code, database_url)


def record_migrated(code: Path, database_url: str) -> None:
    """Remember that the database has had the migrations of this code."""
    record_step(database_url, MIGRATE, _migration_version(code, database_url))


def _migration_version(code: Path, database_url: str) -> str:
    """Return a digest of our migrations, the pinned packages (which bring theirs) and the database's own list."""
    digest = hashlib.sha256()
    files = [path for room in ROOMS for path in sorted((code / room / "migrations").glob("*.py"))]
    for path in [*files, code / "requirements" / "base.txt", code / "governance" / "project" / "settings.py"]:
        digest.update(f"{path.relative_to(code)}\0".encode())
        digest.update(path.read_bytes() if path.exists() else b"")
    digest.update(read_migration_state(database_url).encode())
    return digest.hexdigest()
