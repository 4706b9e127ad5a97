"""Check a condition against a schema: one room per check, every problem with place, message and hint."""

from dataclasses import dataclass, field

from policies.rulelang.check.constants import check_constants
from policies.rulelang.check.context import Context
from policies.rulelang.check.contradictions import check_contradictions
from policies.rulelang.check.costs import check_cost, check_turns
from policies.rulelang.check.infer import infer
from policies.rulelang.check.operators import expect_condition
from policies.rulelang.check.report import Report
from policies.rulelang.check.sizes import check_loop_count, check_walked_lists
from policies.rulelang.check.units import check_units
from policies.rulelang.check.unreachable import check_reach
from policies.rulelang.parse import parse
from policies.rulelang.schema import Schema
from policies.rulelang.source import ConditionError, Problem, Source
from policies.rulelang.tree import Node
from policies.rulelang.typed import FieldRef, ListRef, TypedNode, every


@dataclass(frozen=True)
class Checked:
    """A condition that is right: its text, its tree as written, and its typed tree for the engines."""

    source: Source
    schema: Schema = field(repr=False)
    tree: Node = field(repr=False)
    root: TypedNode = field(repr=False)
    warnings: tuple[Problem, ...] = ()

    @property
    def fields_used(self) -> frozenset[str]:
        """Dotted names of the fields that the condition reads."""
        return frozenset(node.name for node in every(self.root) if isinstance(node, FieldRef))

    @property
    def lists_used(self) -> frozenset[str]:
        """Names of the lists that the condition looks into, without `lists.`."""
        return frozenset(node.name for node in every(self.root) if isinstance(node, ListRef))


@dataclass(frozen=True)
class CheckResult:
    """The outcome of a check: either `checked` is there, or `problems` says why not."""

    checked: Checked | None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def require(self) -> Checked:
        """Return the checked condition.

        Raises:
            ConditionError: the condition has problems; the error carries them.
        """
        if self.checked is None:
            raise ConditionError(self.problems)
        return self.checked


def check(text: str, schema: Schema) -> CheckResult:
    """Check the text of a condition; never raises, whatever the text."""
    source = Source(text)
    parsed = parse(source)
    if parsed.tree is None:
        return CheckResult(None, parsed.problems)
    report = Report(source)
    check_loop_count(parsed.tree, report)
    root = None
    if not report.problems:
        context = Context(schema, report, infer)
        root = infer(parsed.tree, context)
        if root is not None:
            expect_condition(root, context)
            check_walked_lists(root, report)
            check_turns(root, report)
    if root is None or report.errors:
        return CheckResult(None, report.errors, report.warnings)
    check_constants(root, report)
    check_contradictions(root, report)
    check_reach(root, report)
    check_units(root, report)
    check_cost(root, report)
    checked = Checked(source, schema, parsed.tree, root, report.warnings)
    return CheckResult(checked, (), report.warnings)
