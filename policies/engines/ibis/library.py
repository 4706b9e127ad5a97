"""Import Ibis when it is first used: it is an optional package and takes most of a second."""

from functools import cache
from importlib import import_module
from inspect import Parameter, Signature
from types import ModuleType
from typing import Any


class EngineMissingError(RuntimeError):
    """A package that an analytics engine needs is not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(
            f"the package {package} is not installed; "
            "run pip install --require-hashes -r requirements/analytics.txt, or use the engine row or columnar"
        )


def load(package: str) -> ModuleType:
    """Return an optional package.

    Raises:
        EngineMissingError: it is not installed.
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise EngineMissingError(package.partition(".")[0]) from error


@cache
def load_ibis() -> ModuleType:
    """Return `ibis`."""
    return load("ibis")


@cache
def load_operations() -> ModuleType:
    """Return `ibis.expr.operations`."""
    return load("ibis.expr.operations")


def call(name: str, returns: str, *arguments: Any) -> Any:
    """Call a function of the engine by its name; the name and the type it returns are always our own words."""
    return _built_in(name, returns, tuple(argument.type() for argument in arguments))(*arguments)


@cache
def _built_in(name: str, returns: str, takes: tuple[Any, ...]) -> Any:
    def declared() -> None:
        """Stand for a function that the engine has."""

    places = [Parameter(f"a{at}", Parameter.POSITIONAL_OR_KEYWORD) for at in range(len(takes))]
    declared.__name__ = name
    declared.__signature__ = Signature(places)  # type: ignore[attr-defined] # read by Ibis
    return load_ibis().udf.scalar.builtin(declared, name=name, signature=(takes, returns))
