"""Forms of governance's pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.domain.errors import InvalidInput
from governance.domain.escalations import Severity
from governance.queries.people import Person


class EscalateForm(forms.Form):
    """What is wrong, how bad it is, and who takes it."""

    severity = forms.TypedChoiceField(
        label=_("Severity"),
        coerce=int,
        choices=[
            (Severity.SEV1.value, _("SEV 1: many people harmed now; first update in 15 min")),
            (Severity.SEV2.value, _("SEV 2: serious and growing; first update in 30 min")),
            (Severity.SEV3.value, _("SEV 3: contained; first update in 4 h")),
            (Severity.SEV4.value, _("SEV 4: to be looked into; first update next day")),
        ],
        initial=Severity.SEV2.value,
        help_text=_("When unsure, take the higher one."),
    )
    summary = forms.CharField(label=_("What is wrong, in one line"), max_length=240)
    details = forms.CharField(label=_("Details"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    owner = forms.TypedChoiceField(label=_("Owner"), coerce=int, required=False, empty_value=None)

    def __init__(self, *args: object, owners: list[Person], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        choices = [("", _("Whoever acknowledges it")), *((person.id, person.name) for person in owners)]
        owner = self.fields["owner"]
        if isinstance(owner, forms.ChoiceField):
            owner.choices = choices


class UpdateForm(forms.Form):
    """A sentence for those who wait."""

    text = forms.CharField(
        label=_("What happened, what is done, what comes next"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=4_000,
        required=False,
    )


def show_problems(form: forms.Form, error: InvalidInput) -> None:
    """Put an action's problems at the fields that they are about; those about none stand above the form."""
    for problem in error.problems:
        words = f"{problem.message} {problem.hint}".strip()
        form.add_error(problem.field if problem.field in form.fields else None, words)
