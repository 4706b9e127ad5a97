"""Load the penalty schemes of a pack and say where they hold."""

from collections.abc import Sequence

from governance.domain.errors import FieldProblem, InvalidInput
from governance.queries.markets import all_markets
from policies.actions.pack_policies import midnight
from policies.actions.pack_report import PackLoaded, Tally
from policies.domain.digests import digest_of
from policies.domain.forms import to_form
from policies.domain.schemes import SchemeSpec
from policies.models import PenaltyScheme, PenaltySchemeVersion, SchemeAssignment


def load_schemes(specs: Sequence[SchemeSpec]) -> PackLoaded:
    """Make a new version of every scheme whose form changed, and assign them to their markets."""
    schemes, assignments = Tally("schemes"), Tally("scheme assignments")
    notes: list[str] = []
    markets = set(all_markets())
    for spec in specs:
        scheme = _load_scheme(spec, schemes)
        missing = sorted(set(spec.markets) - markets)
        if missing:
            names = ", ".join(missing)
            notes.append(f"Scheme {spec.code}: there is no market {names} yet. Load the pack again when there is.")
        places: list[str | None] = [market for market in spec.markets if market in markets]
        for market in [*places, *([None] if spec.is_default else [])]:
            for entity_type in spec.entity_types:
                _assign(scheme, spec, market, entity_type, assignments)
    return PackLoaded((schemes.line(), assignments.line()), tuple(notes))


def _load_scheme(spec: SchemeSpec, tally: Tally) -> PenaltyScheme:
    scheme, _ = PenaltyScheme.objects.update_or_create(code=spec.code, defaults={"title": spec.title})
    digest = digest_of(spec)
    newest = scheme.versions.order_by("-number").first()
    if newest and newest.digest == digest:
        tally.unchanged += 1
        return scheme
    PenaltySchemeVersion.objects.create(
        scheme=scheme,
        number=newest.number + 1 if newest else 1,
        definition=to_form(spec),
        effective_from=midnight(spec.effective_from),
        digest=digest,
    )
    (tally.changed if newest else tally.added).append(spec.code)
    return scheme


def _assign(scheme: PenaltyScheme, spec: SchemeSpec, market: str | None, entity_type: str, tally: Tally) -> None:
    """Let the scheme hold there from its day on; another scheme cannot begin on the same day."""
    place = f"{market or 'every market'} {entity_type}"
    start = midnight(spec.effective_from)
    held = (
        SchemeAssignment.objects.filter(market_id=market, entity_type=entity_type, effective_from__lte=start)
        .order_by("-effective_from")
        .first()
    )
    if held and held.scheme_id == scheme.pk:
        tally.unchanged += 1
        return
    if held and held.effective_from == start:
        raise InvalidInput(
            [
                FieldProblem(
                    f"schemes/{spec.code}.yaml effective_from",
                    f"another scheme begins on {spec.effective_from} for {place}",
                    "Let this one begin later, so that earlier decisions keep their scheme.",
                )
            ]
        )
    SchemeAssignment.objects.create(scheme=scheme, market_id=market, entity_type=entity_type, effective_from=start)
    tally.added.append(f"{spec.code} in {place}")
