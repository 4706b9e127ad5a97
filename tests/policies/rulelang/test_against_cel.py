"""Random conditions give the verdict that the official CEL gives, where both mean the same."""

import re

import pytest
from hypothesis import assume, given, settings

from policies.rulelang import Record, check, compile_condition
from tests.policies.rulelang.random_conditions import LISTS, SCHEMA, NotFinite, conditions, records, truth

cel = pytest.importorskip("cel_expr_python.cel", reason="SKIPPED FOR WANT OF THE ORACLE: no cel-expr-python here")

# Names are declared without a type, as CEL knows no field that may be null.
NAMES = ("i", "j", "d", "e", "s", "t", "b", "c", "l", "w", "who", "lists")
ENVIRONMENT = cel.NewEnv(variables=dict.fromkeys(NAMES, cel.Type.DYN))
REFUSED_BY_CEL = "no matching overload for '_[<>]=?_' applied to '\\((int, double|double, int)\\)'"


def official(text, values):
    """Evaluate a condition with the official CEL: True, False, or None for null and for an error."""
    # CEL asks `has` of members only; here a field has data exactly when it is not null.
    spelled = re.sub(r"has\(([\w.]+)\)", r"(\1 != null)", text)
    try:
        program = ENVIRONMENT.compile(spelled)
    except RuntimeError as error:
        if not re.search(REFUSED_BY_CEL, str(error)):
            raise
        # CEL compares numbers of two kinds only where it does not know the kinds beforehand.
        assume(condition=False)
    who = {"i": None, "s": None, **(values.get("who") or {})}
    data = {**dict.fromkeys(NAMES), **values, "who": who, "lists": {name: sorted(LISTS[name]) for name in LISTS}}
    result = program.eval(data=data)
    return None if result.type() == cel.Type.ERROR else result.plain_value()


@settings(max_examples=300, deadline=None)
@given(conditions, records)
def test_verdicts_are_those_of_cel(made, values):
    assume("lower(" not in made.text)  # our own function
    infinities = NotFinite.met
    truth(made, values, {})
    assume(NotFinite.met == infinities)
    ours = compile_condition(check(made.text, SCHEMA).require())(Record(values, lists=LISTS))
    assert ours is official(made.text, values)


@pytest.mark.parametrize(
    "text",
    [
        "7 / 2 == 3 && -7 / 2 == -3 && 7 / -2 == -3",
        "-7 % 3 == -1 && 7 % -3 == 1",
        "-9223372036854775808 % -1 == 0",
        "-9223372036854775808 / -1 > 0",
        "9223372036854775807 + 1 > 0",
        "9223372036854775807 * 2 > 0 || true",
        "1 / 0 > 1 || true",
        "1 / 0 > 1 && false",
        "1 / 0 > 1 && true",
        "int(-1.9) == -1 && int(1.9) == 1",
        "int(1e19) > 0",
        "double(9007199254740993) == 9007199254740992.0",
        "'Z' < 'a' && 'a' < 'ä' && size('é😀') == 2",
        r"'\\x41\\u00e9\\101\\n' == 'AéA\\n'",
        r"r'\d' == '\\d'",
        "'abc\\n'.matches('c$')",
        "'٣'.matches('[0-9]') || '٣'.matches('x') || 'abc'.matches('')",
        "'a%b'.contains('%') && 'abc'.startsWith('') && 'abc'.endsWith('bc')",
        "timestamp('2026-01-01T23:30:00-02:00').getHours() == 1",
        "timestamp('2026-01-04T00:00:00Z').getDayOfWeek() == 0",
        "timestamp('2026-01-04T00:00:00Z').getMonth() == 0",
        "timestamp('2026-01-04T00:00:00Z').getDate() == 4",
        "timestamp('2026-01-04T00:00:00Z').getDayOfMonth() == 3",
        "timestamp('2026-01-04T00:00:00Z').getDayOfYear() == 3",
        "timestamp('2026-01-04T00:00:00.25Z').getMilliseconds() == 250",
        "timestamp('2026-01-04T00:00:00Z').getFullYear() == 2026",
        "duration('-3730s').getMinutes() == -62 && duration('10000s').getHours() == 2",
        "duration('1.5h') == duration('90m') && duration('0') == duration('0s')",
        "timestamp('9999-12-31T23:59:59Z') + duration('1s') > timestamp('2000-01-01T00:00:00Z')",
        "timestamp('2026-01-04T00:00:00Z') - timestamp('2026-01-03T00:00:00Z') == duration('24h')",
        "[1, 2].exists(x, x / 0 > 1 || x == 2)",
        "[1, 2].all(x, x / 0 > 1 && x == 5)",
        "size([1, 2].filter(x, x / 0 > 1)) == 2",
        "2 in [1, 2].map(x, x * 2)",
        "[1, 2].exists(x, [2, 3].exists(y, x == y))",
        "true ? 1 / 0 > 1 : true",
        "(1 / 0 > 1) ? true : true",
        "null == null && !(1 == 2)",
        "0x1F == 31 && .5 == 0.5 && 1e3 == 1000.0",
    ],
)
def test_traps_are_those_of_cel(text):
    ours = compile_condition(check(text, SCHEMA).require())(Record({}))
    assert ours is official(text, {})
