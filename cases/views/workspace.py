"""The workspace of one case: who, what happened, and the decision."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from cases.domain.lifecycle import OPEN_STATES, CaseState, SanctionState
from cases.domain.priority import suspicion_from
from cases.domain.sanctions import SANCTION_KINDS
from cases.domain.wording import wording_for
from cases.queries.held import held_in_case
from cases.queries.presence import Presence
from cases.queries.workspace import CaseView, case_view
from cases.views.evidence import group_hits, readings_of
from cases.views.words import FEATURES
from governance.domain.roles import Permission, Role
from governance.forms import EscalateForm
from governance.queries.people import people_with_role
from policies.domain.locales import pick_locale
from policies.queries.policies import text_in, title_in
from risk.queries.entities import links_of, newest_score, timeline
from risk.queries.signals import signals_in_force

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

    from cases.domain.standing import Standing
    from governance.middleware import ConsoleRequest
    from policies.domain.schemes import SchemeSpec
    from policies.domain.signals import SignalSpec

# Who may be named as the owner of an escalation.
OWNERS = (Role.OPS, Role.LEAD, Role.SENIOR_ANALYST)
MOST_CONTRIBUTIONS = 5
MOST_LINKS_SHOWN = 6
EVENTS_SHOWN = 12
MOST_READINGS = 6


@dataclass(frozen=True)
class Draft:
    """What the reviewer has entered of a decision, and what is wrong with it by field."""

    answers: str = ""
    severity: str = ""
    rationale: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HeldDraft:
    """What the second person has entered: the note, the sanctions that were chosen, what is wrong by field."""

    note: str = ""
    chosen: frozenset[int] = frozenset()
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Extra:
    """What a refused step puts back on the page: the entered decision, note or escalation, and what changed."""

    draft: Draft = field(default_factory=Draft)
    held: HeldDraft = field(default_factory=HeldDraft)
    note: str = ""
    note_problem: str = ""
    escalation: EscalateForm | None = None
    conflict: Mapping[str, Any] | None = None
    is_correcting: bool = False


@login_required
@require_GET
def detail(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Show the case to work on, or to read for those who may only look."""
    return show_case(request, pk, Extra())


def show_case(request: ConsoleRequest, pk: int, extra: Extra, status: int = 200) -> HttpResponse:
    """Show the workspace with what was entered before, if anything was."""
    view = case_view(request.actor, pk)
    specs = {spec.name: spec for spec in signals_in_force()}
    context = {
        "view": view,
        "case": view.row,
        "extra": extra,
        "draft": extra.draft,
        "crumb": f"#{view.row.pk}",
        "now": timezone.now(),
        "is_open": view.row.state in OPEN_STATES,
        "can_decide": (view.may_work and view.claim.is_mine) or extra.is_correcting,
        "can_correct": view.is_correctable
        and not extra.is_correcting
        and request.actor.can(Permission.REVERSE_DECISIONS, view.row.market_id),
        "correcting": view.decisions[0] if extra.is_correcting else None,
        **presence_context(request, Presence(pk, view.row.state, view.row.revision, view.claim, view.may_work)),
        "newest_evidence": max((item.id for item in view.evidence), default=0),
        "newest_transition": max((item.pk for item in view.transitions), default=0),
        **_who(request, view, specs),
        **_what(request, view, specs),
        "held": _held(request, view, extra.held),
        **_law(request, view),
    }
    if view.may_escalate and context["is_open"]:
        context["escalate_form"] = extra.escalation or new_escalation(view)
    return render(request, "cases/detail.html", context, status=status)


def presence_context(request: ConsoleRequest, presence: Presence) -> dict[str, Any]:
    """Return what the line that says whose hands the case is in shows."""
    return {
        "presence": presence,
        "can_claim": presence.may_work and presence.claim.is_free and presence.state == CaseState.NEW,
        "queue_code": request.GET.get("queue", "") or request.POST.get("queue", ""),
    }


def new_escalation(view: CaseView) -> EscalateForm:
    """Return the empty form of an escalation about the case."""
    form = EscalateForm(owners=people_with_role(*OWNERS), initial={"summary": view.row.title})
    form.fields["severity"].widget.attrs["autofocus"] = True  # where the dialog begins when it opens
    return form


def standing_meter(standing: Standing | None, scheme: SchemeSpec | None) -> dict[str, Any] | None:
    """Return how a standing is drawn: from the scheme's good end to its bad one; None when there is none."""
    if standing is None or scheme is None:
        return None
    low, high = scheme.start, scheme.milestones[-1].at if scheme.milestones else scheme.maximum
    return {
        "standing": standing,
        "low": low,
        "high": high,
        "marks": tuple(milestone.at for milestone in scheme.milestones),
        "is_depleting": high < low,
        "next_actions": _next_actions(standing, scheme),
    }


