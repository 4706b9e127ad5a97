"""Under which account the servers run, and which places that account can reach.

PostgreSQL refuses to run as root. Started by root, the servers run under an account that exists already;
nothing is created and no directory outside Aedile's own is opened up.
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from governance.project.embedded.errors import EmbeddedError

CANDIDATES = ("postgres", "nobody")
STAGING_ROOT = Path("/var/lib/aedile")
OTHERS_ENTER = 0o001
OTHERS_READ_AND_ENTER = 0o005


@dataclass(frozen=True)
class Account:
    """An unprivileged account that servers run under when Aedile itself was started by root."""

    name: str
    uid: int
    gid: int


def is_root() -> bool:
    """Tell whether this process has root's rights."""
    return os.geteuid() == 0


def find_service_account() -> Account | None:
    """Return the account for the servers, or None when they can run as the caller.

    Raises EmbeddedError when root has no unprivileged account to offer.
    """
    if not is_root():
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        f"Started by root, but there is none of the accounts {', '.join(CANDIDATES)} to run PostgreSQL under. "
        "Start Aedile as a normal user, or set DATABASE_URL and REDIS_URL."
    )


def can_be_entered(path: Path) -> bool:
    """Tell whether any account can walk through every directory down to and including `path`."""
    resolved = path.resolve()
    return all(folder.stat().st_mode & OTHERS_ENTER for folder in [resolved, *resolved.parents])


def can_be_run(program: Path) -> bool:
    """Tell whether any account can reach and execute the file `program`."""
    resolved = program.resolve()
    return can_be_entered(resolved.parent) and resolved.stat().st_mode & OTHERS_READ_AND_ENTER == OTHERS_READ_AND_ENTER


def give(path: Path, account: Account | None) -> None:
    """Make `path` a directory that only `account` can enter; the caller keeps it when `account` is None."""
    path.mkdir(parents=True, exist_ok=True)
    if account is not None:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)
