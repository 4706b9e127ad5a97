"""Forms of risk's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from governance.domain.errors import InvalidInput

MOST_MAPPING = 200_000


class ManyFilesInput(forms.ClearableFileInput):
    """Chooses several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        """Return the files, each checked on its own."""
        single = super().clean
        return [single(item, initial) for item in (data if isinstance(data, list | tuple) else [data])]


class ImportForm(forms.Form):
    """A mapping (a shipped one, a text, or a file) and the files that it names."""

    example = forms.ChoiceField(label=_("Mapping"), required=False)
    mapping = forms.CharField(
        label=_("Own mapping (YAML)"),
        required=False,
        max_length=MOST_MAPPING,
        widget=forms.Textarea(attrs={"rows": 10, "class": "mono", "spellcheck": "false"}),
        help_text=_("Leave it empty to use the one chosen above. docs/importing.md explains how to write one."),
    )
    uploads = ManyFilesField(
        label=_("Files"),
        help_text=_(
            "All files that the mapping names, under the names that it expects: CSV, XLSX, JSON Lines, Parquet."
        ),
        widget=ManyFilesInput(attrs={"multiple": True}),
    )

    def __init__(self, *args: Any, examples: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        example = self.fields["example"]
        if isinstance(example, forms.ChoiceField):
            shipped = [(name, f"{name}: {about}" if about else name) for name, about in examples.items()]
            example.choices = [("", _("Own mapping, written below")), *shipped]

    def clean(self) -> dict[str, Any]:
        """Refuse a form without any mapping."""
        data = super().clean() or {}
        if not (data.get("example") or data.get("mapping")) and "mapping" not in self.errors:
            self.add_error("mapping", _("Choose a mapping above, or write one here."))
        return data


class MendForm(forms.Form):
    """The text of a refused event, to be mended."""

    text = forms.CharField(
        label=_("The event as JSON"),
        widget=forms.Textarea(attrs={"rows": 18, "class": "mono", "spellcheck": "false"}),
        strip=False,
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=32)


class DismissForm(forms.Form):
    """Why a refused event need not be stored."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


def show_problems(form: forms.Form, error: InvalidInput) -> None:
    """Put an action's problems at the fields that they are about."""
    for problem in error.problems:
        words = f"{problem.message} {problem.hint}".strip()
        form.add_error(problem.field if problem.field in form.fields else None, words)
