"""Refuse, before anything runs, what an engine cannot compute exactly as the language says."""

from collections.abc import Mapping

from policies.rulelang import ConditionError, Problem, Span, Text
from policies.rulelang.wording import NOTHING


class CannotExpressError(Exception):
    """A part of a condition that the engine at hand cannot compute: its place, the reason, and what to do."""

    def __init__(self, span: Span | None, text: Text, advice: Text = NOTHING) -> None:
        super().__init__(str(text))
        self.span, self.text, self.advice = span, text, advice


class RefusedError(ConditionError):
    """Rules that an engine cannot evaluate; `by_rule` maps the identifier of each to its problems."""

    def __init__(self, engine: str, by_rule: Mapping[str, tuple[Problem, ...]]) -> None:
        super().__init__(tuple(problem for problems in by_rule.values() for problem in problems))
        lines = [f"{rule}: {problem}" for rule, problems in by_rule.items() for problem in problems]
        self.args = ("\n".join([f"{engine} cannot evaluate these rules:", *lines]),)
        self.engine, self.by_rule = engine, dict(by_rule)
