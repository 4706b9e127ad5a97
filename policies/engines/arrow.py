"""Import pyarrow when it is first used: it takes a quarter of a second, which a web start should not pay."""

from functools import cache
from importlib import import_module
from types import ModuleType


@cache
def load_arrow() -> ModuleType:
    """Return `pyarrow`."""
    return import_module("pyarrow")


@cache
def load_compute() -> ModuleType:
    """Return `pyarrow.compute`."""
    return import_module("pyarrow.compute")


@cache
def load_parquet() -> ModuleType:
    """Return `pyarrow.parquet`."""
    return import_module("pyarrow.parquet")


@cache
def load_csv() -> ModuleType:
    """Return `pyarrow.csv`."""
    return import_module("pyarrow.csv")
