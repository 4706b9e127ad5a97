"""The templates from which conditions are said in plain words, by overload; with the one for “not”."""

from policies.rulelang.wording import gettext_noop

CONDITIONS: dict[str, tuple[str, str]] = {
    "equal": (gettext_noop("%(a)s is %(b)s"), gettext_noop("%(a)s is not %(b)s")),
    "not_equal": (gettext_noop("%(a)s is not %(b)s"), gettext_noop("%(a)s is %(b)s")),
    "less": (gettext_noop("%(a)s is below %(b)s"), gettext_noop("%(a)s is not below %(b)s")),
    "less_equal": (gettext_noop("%(a)s is at most %(b)s"), gettext_noop("%(a)s is more than %(b)s")),
    "greater": (gettext_noop("%(a)s is above %(b)s"), gettext_noop("%(a)s is not above %(b)s")),
    "greater_equal": (gettext_noop("%(a)s is at least %(b)s"), gettext_noop("%(a)s is less than %(b)s")),
    "in": (gettext_noop("%(a)s is one of %(b)s"), gettext_noop("%(a)s is none of %(b)s")),
    "in_as_double": (gettext_noop("%(a)s is one of %(b)s"), gettext_noop("%(a)s is none of %(b)s")),
    "is_null": (gettext_noop("%(a)s has no data"), gettext_noop("%(a)s has data")),
    "is_not_null": (gettext_noop("%(a)s has data"), gettext_noop("%(a)s has no data")),
    "contains": (gettext_noop("%(a)s contains %(b)s"), gettext_noop("%(a)s does not contain %(b)s")),
    "starts_with": (gettext_noop("%(a)s begins with %(b)s"), gettext_noop("%(a)s does not begin with %(b)s")),
    "ends_with": (gettext_noop("%(a)s ends with %(b)s"), gettext_noop("%(a)s does not end with %(b)s")),
    "matches": (
        gettext_noop("%(a)s matches the pattern %(b)s"),
        gettext_noop("%(a)s does not match the pattern %(b)s"),
    ),
}
"""When it holds, and when it does not."""

TIME_CONDITIONS: dict[str, tuple[str, str]] = {
    "less": (gettext_noop("%(a)s is before %(b)s"), gettext_noop("%(a)s is not before %(b)s")),
    "less_equal": (gettext_noop("%(a)s is at or before %(b)s"), gettext_noop("%(a)s is after %(b)s")),
    "greater": (gettext_noop("%(a)s is after %(b)s"), gettext_noop("%(a)s is not after %(b)s")),
    "greater_equal": (gettext_noop("%(a)s is at or after %(b)s"), gettext_noop("%(a)s is before %(b)s")),
}
"""As `CONDITIONS`, between points in time."""

IN_FIELD = (gettext_noop("%(b)s holds %(a)s"), gettext_noop("%(b)s does not hold %(a)s"))
"""Membership in a list that the record brings."""

IN_NAMED_LIST = (gettext_noop("%(a)s is in %(b)s"), gettext_noop("%(a)s is not in %(b)s"))
"""Membership in a named list."""

VALUES: dict[str, str] = {
    "add_int": gettext_noop("%(a)s plus %(b)s"),
    "add_double": gettext_noop("%(a)s plus %(b)s"),
    "add_string": gettext_noop("%(a)s followed by %(b)s"),
    "add_timestamp_duration": gettext_noop("%(a)s plus %(b)s"),
    "add_duration_timestamp": gettext_noop("%(a)s plus %(b)s"),
    "add_duration": gettext_noop("%(a)s plus %(b)s"),
    "subtract_int": gettext_noop("%(a)s minus %(b)s"),
    "subtract_double": gettext_noop("%(a)s minus %(b)s"),
    "subtract_timestamp": gettext_noop("the time from %(b)s to %(a)s"),
    "subtract_timestamp_duration": gettext_noop("%(a)s minus %(b)s"),
    "subtract_duration": gettext_noop("%(a)s minus %(b)s"),
    "negate_int": gettext_noop("minus %(a)s"),
    "negate_double": gettext_noop("minus %(a)s"),
    "multiply_int": gettext_noop("%(a)s times %(b)s"),
    "multiply_double": gettext_noop("%(a)s times %(b)s"),
    "divide_int": gettext_noop("%(a)s divided by %(b)s, without fraction"),
    "divide_double": gettext_noop("%(a)s divided by %(b)s"),
    "modulo_int": gettext_noop("the rest of %(a)s divided by %(b)s"),
    "size_string": gettext_noop("the length of %(a)s"),
    "size_list": gettext_noop("the number of entries of %(a)s"),
    "lower": gettext_noop("%(a)s in small letters"),
    "upper": gettext_noop("%(a)s in capital letters"),
    "similarity": gettext_noop("the similarity of %(a)s and %(b)s"),
    "double_of_int": gettext_noop("%(a)s"),
    "double_of_double": gettext_noop("%(a)s"),
    "widen": gettext_noop("%(a)s"),
    "int_of_double": gettext_noop("%(a)s without its fraction"),
    "int_of_int": gettext_noop("%(a)s"),
    "days_since": gettext_noop("the days since %(a)s"),
    "full_year": gettext_noop("the year of %(a)s"),
    "month": gettext_noop("the month (0 to 11) of %(a)s"),
    "date": gettext_noop("the day of the month of %(a)s"),
    "day_of_month": gettext_noop("the day of the month (from 0) of %(a)s"),
    "day_of_week": gettext_noop("the day of the week (Sunday is 0) of %(a)s"),
    "day_of_year": gettext_noop("the day of the year (from 0) of %(a)s"),
    "hours": gettext_noop("the hour (UTC) of %(a)s"),
    "minutes": gettext_noop("the minute of %(a)s"),
    "seconds": gettext_noop("the second of %(a)s"),
    "milliseconds": gettext_noop("the millisecond of %(a)s"),
    "total_hours": gettext_noop("the whole hours of %(a)s"),
    "total_minutes": gettext_noop("the whole minutes of %(a)s"),
    "total_seconds": gettext_noop("the whole seconds of %(a)s"),
}
"""Values that are computed."""

LOOPS: dict[str, tuple[str, str]] = {
    "exists": (
        gettext_noop("for at least one entry “%(x)s” of %(list)s: %(body)s"),
        gettext_noop("for no entry “%(x)s” of %(list)s: %(body)s"),
    ),
    "all": (
        gettext_noop("for every entry “%(x)s” of %(list)s: %(body)s"),
        gettext_noop("not for every entry “%(x)s” of %(list)s: %(body)s"),
    ),
}
"""Loops that are conditions: when they hold, and when not."""

FILTERED = gettext_noop("the entries “%(x)s” of %(list)s for which %(body)s")
MAPPED = gettext_noop("%(body)s for each entry “%(x)s” of %(list)s")
