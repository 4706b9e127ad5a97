"""The rule language: a documented subset of CEL, pure Python, without Django and without I/O."""

from policies.rulelang.check import Checked, CheckResult, check
from policies.rulelang.condition import Condition, compile_condition
from policies.rulelang.evaluate import MissingListError
from policies.rulelang.format import format_text
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
    "CheckResult",
    "Checked",
    "Condition",
    "ConditionError",
    "Field",
    "Kind",
    "MissingListError",
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
    "check",
    "compile_condition",
    "find_misfits",
    "format_text",
    "list_of",
    "parse_type",
]
