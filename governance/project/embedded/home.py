"""The data home: one directory that holds data, logs, secrets and the state of the embedded default."""

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from governance.project.embedded.accounts import STAGING_ROOT, Account, can_be_entered, is_root
from governance.project.embedded.errors import EmbeddedError

MAX_LOG_BYTES = 10 * 1024 * 1024


@dataclass(frozen=True)
class Home:
    """The places below one data home."""

    root: Path

    @property
    def lock_file(self) -> Path:
        """Held by the process that runs the servers of this home."""
        return self.root / "lock"

    @property
    def users_file(self) -> Path:
        """Held, shared, by every command that borrows the servers of another process."""
        return self.root / "users.lock"

    @property
    def runtime_file(self) -> Path:
        """Says where the running servers are."""
        return self.root / "runtime.json"

    @property
    def logs(self) -> Path:
        """The directory of the log files."""
        return self.root / "logs"

    @property
    def media(self) -> Path:
        """Uploaded files."""
        return self.root / "media"

    @property
    def demo(self) -> Path:
        """The generated demo marketplace."""
        return self.root / "demo"

    def log(self, name: str) -> Path:
        """Return the log file of the child `name`; an overlong one is set aside first."""
        self.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path

    def secret(self, name: str) -> str:
        """Return the secret `name` of this home, made at the first call and kept in a file of mode 0600."""
        path = self.root / name
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            value = path.read_text(encoding="ascii").strip()
            if value:
                return value
            descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC)
        value = secrets.token_urlsafe(48)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(value)
        return value

    def server_root(self, account: Account | None) -> Path:
        """Return the directory below which servers keep their data.

        That is the home itself, unless the servers run under an `account` that cannot walk into it: then a
        directory of the system, named by a random id that is kept in the home. Once chosen it stays: raises
        EmbeddedError when data lies in a home that the account cannot enter any more.
        """
        staged = (self.root / "id").exists()
        if account is None or (not staged and can_be_entered(self.root)):
            return self.root
        if not staged and any(self.root.glob("postgres-*")):
            raise EmbeddedError(
                f"The account {account.name}, which runs the database, can no longer walk into {self.root}. "
                "Give others the right to enter (chmod o+x) that directory and those above it."
            )
        outside = STAGING_ROOT / f"home-{self.secret('id')[:16]}"
        for folder in (STAGING_ROOT, outside):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o755)
        return outside


def locate_home(environ: Mapping[str, str]) -> Path:
    """Return the path of the data home: AEDILE_HOME, else the place for data of this user."""
    chosen = environ.get("AEDILE_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    try:
        user_home = Path.home()
    except RuntimeError as error:
        raise EmbeddedError("This user has no home directory. Set AEDILE_HOME to a directory for the data.") from error
    if sys.platform == "darwin":
        return user_home / "Library" / "Application Support" / "aedile"
    data_home = environ.get("XDG_DATA_HOME") or str(user_home / ".local" / "share")
    return Path(data_home) / "aedile"


def open_home(environ: Mapping[str, str]) -> Home:
    """Return the data home, made when new; raises EmbeddedError when it cannot be written."""
    root = locate_home(environ)
    try:
        # The servers' own account must be able to walk through a home that root makes.
        root.mkdir(mode=0o711 if is_root() else 0o700, parents=True, exist_ok=True)
        probe = root / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise EmbeddedError(
            f"The data home {root} cannot be written: {error.strerror}. "
            "Set AEDILE_HOME to a directory of your own, or set DATABASE_URL and REDIS_URL."
        ) from error
    return Home(root)
