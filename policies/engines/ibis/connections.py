"""Open the engine that `ANALYTICS_URL` names."""

from collections.abc import Callable
from urllib.parse import urlsplit

from policies.engines.ibis.engine import Engine
from policies.engines.ibis.engines.duckdb import open_duckdb
from policies.engines.ibis.engines.postgres import open_postgres
from policies.engines.ibis.engines.spark import open_spark

ENGINES = ("duckdb", "postgres", "spark")
_OPENERS: dict[str, Callable[[str], Engine]] = {
    "duckdb": open_duckdb,
    "postgres": open_postgres,
    "spark": open_spark,
}
_SCHEMES = {"duckdb": "duckdb", "postgres": "postgres", "postgresql": "postgres", "spark": "spark"}
_EXAMPLES = {
    "duckdb": "duckdb:///srv/events.duckdb",
    "postgres": "postgresql://user:password@host:5432/name",
    "spark": "spark://local or spark://host:7077",
}


class AnalyticsUrlError(ValueError):
    """An address of an analytics engine that cannot be used; it says what to set."""


def open_engine(name: str, url: str) -> Engine:
    """Open an engine by its name.

    `url` is the value of `ANALYTICS_URL`. Where it names another engine it is not used: DuckDB then works in
    memory, Spark on this machine.

    Raises:
        AnalyticsUrlError: PostgreSQL is asked for and the address names none, or the address is malformed.
        EngineMissingError: a package is not installed.
        EngineFailedError: the engine does not answer.
    """
    scheme = urlsplit(url).scheme
    if url and scheme not in _SCHEMES:
        known = ", ".join(_EXAMPLES.values())
        message = f"ANALYTICS_URL begins with {scheme or 'nothing'!r}; it is one of {known}"
        raise AnalyticsUrlError(message)
    if url and _SCHEMES[scheme] == name:
        return _OPENERS[name](url)
    if name == "postgres":
        message = f"the engine postgres needs an address: set ANALYTICS_URL to {_EXAMPLES[name]}"
        raise AnalyticsUrlError(message)
    return _OPENERS[name]("")
