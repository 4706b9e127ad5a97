"""Turn a checked condition into a function that answers true, false or unknown."""

from collections.abc import Callable
from typing import TypeAlias

from policies.rulelang.check import Checked
from policies.rulelang.evaluate import compile_node, slots_of
from policies.rulelang.record import Record

Condition: TypeAlias = Callable[[Record], bool | None]


def compile_condition(checked: Checked) -> Condition:
    """Return the function that evaluates a condition on a record.

    It gives True, False, or None for unknown (missing data, a division by zero and the like), may be
    called from several threads at once, and raises only `MissingListError`, when the record comes
    without a named list that the condition uses.
    """
    run, slots = compile_node(checked.root), slots_of(checked.root)

    def evaluate(record: Record) -> bool | None:
        answer = run(record, [None] * slots)
        return answer if answer is True or answer is False else None

    return evaluate
