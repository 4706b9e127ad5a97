"""The editor of rules: the draft, its problems as they are typed, and what may be written at the cursor."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from governance.domain.errors import Conflict, FieldProblem, InvalidInput, NotAllowed, NotFound
from governance.domain.roles import Permission
from governance.forms import show_problems
from policies.actions.drafting_rules import create_rule, save_draft
from policies.domain.rules import RuleState
from policies.queries.rule_versions import rule_view
from policies.rulelang import check, complete, describe, format_text
from risk.domain.vocabulary import EntityType
from risk.queries.rule_schemas import rule_schemas
from risk.views.rule_detail import url_of
from risk.views.rule_forms import DraftForm, NewRuleForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from governance.middleware import ConsoleRequest
    from policies.actions.drafting_rules import DraftSaved

MOST_BYTES = 200_000


@login_required
def new_rule(request: ConsoleRequest) -> HttpResponse:
    """Write a new rule."""
    _require_editor(request)
    form = NewRuleForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            saved = create_rule(
                actor=request.actor,
                code=given["code"],
                title=given["title"],
                policy_id=given["policy"],
                text=form.text(),
                schemas=rule_schemas(),
            )
        except (InvalidInput, NotAllowed) as error:
            _show_refusal(form, error)
        else:
            return _after_save(request, given["code"], saved)
    status = 422 if form.errors else 200
    return _editor(request, form, {"crumb": _("New rule"), "back": reverse("risk:rules")}, status)


@login_required
def edit_rule(request: ConsoleRequest, code: str) -> HttpResponse:
    """Change the draft of a rule."""
    _require_editor(request)
    rule = rule_view(request.actor, code)
    draft = rule.open
    if draft is None or draft.state is not RuleState.DRAFT:
        messages.error(request, _("There is no draft to change. Write a new version."))
        return redirect("risk:rule", code=code)
    initial = DraftForm.initial_of(draft.text, rule.title, draft.revision)
    form = DraftForm(request.POST or None, initial=initial, actor=request.actor, known=draft.text)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_draft(
                actor=request.actor,
                version_id=draft.id,
                revision=form.cleaned_data["revision"] or 0,
                text=form.text(),
                title=form.cleaned_data["title"],
                schemas=rule_schemas(),
            )
        except (InvalidInput, NotAllowed, Conflict) as error:
            _show_refusal(form, error)
        else:
            return _after_save(request, code, saved)
    context = {"rule": rule, "version": draft, "crumb": _("Edit"), "back": url_of(code, draft.number)}
    return _editor(request, form, context, 422 if form.errors else 200)


@login_required
@require_POST
def check_text(request: ConsoleRequest) -> HttpResponse:
    """Answer the problems of a condition as JSON, each with its place, and the condition in plain words."""
    text, target, _offset = _read(request)
    found = check(text, rule_schemas().of(target))
    problems = [problem.as_json(gettext) for problem in (*found.problems, *found.warnings)]
    plain = describe(found.checked).render(gettext) if found.checked else ""
    return JsonResponse({"problems": problems, "plain": plain, "formatted": format_text(text) if found.checked else ""})


@login_required
@require_POST
def complete_text(request: ConsoleRequest) -> HttpResponse:
    """Answer what may be written at an offset of a condition."""
    text, target, offset = _read(request)
    found = complete(text, offset, rule_schemas().of(target))
    offers = [offer.as_json(gettext) for offer in found.offers]
    return JsonResponse({"start": found.start, "end": found.end, "offers": offers})


def _editor(request: ConsoleRequest, form: DraftForm, context: dict[str, Any], status: int) -> HttpResponse:
    return render(request, "risk/rule_edit.html", {"form": form, **context}, status=status)


def _after_save(request: ConsoleRequest, code: str, saved: DraftSaved) -> HttpResponse:
    """Go on to the page of the draft, or stay in the editor while the condition has errors."""
    errors = [problem for problem in saved.problems if problem.severity == "error"]
    if not errors:
        messages.success(request, _("Draft saved."))
        return redirect(url_of(code, saved.number))
    count = len(errors)
    words = ngettext(
        "Draft saved. %(count)d place in the condition is wrong.",
        "Draft saved. %(count)d places in the condition are wrong.",
        count,
    )
    messages.warning(request, words % {"count": count})
    return redirect("risk:rule-edit", code=code)


def _show_refusal(form: DraftForm, error: InvalidInput | NotAllowed | Conflict) -> None:
    if isinstance(error, InvalidInput):
        show_problems(form, error)
    elif isinstance(error, NotAllowed):
        form.add_error("markets", f"{error.message} {error.hint}".strip())
    else:
        form.add_error(None, f"{error.message} {error.hint}".strip())


def _require_editor(request: ConsoleRequest) -> None:
    if not request.actor.can(Permission.VIEW_RULES):
        raise NotFound("There is no such page.")
    request.actor.require(Permission.EDIT_RULES)


def _read(request: ConsoleRequest) -> tuple[str, str, int]:
    """Return text, entity type ("" for events) and offset of a request of the editor."""
    if not request.actor.can(Permission.VIEW_RULES):
        raise NotFound("There is no such page.")
    given = _json(request)
    text, target, offset = given.get("text"), given.get("target"), given.get("offset", 0)
    if not isinstance(text, str) or not isinstance(target, str) or not isinstance(offset, int):
        raise InvalidInput([FieldProblem("body", "Send text, target and offset.")])
    return text, target if target in set(EntityType) else "", offset


def _json(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MOST_BYTES:
        raise InvalidInput([FieldProblem("body", "The condition is too long.")])
    try:
        given = json.loads(request.body)
    except ValueError as error:
        raise InvalidInput([FieldProblem("body", "This is not JSON.")]) from error
    return given if isinstance(given, dict) else {}
