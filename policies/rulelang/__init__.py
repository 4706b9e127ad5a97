"""The rule language: a documented subset of CEL, pure Python, without Django and without I/O."""

from policies.rulelang.record import Record, find_misfits
from policies.rulelang.schema import Field, Schema, SchemaError
from policies.rulelang.source import ConditionError, Position, Problem, Severity, Source, Span
from policies.rulelang.types import (
    BOOL,
    DOUBLE,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    Kind,
    Type,
    list_of,
    parse_type,
)
from policies.rulelang.wording import Text

__all__ = [
    "BOOL",
    "DOUBLE",
    "DURATION",
    "INT",
    "STRING",
    "TIMESTAMP",
    "ConditionError",
    "Field",
    "Kind",
    "Position",
    "Problem",
    "Record",
    "Schema",
    "SchemaError",
    "Severity",
    "Source",
    "Span",
    "Text",
    "Type",
    "find_misfits",
    "list_of",
    "parse_type",
]
