"""The row engine: a set of rules as one function, for single events and small batches."""

from typing import Final

from policies.rulelang.compile import compile_formulas
from policies.rulelang.lower import lower
from policies.rulelang.record import Record
from policies.rulelang.ruleset import ALLOW, Hit, RuleSet, Verdict

_NO_HIT: Final = Verdict(ALLOW, ())


class RowEngine:
    """A compiled set of rules; it gives what `ruleset.verdict` gives, many times faster.

    May be used from several threads at once. Its methods raise only `MissingListError`, when a record
    comes without a named list that a rule needs.
    """

    def __init__(self, ruleset: RuleSet) -> None:
        # Rules of the allow lane come first, so that the first hit tells which lane decides.
        rules = (*ruleset.allowing, *ruleset.main)
        self._find = compile_formulas([lower(rule.checked.root) for rule in rules])
        self._hits = tuple(Hit(rule.spec.id, rule.spec.outcome) for rule in rules)
        self._allowing = len(ruleset.allowing)
        self._outcomes = ruleset.outcomes
        severities = {outcome: severity for severity, outcome in enumerate(ruleset.outcomes)}
        self._severities = tuple(severities.get(rule.spec.outcome, 0) for rule in rules)

    def hits(self, record: Record) -> tuple[Hit, ...]:
        """Return every rule that holds on a record: those of the allow lane first, then by priority."""
        return tuple(self._hits[position] for position in self._positions(record))

    def verdict(self, record: Record) -> Verdict:
        """Return the outcome for a record and the hits of the lane that decides."""
        found = self._positions(record)
        if not found:
            return _NO_HIT
        if found[0] < self._allowing:
            return Verdict(ALLOW, tuple(self._hits[position] for position in found if position < self._allowing))
        severest = min([self._severities[position] for position in found])
        return Verdict(self._outcomes[severest], tuple([self._hits[position] for position in found]))

    def _positions(self, record: Record) -> list[int]:
        found = self._find(record.values, record.now, record.lists)
        if len(found) > 1:
            found.sort()
        return found


def compile_ruleset(ruleset: RuleSet) -> RowEngine:
    """Compile a set of rules; it takes about a millisecond per rule."""
    return RowEngine(ruleset)
