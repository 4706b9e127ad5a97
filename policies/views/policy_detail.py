"""The page of a policy: its text, the reviewer's guide, what it costs, and its versions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone

from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from policies.domain import dsa
from policies.domain.locales import pick_locale
from policies.domain.schemes import points_for
from policies.domain.severity import Severity, severities_between
from policies.domain.trees import TreeOutcome
from policies.queries.policies import title_in, versions_of
from policies.queries.policy_rows import rules_of
from policies.queries.schemes import schemes_at

if TYPE_CHECKING:
    from django.http import HttpResponse

    from governance.middleware import ConsoleRequest
    from policies.domain.schemes import SchemeSpec
    from policies.domain.trees import DecisionTree
    from policies.queries.policies import PolicyVersionView

SHOWN_REPEATS = 3


@dataclass(frozen=True)
class GuideStep:
    """One place of the reviewer's guide in reading order: a question, or an outcome.

    yes and no are the numbers of the steps that follow a question. answer and depth say how one came here.
    """

    number: int
    depth: int
    answer: str
    question: str
    help: str
    outcome: TreeOutcome | None
    seen_at: int  # the number of the step where this question stands already, 0 for its first appearance


@dataclass(frozen=True)
class PointsRow:
    """What a violation of one severity costs under a scheme: the first, second and third time."""

    severity: Severity
    points: tuple[int, ...]


@dataclass(frozen=True)
class SchemePoints:
    """The points of a policy under one scheme."""

    scheme: SchemeSpec
    rows: tuple[PointsRow, ...]
    repeats: tuple[int, ...]


@login_required
def policy_page(request: ConsoleRequest, code: str) -> HttpResponse:
    """Show a policy in the version of the address, else in the one that is in force."""
    actor = request.actor
    if not actor.can(Permission.VIEW_POLICIES):
        raise NotFound("There is no such policy.")
    versions = versions_of(actor, code)
    version = _version_of(request, versions)
    locale = pick_locale(version.texts, request.GET.get("in", actor.locale))
    context = {
        "versions": versions,
        "version": version,
        "title": title_in(version, actor.locale),
        "crumb": code,
        "locale": locale,
        "locales": list(version.texts),
        "heading": version.titles[locale],
        "text": version.texts[locale],
        "notice": version.notices[pick_locale(version.notices, locale)],
        "guide": read_guide(version.tree),
        "schemes": [_points(view.spec, version) for view in schemes_at(timezone.now())],
        "rules": rules_of(actor, version.policy_id) if actor.can(Permission.VIEW_RULES) else [],
        "dsa_category": dsa.CATEGORIES.get(version.dsa_category, ""),
        "dsa_keyword": dsa.KEYWORDS.get(version.dsa_keyword, ""),
        "now": timezone.now(),
    }
    return render(request, "policies/policy.html", context)


def read_guide(tree: DecisionTree) -> list[GuideStep]:
    """Return the guide in reading order, each question before what follows its answers, yes first."""
    steps: list[GuideStep] = []
    numbers: dict[str, int] = {}
    waiting = [(tree.start, 0, "")]
    while waiting:
        place_id, depth, answer = waiting.pop()
        place, number = tree.place(place_id), len(steps) + 1
        if isinstance(place, TreeOutcome):
            steps.append(GuideStep(number, depth, answer, "", "", place, 0))
            continue
        steps.append(GuideStep(number, depth, answer, place.question, place.help, None, numbers.get(place_id, 0)))
        if place_id not in numbers:
            numbers[place_id] = number
            waiting += [(place.if_no, depth + 1, "no"), (place.if_yes, depth + 1, "yes")]
    return steps


def _version_of(request: ConsoleRequest, versions: list[PolicyVersionView]) -> PolicyVersionView:
    asked = request.GET.get("v", "")
    if asked:
        for version in versions:
            if str(version.number) == asked:
                return version
        raise NotFound("There is no such version of this policy.")
    now = timezone.now()
    return next((version for version in versions if version.effective_from <= now), versions[0])


def _points(scheme: SchemeSpec, version: PolicyVersionView) -> SchemePoints:
    """Return the points by severity within the policy's range, as often as repeats make a difference."""
    repeats = tuple(range(min(len(scheme.repeat.multipliers), SHOWN_REPEATS)))
    rows = tuple(
        PointsRow(severity, tuple(points_for(scheme, version.policy_code, severity, before) for before in repeats))
        for severity in severities_between(version.severity_min, version.severity_max)
    )
    return SchemePoints(scheme, rows, tuple(number + 1 for number in repeats))
