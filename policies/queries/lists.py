"""Read the named lists that rules may ask."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from policies.models import ListEntry, NamedList
from policies.rulelang import Type, parse_type

NUMBERS = {"int": int, "double": float}


@dataclass(frozen=True)
class ListsInForce:
    """The entries of every list at a moment; they hold until the next one expires (None: until a change)."""

    entries: dict[str, frozenset[str | int | float]]
    until: datetime | None


def entries_at(at: datetime) -> QuerySet[ListEntry]:
    """Return the entries that are neither removed nor expired."""
    return ListEntry.objects.filter(_holds_at(at))


def lists_in_force(at: datetime) -> ListsInForce:
    """Return the values of every list by its name, in two queries."""
    types = dict(NamedList.objects.values_list("name", "value_type"))
    values: dict[str, set[str | int | float]] = {name: set() for name in types}
    soonest: datetime | None = None
    for name, value, expires_at in entries_at(at).values_list("list__name", "value", "expires_at"):
        values[name].add(NUMBERS.get(types[name], str)(value))
        if expires_at is not None and (soonest is None or expires_at < soonest):
            soonest = expires_at
    return ListsInForce({name: frozenset(found) for name, found in values.items()}, soonest)


def list_versions() -> dict[str, int]:
    """Return the version of every list by its name."""
    return dict(NamedList.objects.values_list("name", "version"))


def list_types() -> dict[str, Type]:
    """Return the type of every list's entries, for the schema of the rule language."""
    return {name: parse_type(spelling) for name, spelling in NamedList.objects.values_list("name", "value_type")}


def visible_lists(actor: Actor, at: datetime) -> QuerySet[NamedList]:
    """Return the lists with the number of their entries (`entry_count`) for who may see rules."""
    actor.require(Permission.VIEW_RULES)
    holds = _holds_at(at, prefix="entries__")
    return NamedList.objects.annotate(
        entry_count=Count("entries", filter=holds), next_expiry=Min("entries__expires_at", filter=holds)
    )


def list_named(actor: Actor, name: str, at: datetime) -> NamedList:
    """Return one list; raises NotFound when there is none."""
    row = visible_lists(actor, at).filter(name=name).first()
    if row is None:
        raise NotFound("There is no such list.")
    return row


def _holds_at(at: datetime, prefix: str = "") -> Q:
    is_kept = Q(**{f"{prefix}removed_at__isnull": True, f"{prefix}id__isnull": False})
    return is_kept & (Q(**{f"{prefix}expires_at__isnull": True}) | Q(**{f"{prefix}expires_at__gt": at}))
