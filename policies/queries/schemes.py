"""Read penalty schemes in the version that holds."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from governance.domain.errors import NotFound
from policies.domain.schemes import SchemeSpec, parse_scheme
from policies.models import PenaltySchemeVersion, SchemeAssignment


@dataclass(frozen=True)
class SchemeView:
    """One version of a scheme."""

    version_id: int
    number: int
    effective_from: datetime
    spec: SchemeSpec


def scheme_for(market: str, entity_type: str, at: datetime) -> SchemeView:
    """Return the scheme that holds in a market for a type of entity at the moment.

    The market's own assignment comes before the one for every market; of several the one that began last holds.
    Raises NotFound when none has begun.
    """
    assignment = (
        SchemeAssignment.objects.filter(Q(market_id=market) | Q(market_id__isnull=True))
        .filter(entity_type=entity_type, effective_from__lte=at)
        .order_by(F("market_id").asc(nulls_last=True), "-effective_from")
        .first()
    )
    version = (
        PenaltySchemeVersion.objects.filter(scheme_id=assignment.scheme_id, effective_from__lte=at)
        .order_by("-number")
        .first()
        if assignment
        else None
    )
    if version is None:
        raise NotFound(f"No penalty scheme holds for a {entity_type} in {market} on {at:%Y-%m-%d}.")
    return to_view(version)


def scheme_version(version_id: int) -> SchemeView:
    """Return one version, such as the one that a ledger entry was made under; raises NotFound when there is none."""
    row = PenaltySchemeVersion.objects.filter(pk=version_id).first()
    if row is None:
        raise NotFound("There is no such version of a penalty scheme.")
    return to_view(row)


def schemes_at(at: datetime) -> list[SchemeView]:
    """Return the version of every scheme that has begun, by code."""
    rows = (
        PenaltySchemeVersion.objects.filter(effective_from__lte=at)
        .order_by("scheme_id", "-number")
        .distinct("scheme_id")
    )
    return sorted((to_view(row) for row in rows), key=lambda view: view.spec.code)


def to_view(row: PenaltySchemeVersion) -> SchemeView:
    """Return the view of a row."""
    spec = parse_scheme(row.definition)
    if not isinstance(spec, SchemeSpec):
        raise TypeError(f"the stored scheme {row} is broken: {'; '.join(map(str, spec))}")
    return SchemeView(row.pk, row.number, row.effective_from, spec)
