"""Read everything that a decision on a case rests on: the same for the preview and for the deed."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.domain.notices import Addressee, Finding, Rate
from cases.domain.planning import CaseGround, PolicyGround
from cases.models import Case, CaseEvidence
from cases.queries.standing import lines_of
from governance.domain.errors import Conflict, NotFound
from policies.domain.signals import RateDefinition
from policies.queries.policies import PolicyVersionView, policy_version
from policies.queries.schemes import SchemeView, scheme_for
from risk.queries.signals import signals_in_force

MOST_FINDINGS = 200
_NAMES = re.compile(r"\b[a-z_]+\.([a-z_0-9]+)\b")


@dataclass(frozen=True)
class Ground:
    """What the domain reckons with, and the versions that it was read from."""

    case: CaseGround
    policy: PolicyVersionView
    scheme: SchemeView


def ground_of(case: Case, now: datetime) -> Ground:
    """Return the ground of a decision on the case; it was read with its entity and market.

    The policy version is the one that the case was opened under, the scheme the one that holds now. Raises
    Conflict when no penalty scheme holds for the account: then nobody can say what a violation costs.
    """
    policy = policy_version(case.policy_version_id)
    try:
        scheme = scheme_for(case.market_id, case.entity.type, now)
    except NotFound as error:
        raise Conflict(error.message, hint="Ask a policy manager to assign one, then decide.") from error
    ground = CaseGround(
        policy=policy_ground(policy),
        spec=scheme.spec,
        lines=lines_of(case.entity_id, scheme),
        addressee=addressee_of(case),
        findings=findings_of(case),
    )
    return Ground(ground, policy, scheme)


def policy_ground(policy: PolicyVersionView) -> PolicyGround:
    """Return what a decision needs of a policy version."""
    return PolicyGround(
        code=policy.policy_code,
        tree=policy.tree,
        least=policy.severity_min,
        most=policy.severity_max,
        titles=policy.titles,
        notices=policy.notices,
    )


def addressee_of(case: Case) -> Addressee:
    """Return whom a notice goes to: in the account's language if it is known, else in the market's."""
    own = case.entity.attributes.get("locale")
    locales = (str(own), case.market.locale) if own else (case.market.locale,)
    return Addressee(str(case.entity), locales, case.market.time_zone)


def findings_of(case: Case) -> tuple[Finding, ...]:
    """Return the facts that the evidence holds against the account, newest first."""
    rows = (
        CaseEvidence.objects.filter(case=case)
        .order_by("-as_of", "-pk")
        .values_list("as_of", "content__rule", "content__signals")[:MOST_FINDINGS]
    )
    rates = {spec.name for spec in signals_in_force() if isinstance(spec.definition, RateDefinition)}
    return tuple(
        Finding(as_of, rule["reason"], rule.get("reasons", {}), _rate_of(rule, signals or {}, rates))
        for as_of, rule, signals in rows
        if rule and rule.get("reason")
    )


def _rate_of(rule: Mapping[str, Any], signals: Mapping[str, Any], rates: Set[str]) -> Rate | None:
    """Return the figures of the rate that a rule looks at; none when it looks at several, or they are not known."""
    named = set(_NAMES.findall(rule.get("condition", ""))) & rates
    values, volumes, counts = (signals.get(key) or {} for key in ("values", "volumes", "counts"))
    known = [name for name in named if None not in (values.get(name), volumes.get(name), counts.get(name))]
    if len(named) != 1 or not known:
        return None
    return Rate(counts[known[0]], volumes[known[0]], values[known[0]])
