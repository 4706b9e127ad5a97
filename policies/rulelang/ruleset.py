"""Combine rules into a verdict: the severest outcome wins, unless a rule of the allow lane ends the matter."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from policies.rulelang.check import Checked, check
from policies.rulelang.condition import Condition, compile_condition
from policies.rulelang.record import Record
from policies.rulelang.schema import Schema
from policies.rulelang.source import Problem

ALLOW = "allow"
"""The outcome when no rule hits, and the only one of the allow lane."""

OUTCOMES = ("block", "hold", "review", "warn", "label", "reward")
"""The outcomes of a marketplace, severest first."""


class Lane(StrEnum):
    """Where a rule stands: a hit in the allow lane keeps the main lane from being asked."""

    MAIN = "main"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """One rule: its identifier, its condition, and what a hit means.

    `priority` orders the hits of a verdict, higher first; rules of equal priority keep their order.
    """

    id: str
    when: str
    outcome: str
    lane: Lane = Lane.MAIN
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that holds on a record."""

    rule: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a set of rules says about one record: one outcome, and every hit of the lane that decided."""

    outcome: str
    hits: tuple[Hit, ...]

    def as_json(self) -> dict[str, object]:
        """Return the verdict as plain data."""
        return {"outcome": self.outcome, "hits": [{"rule": hit.rule, "outcome": hit.outcome} for hit in self.hits]}


class RuleSetError(ValueError):
    """Rules that cannot be combined.

    `problems` maps the identifier of a rule to what is wrong with its condition; `faults` says in words
    what is wrong otherwise (an unknown outcome, an identifier used twice).
    """

    def __init__(self, problems: Mapping[str, tuple[Problem, ...]], faults: Sequence[str]) -> None:
        lines = [f"{rule}: {problem}" for rule, found in problems.items() for problem in found]
        super().__init__("\n".join([*faults, *lines]))
        self.problems, self.faults = dict(problems), tuple(faults)


@dataclass(frozen=True)
class CompiledRule:
    """A rule with its condition checked and ready to evaluate."""

    spec: RuleSpec
    checked: Checked = field(repr=False)
    holds: Condition = field(repr=False)


@dataclass(frozen=True)
class RuleSet:
    """Rules that were checked together against one schema. Make one with `RuleSet.build`."""

    rules: tuple[CompiledRule, ...]
    outcomes: tuple[str, ...]
    allowing: tuple[CompiledRule, ...] = field(repr=False)
    main: tuple[CompiledRule, ...] = field(repr=False)

    @classmethod
    def build(cls, specs: Iterable[RuleSpec], schema: Schema, outcomes: Sequence[str] = OUTCOMES) -> "RuleSet":
        """Check and compile rules; `outcomes` are those of the main lane, severest first.

        Raises:
            RuleSetError: a condition has problems, an outcome is not known, or an identifier is used twice.
        """
        specs = tuple(specs)
        faults = find_faults(specs, outcomes)
        results = [check(spec.when, schema) for spec in specs]
        problems = {spec.id: result.problems for spec, result in zip(specs, results, strict=True) if result.problems}
        if faults or problems:
            raise RuleSetError(problems, faults)
        rules = tuple(
            CompiledRule(spec, result.require(), compile_condition(result.require()))
            for spec, result in zip(specs, results, strict=True)
        )
        ordered = sorted(rules, key=lambda rule: -rule.spec.priority)
        return cls(
            rules,
            tuple(outcomes),
            tuple(rule for rule in ordered if rule.spec.lane is Lane.ALLOW),
            tuple(rule for rule in ordered if rule.spec.lane is Lane.MAIN),
        )

    @property
    def lists_used(self) -> frozenset[str]:
        """Names of the lists that a record must bring."""
        return frozenset().union(*(rule.checked.lists_used for rule in self.rules))


def find_faults(specs: Sequence[RuleSpec], outcomes: Sequence[str]) -> list[str]:
    """List in words what is wrong with rules apart from their conditions."""
    faults = []
    if ALLOW in outcomes or len(set(outcomes)) < len(outcomes):
        faults.append(f"outcomes: each stands once, and {ALLOW} is not among them, as it means that no rule hit")
    seen: set[str] = set()
    for spec in specs:
        if spec.id in seen:
            faults.append(f"{spec.id}: this identifier is used twice; give each rule its own")
        seen.add(spec.id)
        fault = fault_of(spec, outcomes)
        if fault:
            faults.append(f"{spec.id}: {fault}")
    return faults


def fault_of(spec: RuleSpec, outcomes: Sequence[str]) -> str:
    """Say in words why the outcome of a rule cannot be; empty when it can."""
    if spec.lane is Lane.ALLOW:
        fault = "" if spec.outcome == ALLOW else f"a rule of the allow lane has the outcome {ALLOW}"
    elif spec.outcome == ALLOW:
        fault = f"the outcome {ALLOW} belongs to the allow lane; write lane: allow"
    elif spec.outcome not in outcomes:
        fault = f"the outcome {spec.outcome!r} is not known; known are {', '.join(outcomes)}"
    else:
        fault = ""
    return fault


def verdict(ruleset: RuleSet, record: Record) -> Verdict:
    """Evaluate a set of rules on a record; what is unknown does not hit.

    Raises:
        MissingListError: the record comes without a named list that a rule uses.
    """
    return decide(ruleset, lambda rule: rule.holds(record) is True)


def decide(ruleset: RuleSet, has_hit: Callable[[CompiledRule], bool]) -> Verdict:
    """Combine the hits of rules, whoever found them.

    When a rule of the allow lane hits, the outcome is allow, the hits are those of the allow lane, and
    the main lane is not asked. Otherwise the severest outcome of the hits wins; without a hit it is allow.
    """
    hits = _hits(ruleset.allowing, has_hit)
    if hits:
        return Verdict(ALLOW, hits)
    hits = _hits(ruleset.main, has_hit)
    if not hits:
        return Verdict(ALLOW, ())
    found = {hit.outcome for hit in hits}
    return Verdict(next(outcome for outcome in ruleset.outcomes if outcome in found), hits)


def _hits(rules: Sequence[CompiledRule], has_hit: Callable[[CompiledRule], bool]) -> tuple[Hit, ...]:
    return tuple(Hit(rule.spec.id, rule.spec.outcome) for rule in rules if has_hit(rule))
