"""What every test may use."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import coverage
import pytest
from django.core.cache import cache
from django.db import connection

from governance.project.celery import app
from governance.project.embedded.home import Home
from governance.project.embedded.processes import Child, spawn, stop
from governance.project.embedded.programs import worker_command

ROOT = Path(__file__).resolve().parents[1]
WORKER_SECONDS = 60
TOLD_TO_MEASURE = "COVERAGE_PROCESS_CONFIG"


def database_url(name: str) -> str:
    """Return the URL of the database `name` on the server of the test run."""
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Rest the measuring of coverage, here and in processes that are started, in tests that are marked `untraced`."""
    measuring = coverage.Coverage.current() if item.get_closest_marker("untraced") else None
    if measuring is None:
        return (yield)
    told = os.environ.pop(TOLD_TO_MEASURE, None)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()
        if told is not None:
            os.environ[TOLD_TO_MEASURE] = told


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real data sets that are not part of the repository; the test is skipped where they are not at hand."""
    place = Path(os.environ.get("AEDILE_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not place.is_dir():
        pytest.skip(f"SKIPPED FOR WANT OF DATA: {place} is not there (set AEDILE_SHARED_DATA)")
    return place


@pytest.fixture(scope="session")
def olist(shared_data: Path) -> Path:
    """The files of the public Olist data set; the test is skipped where they are not at hand."""
    place = shared_data / "olist"
    if not any(place.glob("*.csv")):
        pytest.skip(f"SKIPPED FOR WANT OF DATA: {place} has no files (set AEDILE_SHARED_DATA)")
    return place


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave no cached value to the next test that uses the database."""
    yield
    if "django_db_setup" in request.fixturenames or "db" in request.fixturenames:
        cache.clear()


@pytest.fixture
def start_worker(transactional_db: None, tmp_path: Path) -> Iterator[Callable[[], Child]]:
    """Start a real worker process on the test database, over all queues; it is gone after the test."""
    with app.connection_for_write() as broker:
        broker.default_channel.client.flushdb()
    environment = {**os.environ, "DATABASE_URL": database_url(connection.settings_dict["NAME"])}
    started: list[Child] = []

    def act() -> Child:
        child = spawn(worker_command(Home(tmp_path), environment))
        started.append(child)
        for _ in range(WORKER_SECONDS):
            if app.control.ping(timeout=1.0):
                return child
            assert child.is_running, f"the worker ended:\n{child.last_lines()}"
        pytest.fail(f"the worker does not answer:\n{child.last_lines()}")

    yield act
    for child in started:
        stop(child, 10)


@pytest.fixture
def celery_worker(start_worker: Callable[[], Child]) -> Child:
    """A real worker process that is ready."""
    return start_worker()
