"""Say which filters hold, each with the address that takes it away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from governance.views.formats import format_moment

if TYPE_CHECKING:
    from django import forms
    from django.http import QueryDict
    from django_filters import FilterSet


@dataclass(frozen=True)
class AppliedFilter:
    """One filter that holds: what it is called, its value in words, and the query string without it."""

    label: str
    words: str
    remove_query: str


def describe(filterset: FilterSet | None, given: QueryDict) -> list[AppliedFilter]:
    """Return the filters of the address that hold, in the order of the form."""
    if filterset is None or not filterset.is_valid():
        return []
    found = []
    for name, field in filterset.form.fields.items():
        value = filterset.form.cleaned_data.get(name)
        words = _words(value, field)
        if words:
            found.append(AppliedFilter(str(field.label or name), words, _without(given, name)))
    return found


def _words(value: Any, field: forms.Field) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, slice):
        ends = (_words(value.start, field), _words(value.stop, field))
        return "\u2013".join(end or "\u2026" for end in ends) if any(ends) else ""
    if isinstance(value, date):
        return format_moment(value)
    if isinstance(value, Model):
        return str(value)
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(_words(item, field) for item in value)
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    return labels.get(str(value), str(value))


def _without(given: QueryDict, name: str) -> str:
    query = given.copy()
    for key in list(query):
        if key == name or key.startswith(f"{name}_") or key == "cursor":
            query.pop(key)
    return query.urlencode()
