"""Open the engine that `ANALYTICS_URL` names."""

from policies.engines.ibis.dialects.duckdb import DuckDB
from policies.engines.ibis.engine import Engine
from policies.engines.ibis.library import load, load_ibis


def connect_duckdb(path: str = ":memory:") -> Engine:
    """Open DuckDB, in memory or on a file."""
    load("duckdb")
    backend = load_ibis().duckdb.connect(path)
    # Ibis writes the older form of lambda, which DuckDB 2 reads only when told to.
    backend.raw_sql("SET lambda_syntax = 'ENABLE_SINGLE_ARROW'")
    backend.raw_sql("SET TimeZone = 'UTC'")
    return Engine(backend, DuckDB())
