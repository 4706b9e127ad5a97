"""Forms of the administrators' pages."""

from collections.abc import Sequence
from datetime import datetime, time

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.domain.roles import Role
from governance.models import Market
from governance.queries.keys import SCOPES

ALL_MARKETS = "*"


class InviteForm(forms.Form):
    """Who joins."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"))
    locale = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class RoleForm(forms.Form):
    """A role in a market."""

    role = forms.ChoiceField(label=_("Role"), choices=[(role.value, role.value.replace("_", " ")) for role in Role])
    market = forms.ChoiceField(label=_("Market"))

    def __init__(self, *args: object, markets: Sequence[Market], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        market = self.fields["market"]
        if isinstance(market, forms.ChoiceField):
            market.choices = [(ALL_MARKETS, _("All markets")), *((one.code, one.name) for one in markets)]


class DeactivateForm(forms.Form):
    """Why somebody leaves."""

    reason = forms.CharField(label=_("Reason"), max_length=240)


class KeyForm(forms.Form):
    """What a key is for."""

    name = forms.CharField(label=_("What the key is for"), max_length=120)
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=[(scope, scope) for scope in SCOPES], widget=forms.CheckboxSelectMultiple
    )
    markets = forms.MultipleChoiceField(
        label=_("Markets"),
        required=False,
        help_text=_("None chosen: every market."),
        widget=forms.CheckboxSelectMultiple,
    )
    expires_at = forms.DateField(label=_("Expires on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: object, markets: Sequence[Market], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        field = self.fields["markets"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(one.code, one.name) for one in markets]

    def clean_expires_at(self) -> datetime | None:
        """Return the end of the chosen day; refuse a day that is over."""
        day = self.cleaned_data["expires_at"]
        if day is None:
            return None
        ends = timezone.make_aware(datetime.combine(day, time.max))
        if ends <= timezone.now():
            raise forms.ValidationError(_("This day is over. Choose a later one."))
        return ends
