"""Ask the rules of a group about many records at once, column by column; what they say is what `find` says."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from policies.engines.columnar.engine import ColumnarEngine
from policies.engines.columnar.program import Program, asks_now, fields_of
from policies.rulelang import OUTCOMES, Record, RuleSpec
from policies.rulelang.lower import Formula


class ColumnGroup:
    """Rules by their place in a group, ready to be asked. The lists are those of the rule set."""

    def __init__(self, formulas: Sequence[Formula], lists: Mapping[str, frozenset[Any]]) -> None:
        # Whether an allow rule ends the matter is told with each hit, so no rule keeps another from being asked.
        rules = tuple(RuleSpec(str(place), "", OUTCOMES[0]) for place in range(len(formulas)))
        whole = tuple(formulas)
        self._engine = ColumnarEngine(Program(rules, OUTCOMES, whole, fields_of(whole), lists, asks_now(whole)))

    def find(self, records: Sequence[Record]) -> dict[int, list[int]]:
        """Return the places of the rules that are true, by the place of the record; records without any are left out.

        Records are in ascending order, and the rules of each.
        """
        found: dict[int, list[int]] = {}
        for rule, mask in enumerate(self._engine.hits_on(records)):
            for row in np.flatnonzero(mask).tolist():
                found.setdefault(row, []).append(rule)
        return dict(sorted(found.items()))
