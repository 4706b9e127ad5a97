"""The rail: which rooms a viewer may enter, where they are, and what waits in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.core.cache import cache as shared_cache
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from dashboards.queries import waiting
from governance.domain.approvals import APPROVING
from governance.domain.roles import Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.utils.functional import _StrPromise

    from dashboards.queries.waiting import Waiting
    from governance.domain.actors import Actor

# Counts are shared by all pages that a person opens within these seconds.
COUNT_SECONDS = 20


@dataclass(frozen=True)
class Room:
    """One entry of the rail. Without a permission it is for everyone; a page that does not exist is left out.

    key is the second letter of its "g …" shortcut. counter says what waits, None when nothing is counted.
    """

    name: str
    label: _StrPromise
    icon: str
    page: str
    permissions: frozenset[Permission] = frozenset()
    key: str = ""
    counter: Callable[[Actor], Waiting] | None = None
    purpose: _StrPromise | str = ""


@dataclass(frozen=True)
class RoomGroup:
    """Rooms that belong together, under a heading; the first group has none."""

    label: _StrPromise | str
    rooms: tuple[Room, ...]


@dataclass(frozen=True)
class RailItem:
    """One entry as the template shows it."""

    label: str
    url: str
    icon: str
    key: str
    is_current: bool
    count: int = 0
    count_text: str = ""
    count_label: str = ""
    is_urgent: bool = False
    purpose: str = ""


@dataclass(frozen=True)
class RailGroup:
    """One group as the template shows it."""

    label: str
    items: tuple[RailItem, ...] = field(default=())


_P = Permission
RAIL: tuple[RoomGroup, ...] = (
    RoomGroup(
        "",
        (
            Room("home", _("Home"), "home", "dashboards:home", key="h"),
            Room(
                name="cases",
                label=_("Cases"),
                icon="gavel",
                page="cases:queue",
                permissions=frozenset({_P.VIEW_CASES}),
                key="c",
                counter=waiting.waiting_cases,
                purpose=_("Claim a case, see the evidence, decide."),
            ),
            Room(
                name="entities",
                label=_("Entities"),
                icon="users",
                page="risk:entities",
                permissions=frozenset({_P.VIEW_ENTITIES}),
                key="e",
                purpose=_("Look up a seller, creator or buyer with score and history."),
            ),
        ),
    ),
    RoomGroup(
        _("Law"),
        (
            Room(
                name="policies",
                label=_("Policies"),
                icon="book-2",
                page="policies:policies",
                permissions=frozenset({_P.VIEW_POLICIES}),
                key="p",
                purpose=_("Read the policies in force, and their versions."),
            ),
            Room(
                name="rules",
                label=_("Rules"),
                icon="code",
                page="risk:rules",
                permissions=frozenset({_P.VIEW_RULES}),
                key="r",
                purpose=_("Write rules, test them on history, release them."),
            ),
            Room(
                name="approvals",
                label=_("Approvals"),
                icon="checkup-list",
                page="governance:approvals",
                permissions=APPROVING,
                key="v",
                counter=waiting.waiting_approvals,
                purpose=_("Give the second pair of eyes."),
            ),
        ),
    ),
    RoomGroup(
        _("Watch"),
        (
            Room(
                name="health",
                label=_("Health"),
                icon="activity",
                page="dashboards:health",
                permissions=frozenset({_P.VIEW_HEALTH}),
                key="d",
                purpose=_("See in half a minute how the marketplace does."),
            ),
            Room(
                name="escalations",
                label=_("Escalations"),
                icon="urgent",
                page="governance:escalations",
                permissions=frozenset({_P.VIEW_ESCALATIONS}),
                key="s",
                counter=waiting.waiting_escalations,
                purpose=_("Run what needs more people, with its clock."),
            ),
        ),
    ),
    RoomGroup(
        _("Operate"),
        (
            Room(
                name="imports",
                label=_("Imports"),
                icon="database-import",
                page="risk:imports",
                permissions=frozenset({_P.VIEW_IMPORTS}),
                key="i",
                purpose=_("Bring in data, and see what was rejected."),
            ),
            Room(
                name="audit",
                label=_("Audit"),
                icon="history",
                page="governance:audit",
                permissions=frozenset({_P.VIEW_AUDIT}),
                key="a",
                purpose=_("Who did what, when and why; sealed."),
            ),
            Room(
                name="admin",
                label=_("Admin"),
                icon="settings",
                page="governance:people",
                permissions=frozenset({_P.MANAGE_PEOPLE, _P.MANAGE_KEYS}),
                key="m",
                purpose=_("People, roles and keys."),
            ),
        ),
    ),
)


def build_rail(actor: Actor, at: str) -> list[RailGroup]:
    """Return the rooms that the viewer may enter; `at` is the path of the page that is open."""
    open_rooms = [(group, [room for room in group.rooms if _is_open(room, actor)]) for group in RAIL]
    counts = _counts(actor, [room for _group, rooms in open_rooms for room in rooms])
    current = _current_room(at)
    return [
        RailGroup(str(group.label), tuple(_item(room, counts.get(room.name), current) for room in rooms))
        for group, rooms in open_rooms
        if rooms
    ]


@login_required
def rail(request: HttpRequest) -> HttpResponse:
    """Show the list of rooms again with fresh counts, for the page at `?at=`."""
    return render(request, "layouts/_rail_list.html", {})


@cache
def _address(page: str) -> str:
    """Return a page's address, empty while no app serves it."""
    try:
        return reverse(page)
    except NoReverseMatch:
        return ""


def _is_open(room: Room, actor: Actor) -> bool:
    is_allowed = not room.permissions or any(actor.can(permission) for permission in room.permissions)
    return is_allowed and _address(room.page) != ""


def _current_room(at: str) -> str:
    """Return the room whose address is the longest beginning of the path."""
    addresses = {room.name: _address(room.page) for group in RAIL for room in group.rooms}
    fitting = [
        (len(address), name)
        for name, address in addresses.items()
        if address and (at == address or (address != "/" and at.startswith(address)))
    ]
    return max(fitting)[1] if fitting else ""


def _counts(actor: Actor, rooms: list[Room]) -> dict[str, Waiting]:
    """Return what waits in each room, from the cache when it is fresh; a cache that is down only costs time."""
    key = f"rail:{actor.kind.value}:{actor.id}"
    try:
        known: dict[str, Waiting] | None = shared_cache.get(key)
    except RedisError:
        known = None
    if known is not None:
        return known
    found = {room.name: room.counter(actor) for room in rooms if room.counter is not None}
    try:
        shared_cache.set(key, found, COUNT_SECONDS)
    except RedisError:
        return found
    return found


def _item(room: Room, count: Waiting | None, current: str) -> RailItem:
    return RailItem(
        label=str(room.label),
        url=_address(room.page),
        icon=room.icon,
        key=f"g {room.key}" if room.key else "",
        is_current=room.name == current,
        count=count.number if count else 0,
        count_text=f"{count.number}{'' if count.is_exact else '+'}" if count else "",
        count_label=count.label if count else "",
        is_urgent=bool(count and count.is_urgent),
        purpose=str(room.purpose),
    )
