"""The small marketplace of the rule language's tests as an Arrow table."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from policies.rulelang import Kind
from tests.policies.rulelang.market import SCHEMA

_SCALARS = {
    Kind.BOOL: pa.bool_(),
    Kind.INT: pa.int64(),
    Kind.DOUBLE: pa.float64(),
    Kind.STRING: pa.string(),
    Kind.TIMESTAMP: pa.timestamp("us", "UTC"),
    Kind.DURATION: pa.duration("us"),
}


def arrow_type(wanted):
    return pa.list_(_SCALARS[wanted.element.kind]) if wanted.element else _SCALARS[wanted.kind]


def market_table(*rows):
    """Return rows of dotted names as a table with a column of each field's plain type."""
    columns = {}
    for name, described in SCHEMA.fields.items():
        columns[name] = pa.array([_value(row.get(name)) for row in rows], arrow_type(described.type))
    return pa.table(columns)


def _value(value):
    if isinstance(value, str) and value.endswith("Z"):
        return datetime.fromisoformat(value).astimezone(UTC)
    return timedelta(hours=36) if value == "36h" else value


def flat(values, prefix=""):
    """Return nested values by dotted name."""
    found = {}
    for key, value in values.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found