def score_parts(score: Any, specs: Mapping[str, SignalSpec], most: int) -> list[dict[str, Any]]:
    """Return the largest contributions of a score with the length of their bars in per cent of the largest."""
    parts = [part for part in (score.contributions if score is not None else ()) if part.get("points")]
    largest = max((abs(part["points"]) for part in parts), default=1)
    return [
        {
            "title": specs[part["signal"]].title if part["signal"] in specs else part["signal"],
            "text": part.get("text", ""),
            "points": part["points"],
            "length": round(abs(part["points"]) / largest * 100),
            "css": "is-up" if part["points"] > 0 else "is-down",
        }
        for part in parts[:most]
    ]


def _next_actions(standing: Standing, scheme: SchemeSpec) -> list[str]:
    names = wording_for("en").kinds
    found = [milestone for milestone in scheme.milestones if milestone.at == standing.next_milestone]
    return [names[action.kind] for milestone in found for action in milestone.actions]


def _who(request: ConsoleRequest, view: CaseView, specs: Mapping[str, SignalSpec]) -> dict[str, Any]:
    entity = view.row.entity
    state = getattr(entity, "state", None)
    score = newest_score(entity.pk)
    links = links_of(request.actor, entity.pk)
    known = {"values": state.values, "volumes": state.volumes} if state is not None else {}
    names = [name for name, value in known.get("values", {}).items() if value is not None and name in specs]
    kinds = wording_for(request.actor.locale).kinds
    return {
        "entity": entity,
        "may_see_entity": request.actor.can(Permission.VIEW_ENTITIES, entity.market_id),
        "meter": standing_meter(view.standing, view.scheme),
        "score": score,
        "contributions": score_parts(score, specs, MOST_CONTRIBUTIONS),
        "readings": readings_of(names[:MOST_READINGS], known, specs),
        "links": links[:MOST_LINKS_SHOWN],
        "more_links": max(0, len(links) - MOST_LINKS_SHOWN),
        "in_force": [
            {"row": row, "label": kinds[row.kind]}
            for row in view.sanctions
            if row.state in {SanctionState.ACTIVE, SanctionState.HELD}
        ],
    }


def _what(request: ConsoleRequest, view: CaseView, specs: Mapping[str, SignalSpec]) -> dict[str, Any]:
    kinds = wording_for(request.actor.locale).kinds
    return {
        "rules": group_hits(view.evidence, specs),
        "may_see_rules": request.actor.can(Permission.VIEW_RULES),
        "hidden_hits": max(0, view.row.hit_count - len(view.evidence)),
        "history": _history(view),
        "events": timeline(request.actor, view.row.entity_id, limit=EVENTS_SHOWN),
        "priority": view.row.priority_parts,
        "suspicion": suspicion_from(view.row.priority_parts),
        "decisions": [
            {
                "row": decision,
                "notices": list(decision.notices.all()),
                "sanctions": [
                    {"label": kinds.get(action["kind"], action["kind"]), **action}
                    for action in decision.actions
                    if action["kind"] != "points"
                ],
                "points": next((action for action in decision.actions if action["kind"] == "points"), None),
            }
            for decision in view.decisions
        ],
    }


def _held(request: ConsoleRequest, view: CaseView, draft: HeldDraft) -> list[dict[str, Any]]:
    """Return what waits for a second person with the words for it."""
    kinds = wording_for(request.actor.locale).kinds
    return [
        {
            "view": held,
            "note": draft.note,
            "problems": draft.problems,
            "sanctions": [
                {
                    "row": row,
                    "label": kinds[row.kind],
                    "loses": [FEATURES[feature] for feature in SANCTION_KINDS[row.kind].features],
                    "is_chosen": not draft.problems or row.id in draft.chosen,
                }
                for row in held.sanctions
            ],
        }
        for held in held_in_case(request.actor, view.row.market_id, view.decisions, view.sanctions)
    ]


def _history(view: CaseView) -> list[dict[str, Any]]:
    """Return the steps and notes of the case in one line of time, newest first."""
    steps = [{"kind": "step", "at": row.at, "row": row} for row in view.transitions]
    notes = [{"kind": "note", "at": row.at, "row": row} for row in view.notes]
    return sorted([*steps, *notes], key=lambda item: item["at"], reverse=True)


def _law(request: ConsoleRequest, view: CaseView) -> dict[str, Any]:
    locale = request.actor.locale
    return {
        "policy": view.policy,
        "policy_title": title_in(view.policy, locale),
        "policy_text": text_in(view.policy, locale),
        "policy_locale": pick_locale(view.policy.texts, locale),
    }
