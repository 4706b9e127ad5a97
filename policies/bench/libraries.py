"""Import what only benchmarks need when they need it; none of it is there on every machine."""

from importlib import import_module
from typing import Any


class MissingLibraryError(RuntimeError):
    """A library is not installed here."""

    def __init__(self, module: str) -> None:
        super().__init__(f"{module} is not installed; install requirements/bench.txt")


def load(module: str) -> Any:
    """Return a module.

    Raises:
        MissingLibraryError: it is not installed, or not for this machine.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingLibraryError(module) from error
