"""Check regular expressions: fixed text, valid RE2, of bounded size."""

from policies.rulelang.check.report import Report
from policies.rulelang.patterns import PatternError, compile_pattern
from policies.rulelang.typed import Apply, Const, TypedNode
from policies.rulelang.wording import NOTHING, Text, gettext_noop


def check_pattern(call: Apply, report: Report) -> None:
    """Report a `matches` whose pattern is not fixed or cannot be compiled."""
    if call.overload.id != "matches":
        return
    pattern: TypedNode = call.arguments[1]
    if not isinstance(pattern, Const) or not isinstance(pattern.value, str):
        text = Text(gettext_noop("The pattern of `matches` must be a fixed text"))
        advice = Text(gettext_noop('Write it out: text.matches(r"\\d+"); use contains to compare with another field.'))
        report.error(pattern.span, "pattern-not-fixed", text, advice)
        return
    try:
        compile_pattern(pattern.value)
    except PatternError as error:
        text = Text(gettext_noop("The pattern is not valid: %(reason)s"), {"reason": error.reason})
        report.error(pattern.span, "bad-pattern", text, error.advice or NOTHING)
