"""Ask a formula of a chunk: cheap tests on all rows, dear ones only where the answer still hangs on them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from policies.engines.columnar.chunk import Chunk, Coded
from policies.engines.columnar.vectors import Mask

_FEW = 0.6
"""Up to this share of the rows it pays to pick them before a dear test."""

_MOST_CODES_ASKED_ONE_BY_ONE = 8


@dataclass(frozen=True, slots=True)
class Test:
    """An atom. `text` names the one field of text that it depends on, if so; `is_dear`: ask few rows.

    `key` identifies it; `is_shared` says that several rules or parts ask it.
    """

    key: int
    run: Callable[[Chunk], Mask] = field(repr=False)
    text: str | None
    is_dear: bool
    is_shared: bool


@dataclass(frozen=True, slots=True)
class Join:
    """Parts that must all hold (`is_every`), or of which one must hold."""

    key: int
    is_every: bool
    parts: "tuple[Plan, ...]"
    is_shared: bool


Plan: TypeAlias = Test | Join


class Asking:
    """Answers plans on one chunk; remembers what is shared."""

    def __init__(self, chunk: Chunk) -> None:
        self._chunk = chunk
        self._is_dear: dict[int, bool] = {}

    def holds(self, plan: Plan, asked: Mask | None = None) -> Mask:
        """Return where a plan holds. Only the answers on the asked rows count (None: all); do not write on them."""
        if self._dear(plan):
            return self._ask_dear(plan, asked) if isinstance(plan, Test) else self._join(plan, asked)
        if not plan.is_shared:
            return self._test(plan) if isinstance(plan, Test) else self._join(plan, None)
        memo = self._chunk.memo
        found: Mask | None = memo.get(plan.key)
        if found is None:
            found = memo[plan.key] = self._test(plan) if isinstance(plan, Test) else self._join(plan, None)
        return found

    def _dear(self, plan: Plan) -> bool:
        found = self._is_dear.get(plan.key)
        if found is None:
            if isinstance(plan, Test):
                found = plan.is_dear and plan.text not in self._chunk.coded
            else:
                found = any(self._dear(part) for part in plan.parts)
            self._is_dear[plan.key] = found
        return found

    def _test(self, test: Test) -> Mask:
        coded = self._chunk.coded.get(test.text) if test.text is not None else None
        return test.run(self._chunk) if coded is None else _look_up(test, coded)

    def _join(self, join: Join, asked: Mask | None) -> Mask:
        cheap = [part for part in join.parts if not self._dear(part)]
        combine = np.logical_and if join.is_every else np.logical_or
        found: Mask | None = None
        is_own = False
        for part in cheap:
            answer = self.holds(part)
            if found is None:
                found = answer
            elif is_own:
                combine(found, answer, out=found)
            else:
                found, is_own = combine(found, answer), True
        for part in join.parts:
            if not self._dear(part):
                continue
            open_rows = _still_open(found, asked, is_every=join.is_every)
            if open_rows is not None and not open_rows.any():
                break
            answer = self.holds(part, open_rows)
            if open_rows is not None:
                answer = answer & open_rows
            found = answer if found is None or join.is_every else found | answer
        if found is None:
            return np.full(self._chunk.count, join.is_every)
        return found

    def _ask_dear(self, test: Test, asked: Mask | None) -> Mask:
        if not test.is_shared:
            return self._ask_few(test, asked)
        memo = self._chunk.memo
        found, done = memo.get(test.key, (None, None))
        if found is None:
            found, done = np.zeros(self._chunk.count, np.bool_), np.zeros(self._chunk.count, np.bool_)
            memo[test.key] = (found, done)
        missing = ~done if asked is None else asked & ~done
        if missing.any():
            np.logical_or(found, self._ask_few(test, missing) & missing, out=found)
            np.logical_or(done, missing, out=done)
        answers: Mask = found
        return answers

    def _ask_few(self, test: Test, asked: Mask | None) -> Mask:
        if asked is None or np.count_nonzero(asked) > _FEW * self._chunk.count:
            return test.run(self._chunk)
        rows = np.flatnonzero(asked)
        found = np.zeros(self._chunk.count, np.bool_)
        if len(rows):
            found[rows] = test.run(self._chunk.pick(rows))
        return found


def _still_open(found: Mask | None, asked: Mask | None, *, is_every: bool) -> Mask | None:
    """Return the rows on which the next part decides; None for all."""
    if found is None:
        return asked
    undecided = found if is_every else ~found
    return undecided if asked is None else undecided & asked


def _look_up(test: Test, coded: Coded) -> Mask:
    """Ask a test of the different texts only, and spread the answers over the rows."""
    dictionary = coded.dictionary
    answers = dictionary.answers.get(test.key)
    if answers is None:
        count = len(dictionary.raw) + 1
        answers = dictionary.answers[test.key] = test.run(Chunk(count, lambda _: dictionary.texts, None))
    yes = np.flatnonzero(answers).tolist()
    if not yes:
        return np.zeros(len(coded.codes), np.bool_)
    if len(answers) - len(yes) <= 1:
        no = np.flatnonzero(~answers).tolist()
        return coded.codes != no[0] if no else np.ones(len(coded.codes), np.bool_)
    if len(yes) > _MOST_CODES_ASKED_ONE_BY_ONE:
        spread: Mask = answers.take(coded.codes)
        return spread
    found: Mask = coded.codes == yes[0]
    for code in yes[1:]:
        np.logical_or(found, coded.codes == code, out=found)
    return found
