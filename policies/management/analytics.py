"""Open the engine that a command names, and say in the command's words what is wrong with it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import CommandError

from policies.engines.errors import DataError
from policies.engines.ibis.connections import AnalyticsUrlError, open_engine
from policies.engines.ibis.engine import Engine, EngineFailedError
from policies.engines.ibis.library import EngineMissingError
from policies.engines.ibis.refusals import RefusedError


@contextmanager
def analytics_engine(name: str) -> Iterator[Engine]:
    """Open an analytics engine by its name and close it again.

    Raises:
        CommandError: it cannot be opened, refuses rules, cannot read the data, or fails.
    """
    try:
        engine = open_engine(name, settings.ANALYTICS_URL)
        try:
            yield engine
        finally:
            engine.close()
    except (AnalyticsUrlError, DataError, EngineFailedError, EngineMissingError, RefusedError) as error:
        raise CommandError(str(error)) from error
