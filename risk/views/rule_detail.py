"""The page of a rule: what it says, what it would hit, what it did hit, and the steps that are possible now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from governance.domain.roles import Permission
from governance.queries.approvals import pending_about
from policies.domain.rule_diffs import diff_rules
from policies.domain.rules import RuleState
from policies.queries.rule_tests import rule_tests_of
from policies.queries.rule_versions import changes_of, rule_view
from risk.queries.rule_hits import NO_HITS, hit_counts, newest_hits
from risk.queries.rule_runs import newest_run, sample_rows
from risk.queries.rule_schemas import rule_schemas
from risk.views.rule_charts import hits_per_day
from risk.views.rule_forms import ReasonForm, RunForm, TestEventForm
from risk.views.rule_reading import read_condition, run_tests
from risk.views.rule_words import SETTINGS, STATES, target_words

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.utils.functional import _StrPromise

    from governance.domain.actors import Actor
    from governance.middleware import ConsoleRequest
    from policies.domain.rule_diffs import RuleDiff, SettingDiff
    from policies.queries.rule_versions import RuleView, VersionView

RELEASE = "release_rule"


@dataclass(frozen=True)
class Asked:
    """What the viewer tried and what is wrong with it: shown on the page, with the input kept."""

    verb: str = ""
    reason: ReasonForm | None = None
    test: TestEventForm | None = None
    status: int = 200


NOTHING_ASKED = Asked()


@dataclass(frozen=True)
class Steps:
    """Which steps the viewer may take on the version at hand."""

    edit: bool
    write_next: bool
    submit: bool
    withdraw: bool
    decide: bool
    is_own: bool
    pause: bool
    resume: bool
    retire: bool
    run: bool


@login_required
def rule_page(request: ConsoleRequest, code: str) -> HttpResponse:
    """Show a rule in the version of the address, else in the one that matters most to the viewer."""
    rule = rule_view(request.actor, code)
    return show_rule(request, rule, version_of(request, rule))


def version_of(request: ConsoleRequest, rule: RuleView) -> VersionView:
    """Return the version that the address names, else the open one for who works on it, else the standing one."""
    asked = request.GET.get("v", "")
    if asked.isdecimal():
        return rule.version(int(asked))
    actor = request.actor
    works = actor.can(Permission.EDIT_RULES) or actor.can(Permission.APPROVE_RULES)
    return rule.open if works and rule.open is not None else rule.standing


def show_rule(
    request: ConsoleRequest, rule: RuleView, version: VersionView, asked: Asked = NOTHING_ASKED
) -> HttpResponse:
    """Render the page of a version, with what the viewer tried when it was refused."""
    actor = request.actor
    schema = rule_schemas().of(version.text.entity_type)
    other = rule.before(version)
    diff = diff_rules(other.text, version.text) if other else None
    approval = pending_about("rule_version", str(version.id), RELEASE)
    context = {
        "rule": rule,
        "version": version,
        "target": target_words(version.text.entity_type, version.text.event_types),
        "condition": read_condition(version.text.condition, schema),
        "tests": run_tests(version.text.condition, schema, rule_tests_of(rule.id)),
        "other": other,
        "diff": diff,
        "changed_settings": _changed_settings(diff),
        "history": [(change, STATES[change.to_state][0]) for change in changes_of(rule)],
        "hits": newest_hits(actor, rule.id),
        "counts": hit_counts(actor, [rule.id]).get(rule.id, NO_HITS),
        "approval": approval,
        "steps": steps_of(actor, version, rule, approval.requested_by_id if approval else None),
        "asked": asked,
        "reason_form": asked.reason or ReasonForm(),
        "test_form": asked.test or TestEventForm(),
        "crumb": rule.code,
        **run_context(actor, rule, version),
    }
    return render(request, "risk/rule.html", context, status=asked.status)


def run_context(actor: Actor, rule: RuleView, version: VersionView) -> dict[str, Any]:
    """Return what the part of the page on runs shows; it is asked for again while a run goes on."""
    run = newest_run(actor, version.id)
    figures = run.figures if run else None
    return {
        "rule": rule,
        "version": version,
        "run": run,
        "run_form": RunForm(),
        "figures": figures,
        "chart": hits_per_day(run, figures) if run and figures else None,
        "sample": sample_rows(figures) if figures else [],
        "may_run": actor.can(Permission.EDIT_RULES) or actor.can(Permission.APPROVE_RULES),
    }


def steps_of(actor: Actor, version: VersionView, rule: RuleView, asked_by: int | None) -> Steps:
    """Return the steps that are possible for the viewer; the actions decide again."""
    state = version.state
    edits = _holds_in_all(actor, Permission.EDIT_RULES, version)
    approves = _holds_in_all(actor, Permission.APPROVE_RULES, version)
    is_own = actor.user_id in {asked_by, *version.editors}
    is_in_review = state is RuleState.IN_REVIEW
    return Steps(
        edit=edits and state is RuleState.DRAFT,
        write_next=edits and rule.open is None,
        submit=edits and state is RuleState.DRAFT,
        withdraw=is_in_review and actor.user_id == asked_by,
        decide=approves and is_in_review and not is_own,
        is_own=is_own,
        pause=edits and state is RuleState.LIVE,
        resume=edits and state is RuleState.PAUSED,
        retire=edits and state in {RuleState.DRAFT, RuleState.LIVE, RuleState.PAUSED},
        run=edits or approves,
    )


def url_of(code: str, number: int) -> str:
    """Return the page of a version."""
    return f"{reverse('risk:rule', args=[code])}?v={number}"


def _changed_settings(diff: RuleDiff | None) -> list[tuple[_StrPromise, SettingDiff, _StrPromise]]:
    """Return each setting that differs with its name and the word for an empty one."""
    settings = diff.settings if diff else ()
    return [(SETTINGS[each.name], each, _("All") if each.name == "markets" else _("None")) for each in settings]


def _holds_in_all(actor: Actor, permission: Permission, version: VersionView) -> bool:
    if not version.text.markets:
        return actor.markets(permission).is_all
    return all(actor.can(permission, market) for market in version.text.markets)
