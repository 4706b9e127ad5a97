"""One PostgreSQL and one Valkey for the whole test run.

They are those of DATABASE_URL and REDIS_URL, or embedded ones in a directory of their own. The processes of
pytest-xdist are children of the first process and inherit its variables: they share the servers, each with a
test database (made by pytest-django) and a Redis database of its own.
"""

import atexit
import shutil
import tempfile
from collections.abc import MutableMapping
from pathlib import Path
from urllib.parse import urlsplit

from governance.project.embedded.home import Home
from governance.project.embedded.locks import FileLock
from governance.project.embedded.servers import Servers, find_need, start_servers, stop_servers

PREFIX = "aedile-tests-"
# Data of a test run need not survive a power cut.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "max_connections": "300",
    "shared_buffers": "128MB",
}


def name_servers(environ: MutableMapping[str, str]) -> None:
    """Set DATABASE_URL and REDIS_URL, starting what they do not name until this process ends."""
    need = find_need(environ)
    if not need.nothing:
        _sweep()
        home = Home(Path(tempfile.mkdtemp(prefix=PREFIX)))
        home.root.chmod(0o711)  # the servers' account must get in when root runs the tests
        lock = FileLock(home.lock_file)
        lock.take()
        servers = start_servers(home, need, FAST)
        atexit.register(_end, home, servers, lock)
        environ.update(servers.environment(home))
    worker = environ.get("PYTEST_XDIST_WORKER", "")
    if worker.startswith("gw"):
        parts = urlsplit(environ["REDIS_URL"])
        environ["REDIS_URL"] = parts._replace(path=f"/{int(worker[2:]) + 1}").geturl()


def _end(home: Home, servers: Servers, lock: FileLock) -> None:
    stop_servers(servers.children)
    lock.close()
    shutil.rmtree(home.root, ignore_errors=True)


def _sweep() -> None:
    """Remove what test runs left behind that were killed."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/lock"):
        try:
            with FileLock(path) as lock:
                if lock.take():
                    shutil.rmtree(path.parent, ignore_errors=True)
        except OSError:  # someone else's
            continue
