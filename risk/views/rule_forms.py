"""The forms of the rule pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from governance.domain.roles import Permission
from governance.queries.markets import markets_in
from policies.domain.rules import HIGHEST_PRIORITY, Expectation, Outcome, RuleText
from policies.queries.policies import policy_choices
from risk.views.rule_words import ENTITY_TYPES, EVENT_TYPES, OUTCOME_HELP, OUTCOMES

if TYPE_CHECKING:
    from governance.domain.actors import Actor

ON_EVENTS = "events"
RUN_DAYS = [(30, _("Last 30 days")), (90, _("Last 90 days")), (365, _("Last year")), (36_500, _("All stored events"))]


class DraftForm(forms.Form):
    """Everything that a draft says."""

    title = forms.CharField(label=_("Title"), max_length=160, help_text=_("What people call this rule."))
    target = forms.ChoiceField(
        label=_("Looks at"),
        choices=[(ON_EVENTS, _("Events, each as it arrives")), *ENTITY_TYPES.items()],
        help_text=_("Entities are looked at whenever their signals are read anew."),
    )
    event_types = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text=_("At least one."),
    )
    condition = forms.CharField(
        label=_("Condition"),
        strip=False,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocapitalize": "off", "class": "mono"}),
    )
    outcome = forms.ChoiceField(
        label=_("A hit"),
        choices=[(item.value, format_lazy("{}: {}", OUTCOMES[item][0], OUTCOME_HELP[item])) for item in OUTCOMES],
        initial=Outcome.REVIEW.value,
    )
    priority = forms.IntegerField(
        label=_("Priority"),
        min_value=0,
        max_value=HIGHEST_PRIORITY,
        initial=100,
        help_text=_("Higher comes first."),
    )
    markets = forms.MultipleChoiceField(
        label=_("Markets"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        help_text=_("None: every market."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Analysts and the affected seller read it: what was found, against which limit."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, actor: Actor, known: RuleText | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        extra = sorted(set(known.event_types) - set(EVENT_TYPES)) if known else []
        codes = {market.code: market.name for market in markets_in(actor.markets(Permission.EDIT_RULES))}
        codes |= {code: code for code in (known.markets if known else ()) if code not in codes}
        self._choose("event_types", [*EVENT_TYPES.items(), *((name, name) for name in extra)])
        self._choose("markets", [(code, f"{code} {name}" if name != code else code) for code, name in codes.items()])

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    def text(self) -> RuleText:
        """Return what was written; call when the form is valid."""
        given = self.cleaned_data
        is_on_events = given["target"] == ON_EVENTS
        return RuleText(
            condition=given["condition"].replace("\r\n", "\n"),
            event_types=tuple(given["event_types"]) if is_on_events else (),
            entity_type="" if is_on_events else given["target"],
            markets=tuple(given["markets"]),
            outcome=Outcome(given["outcome"]),
            priority=given["priority"],
            reason=given["reason"].strip(),
        )

    @staticmethod
    def initial_of(text: RuleText, title: str, revision: int) -> dict[str, Any]:
        """Return the form's values for a text."""
        return {
            "title": title,
            "target": text.entity_type or ON_EVENTS,
            "event_types": list(text.event_types),
            "condition": text.condition,
            "outcome": text.outcome.value,
            "priority": text.priority,
            "markets": list(text.markets),
            "reason": text.reason,
            "revision": revision,
        }


class NewRuleForm(DraftForm):
    """A draft with the rule that it begins."""

    code = forms.CharField(
        label=_("Code"),
        max_length=48,
        help_text=_("Capital letters, digits and hyphens; it stays for ever. For example LATE-DISPATCH-30D."),
    )
    policy = forms.TypedChoiceField(
        label=_("Policy"), coerce=int, help_text=_("What a hit is suspected of. The case cites it.")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        self._choose("policy", [("", _("Choose…")), *policy_choices(actor)])


class ReasonForm(forms.Form):
    """Why a step is taken."""

    reason = forms.CharField(label=_("Why"), required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}))


class RunForm(forms.Form):
    """How far back a run reads."""

    days = forms.TypedChoiceField(
        label=_("Period"),
        coerce=int,
        choices=RUN_DAYS,
        initial=90,
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class TestEventForm(forms.Form):
    """A record that the rule must or must not hit."""

    title = forms.CharField(label=_("What it shows"), max_length=120)
    expectation = forms.ChoiceField(
        label=_("The rule"),
        choices=[(Expectation.HIT.value, _("must hit it")), (Expectation.NO_HIT.value, _("must not hit it"))],
    )
    record = forms.JSONField(
        label=_("Event, as JSON"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "mono"}),
        help_text=_("Fields of the event, and an object for each role."),
    )

    def clean_record(self) -> dict[str, Any]:
        """Refuse what is not an object."""
        record = self.cleaned_data["record"]
        if not isinstance(record, dict):
            raise forms.ValidationError(_("Write an object in braces: {…}."))
        return record
