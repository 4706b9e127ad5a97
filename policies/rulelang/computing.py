"""Compute functions whose arguments are all there: one plain function per overload of the table."""

import operator
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from policies.rulelang import arithmetic, lettering

_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)


OF_ONE: dict[str, Callable[[Any], Any]] = {
    "not": operator.not_,
    "negate_int": arithmetic.negate_int,
    "negate_double": operator.neg,
    "size_string": len,
    "size_list": len,
    "lower": lettering.lower,
    "upper": lettering.upper,
    "double_of_int": float,
    "double_of_double": float,
    "int_of_int": int,
    "int_of_double": arithmetic.truncate,
    "full_year": operator.attrgetter("year"),
    "month": lambda moment: moment.month - 1,
    "date": operator.attrgetter("day"),
    "day_of_month": lambda moment: moment.day - 1,
    "day_of_week": arithmetic.day_of_week,
    "day_of_year": arithmetic.day_of_year,
    "hours": operator.attrgetter("hour"),
    "minutes": operator.attrgetter("minute"),
    "seconds": operator.attrgetter("second"),
    "milliseconds": lambda moment: moment.microsecond // 1000,
    "total_hours": lambda span: arithmetic.whole(span, _HOUR),
    "total_minutes": lambda span: arithmetic.whole(span, _MINUTE),
    "total_seconds": lambda span: arithmetic.whole(span, arithmetic.SECOND),
}
"""Functions of one argument that are unknown on null."""

OF_TWO: dict[str, Callable[[Any, Any], Any]] = {
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "add_int": arithmetic.add_int,
    "add_double": arithmetic.add_double,
    "add_string": arithmetic.join,
    "add_timestamp_duration": arithmetic.move,
    "add_duration_timestamp": lambda span, moment: arithmetic.move(moment, span),
    "add_duration": arithmetic.add_duration,
    "subtract_int": arithmetic.subtract_int,
    "subtract_double": arithmetic.subtract_double,
    "subtract_timestamp": operator.sub,
    "subtract_timestamp_duration": arithmetic.move_back,
    "subtract_duration": arithmetic.subtract_duration,
    "multiply_int": arithmetic.multiply_int,
    "multiply_double": arithmetic.multiply_double,
    "divide_int": arithmetic.divide_int,
    "divide_double": arithmetic.divide_double,
    "modulo_int": arithmetic.modulo_int,
    "contains": operator.contains,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "similarity": lettering.similarity,
}
"""Functions of two arguments that are unknown when either is null."""
