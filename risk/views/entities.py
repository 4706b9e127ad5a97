"""The list of entities: look one up by name or id, or see who stands out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from governance.queries.markets import markets_in
from governance.views.columns import CellKind, Column
from governance.views.lists import ListView
from risk.domain.vocabulary import EntityType
from risk.queries.entities import entity_rows, matching, scored
from risk.queries.signals import scorecards_in_force

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from governance.middleware import ConsoleRequest
    from risk.models import Entity

TYPES = {
    EntityType.SELLER.value: _("Sellers"),
    EntityType.CREATOR.value: _("Creators"),
    EntityType.BUYER.value: _("Buyers"),
    EntityType.LISTING.value: _("Listings"),
    EntityType.VIDEO.value: _("Videos"),
    EntityType.LIVESTREAM.value: _("Livestreams"),
    EntityType.REVIEW.value: _("Reviews"),
    EntityType.ORDER.value: _("Orders"),
    EntityType.MESSAGE.value: _("Messages"),
    EntityType.DEVICE.value: _("Devices"),
    EntityType.PAYMENT_ACCOUNT.value: _("Payment accounts"),
    EntityType.ADDRESS.value: _("Addresses"),
}


def band_choices() -> list[tuple[str, str]]:
    """Return the bands of the scorecards in force, from low to high."""
    cards = scorecards_in_force().values()
    bands = sorted((band.starts_at, band.name) for card in cards for band in card.spec.bands)
    return [(name, name.replace("_", " ").capitalize()) for name in dict.fromkeys(name for _, name in bands)]


def market_choices(request: ConsoleRequest) -> list[tuple[str, str]]:
    """Return the markets in which the viewer may see entities."""
    return [
        (market.code, f"{market.code} {market.name}")
        for market in markets_in(request.actor.markets(Permission.VIEW_ENTITIES))
    ]


class EntityFilter(FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Narrow the list. Without a type it shows sellers: they are who most questions are about."""

    q = CharFilter(method="by_text", label=_("Name or id"))
    type = ChoiceFilter(
        choices=[*list(TYPES.items())[1:], ("all", _("All"))],
        empty_label=TYPES[EntityType.SELLER.value],
        method="by_type",
        label=_("Type"),
    )
    market = ChoiceFilter(choices=(), field_name="market_id", empty_label=_("All"), label=_("Market"))
    band = ChoiceFilter(choices=band_choices, field_name="state__band", empty_label=_("All"), label=_("Score band"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["market"].extra["choices"] = market_choices(self.request)

    def filter_queryset(self, queryset: QuerySet[Entity]) -> QuerySet[Entity]:
        """Keep the sellers unless a type is asked for."""
        rows: QuerySet[Entity] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("type") else rows.filter(type=EntityType.SELLER)

    def by_text(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """Keep what has the words in its name, or an id that begins with them."""
        return matching(rows, value)

    def by_type(self, rows: QuerySet[Entity], name: str, value: str) -> QuerySet[Entity]:
        """Keep one type, or every one."""
        return rows if value == "all" else rows.filter(type=value)


class EntityList(ListView):
    """The entities of the viewer's markets, the newest first.

    Sorted by score it lists those that have one. It does not sort by when they were last seen: an index over that
    would move with every event.
    """

    name = "entities"
    title = _("Entities")
    lead = _("Who and what is on the marketplace, and what is known of them.")
    default_sort = "-first_seen_at"
    filterset_class = EntityFilter
    empty_title = _("No entity is known yet")
    empty_text = _("They appear with the first events: import a file, or send them to the API.")
    empty_icon = "users"
    columns: ClassVar = (
        Column(
            "name",
            _("Name"),
            template="risk/cells/entity.html",
            value=lambda row: row.name or row.external_id,
            is_lead=True,
            is_fixed=True,
            is_wide=True,
        ),
        Column("external_id", _("Id")),
        Column("type", _("Type"), value=lambda row: str(TYPES.get(row.type, row.type)), is_shown=False),
        Column("market", _("Market"), template="governance/cells/market.html", value=lambda row: row.market_id),
        Column(
            "score",
            _("Score"),
            CellKind.NUMBER,
            value=lambda row: getattr(getattr(row, "state", None), "score", None),
            sort=("state__score",),
        ),
        Column(
            "band",
            _("Band"),
            template="risk/cells/band.html",
            value=lambda row: getattr(getattr(row, "state", None), "band", ""),
        ),
        Column("first_seen_at", _("First seen"), CellKind.TIME, sort=("first_seen_at",)),
        Column("last_seen_at", _("Last seen"), CellKind.TIME),
    )

    def read_rows(self) -> QuerySet[Entity]:
        """Return the entities of the viewer's markets."""
        if not self.request.actor.can(Permission.VIEW_ENTITIES):
            raise NotFound("There is no such page.")
        return entity_rows(self.request.actor)

    @cached_property
    def rows(self) -> QuerySet[Entity]:
        """The filtered entities; sorted by score, those that have one."""
        rows: QuerySet[Entity] = super().rows
        return scored(rows) if self.is_by_score else rows

    @property
    def is_by_score(self) -> bool:
        """Whether the list is sorted by score."""
        return self.sorted_by[0].key == "score"

    def extra_context(self) -> dict[str, Any]:
        """Say what the sort leaves out."""
        return {"note": _("Only those with a score.")} if self.is_by_score else {}

    def row_url(self, row: Entity) -> str:
        """Return the page of the entity."""
        return reverse("cases:entity", args=[row.pk])
