"""The rule language: a documented subset of CEL, pure Python, without Django and without I/O."""

from policies.rulelang.check import Checked, CheckResult, check
from policies.rulelang.complete import Completion, Offer, complete
from policies.rulelang.condition import Condition, compile_condition
from policies.rulelang.evaluate import MissingListError
from policies.rulelang.explain import Explainer, Explanation, Truth, explain
from policies.rulelang.format import format_text
from policies.rulelang.json_form import FormError, from_form, to_form
from policies.rulelang.plain import describe
from policies.rulelang.record import UNKNOWN, Record, find_misfits, misfit_finder
from policies.rulelang.row import RowEngine, compile_ruleset
from policies.rulelang.ruleset import (
    ALLOW,
    OUTCOMES,
    CompiledRule,
    Hit,
    Lane,
    RuleSet,
    RuleSetError,
    RuleSpec,
    Verdict,
    verdict,
)
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
    "ALLOW",
    "BOOL",
    "DOUBLE",
    "DURATION",
    "INT",
    "OUTCOMES",
    "STRING",
    "TIMESTAMP",
    "UNKNOWN",
    "CheckResult",
    "Checked",
    "CompiledRule",
    "Completion",
    "Condition",
    "ConditionError",
    "Explainer",
    "Explanation",
    "Field",
    "FormError",
    "Hit",
    "Kind",
    "Lane",
    "MissingListError",
    "Offer",
    "Position",
    "Problem",
    "Record",
    "RowEngine",
    "RuleSet",
    "RuleSetError",
    "RuleSpec",
    "Schema",
    "SchemaError",
    "Severity",
    "Source",
    "Span",
    "Text",
    "Truth",
    "Type",
    "Verdict",
    "check",
    "compile_condition",
    "compile_ruleset",
    "complete",
    "describe",
    "explain",
    "find_misfits",
    "format_text",
    "from_form",
    "list_of",
    "misfit_finder",
    "parse_type",
    "to_form",
    "verdict",
]
