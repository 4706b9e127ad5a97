"""Loopback ports."""

import socket

from governance.project.embedded.errors import EmbeddedError

LOOPBACK = "127.0.0.1"
TRIES = 100


def find_free_port() -> int:
    """Return a port of the loopback interface that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def listen_from(first: int) -> socket.socket:
    """Return a listening socket on `first` or the next free loopback port.

    The caller hands it to the web server: from then on nobody can take the port, and a web server that is
    started again loses no visitor. Raises EmbeddedError when 100 ports in a row are taken.
    """
    for port in range(first, min(first + TRIES, 65_536)):
        server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((LOOPBACK, port))
            server.listen(128)
        except PermissionError as error:
            server.close()
            raise EmbeddedError(f"Port {port} is reserved for root. Choose one from 1024 on: --port 8000.") from error
        except OSError:
            server.close()
        else:
            return server
    raise EmbeddedError(f"No free port from {first} on. Choose another: --port 9000.")
