"""The pages of imports: the list, a new one, and one with its progress, counts and rejects."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe
from django_filters import ChoiceFilter, FilterSet

from governance.actions.exporting import record_export
from governance.domain.errors import InvalidInput, NotAllowed, NotFound
from governance.domain.roles import Permission
from governance.views.columns import CellKind, Column
from governance.views.lists import ListView
from governance.views.uploads import CappedUploads
from risk.actions.importing.rejects import safe_rejects
from risk.actions.importing.uploading import (
    MOST_FILES,
    cancel_import,
    explain_excess,
    receive_upload,
    resume_import,
    start_import,
)
from risk.forms import ImportForm, show_problems
from risk.queries.imports import (
    example_mappings,
    find_import,
    first_rejects,
    import_view,
    may_export_rejects,
    read_example,
    rejects_file,
    visible_imports,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from governance.middleware import ConsoleRequest
    from risk.models import ImportRun

STATES = [
    ("waiting", _("Waiting")),
    ("running", _("Running")),
    ("done", _("Done")),
    ("failed", _("Failed")),
    ("cancelled", _("Cancelled")),
]
OWN_MAPPING = "mapping.yaml"


class ImportFilter(FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Narrow the list of imports."""

    state = ChoiceFilter(choices=STATES, label=_("State"), empty_label=_("Any"))
    is_dry_run = ChoiceFilter(
        choices=[("False", _("Import")), ("True", _("Dry run"))], label=_("Kind"), empty_label=_("Any")
    )


class ImportList(ListView):
    """All imports that the viewer may see, the newest first."""

    name = "imports"
    title = _("Imports")
    lead = _("Files that became events and entities, and what was refused of them.")
    default_sort = "-created"
    template_name = "risk/imports.html"
    filterset_class = ImportFilter
    market_field = None
    empty_title = _("Nothing has been imported yet")
    empty_text = _("Upload files with a mapping, or run manage.py import_data.")
    empty_icon = "database-import"
    columns: ClassVar = (
        Column("mapping", _("Mapping"), value=lambda row: row.mapping_name, is_lead=True, is_fixed=True, is_wide=True),
        Column("state", _("State"), template="risk/cells/import_state.html", value=lambda row: row.state),
        Column("kind", _("Kind"), value=lambda row: _("Dry run") if row.is_dry_run else _("Import")),
        Column("read", _("Rows"), CellKind.NUMBER, value=lambda row: row.counts.get("read")),
        Column("accepted", _("Accepted"), CellKind.NUMBER, value=lambda row: row.counts.get("accepted")),
        Column("rejected", _("Rejected"), CellKind.NUMBER, value=lambda row: row.counts.get("rejected")),
        Column("duplicates", _("Duplicates"), CellKind.NUMBER, value=lambda row: row.counts.get("duplicates")),
        Column("by", _("By"), value=lambda row: row.started_by.name if row.started_by else _("Command line")),
        Column("created", _("Begun"), CellKind.TIME, value=lambda row: row.created_at, sort=("id",)),
    )

    def read_rows(self) -> QuerySet[ImportRun]:
        """Return the imports that the viewer may see."""
        if not self.request.actor.can(Permission.VIEW_IMPORTS):
            raise NotFound("There is no such page.")
        return visible_imports(self.request.actor)

    def row_url(self, row: ImportRun) -> str:
        """Return the page of the import."""
        return reverse("risk:import", args=[row.pk])


@csrf_exempt  # the token is in the body, of which nothing may be read yet; receive_files asks for it
@login_required
def new_import(request: ConsoleRequest) -> HttpResponse:
    """Ask for mapping and files; the upload begins with a dry run."""
    if not request.actor.can(Permission.IMPORT_DATA):
        raise NotFound("There is no such page.")
    if request.method == "POST":
        uploads = CappedUploads(request, explain_excess)
        request.upload_handlers = [uploads]
        return receive_files(request, uploads)
    return show_form(request, ImportForm(examples=example_mappings()))


@csrf_protect
def receive_files(request: ConsoleRequest, uploads: CappedUploads) -> HttpResponse:
    """Ask for a dry run of what comes in; what is too large is refused without reading it, the other fields kept."""
    form = ImportForm(request.POST, request.FILES, examples=example_mappings())
    if uploads.problem:
        form.errors.pop("uploads", None)  # that they did not come is our doing
        form.add_error("uploads", uploads.problem)
        return show_form(request, form, status=413)
    if form.is_valid():
        given = form.cleaned_data
        name = OWN_MAPPING if given["mapping"] else given["example"]
        text = given["mapping"] or read_example(given["example"])
        try:
            pk = receive_upload(actor=request.actor, mapping_name=name, mapping_text=text, files=given["uploads"])
        except InvalidInput as error:
            show_problems(form, error)
        else:
            return redirect("risk:import", pk)
    return show_form(request, form, status=422)


def show_form(request: ConsoleRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    """Show the form of a new import."""
    context = {"form": form, "most_bytes": settings.UPLOAD_MAX_BYTES, "most_files": MOST_FILES}
    return render(request, "risk/new_import.html", context, status=status)


@login_required
@require_safe
def show_import(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Show one import; asked by htmx, the part that changes while it runs."""
    actor = request.actor
    found = import_view(actor, pk)
    context = {
        "found": found,
        "rejects": first_rejects(pk) if found.counts.get("rejected") else [],
        "may_import": actor.can(Permission.IMPORT_DATA),
        "may_export": may_export_rejects(actor, find_import(actor, pk)),
    }
    page = "risk/_import.html" if request.headers.get("HX-Request") else "risk/import.html"
    return render(request, page, context)


@login_required
@require_POST
def change_import(request: ConsoleRequest, pk: int, verb: str) -> HttpResponse:
    """Start, cancel or resume an import."""
    find_import(request.actor, pk)
    if verb == "start":
        pk = start_import(actor=request.actor, run_id=pk)
        messages.success(request, _("The import is under way. You may leave this page."))
    elif verb == "cancel":
        cancel_import(actor=request.actor, run_id=pk)
        messages.success(request, _("Cancelled. What is loaded stays; resuming goes on from there."))
    elif verb == "resume":
        resume_import(actor=request.actor, run_id=pk)
        messages.success(request, _("Resumed."))
    else:
        raise NotFound("There is no such step.")
    return redirect("risk:import", pk)


@login_required
@require_safe
def download_rejects(request: ConsoleRequest, pk: int) -> StreamingHttpResponse:
    """Send the rejects file of an import, and leave a trace of it."""
    actor = request.actor
    run = find_import(actor, pk)
    if not may_export_rejects(actor, run):
        raise NotAllowed("You may not export the rejects of this import. Ask somebody who may export every market.")
    path = rejects_file(pk)
    if path is None:
        raise NotFound("This import has no rejects file.")
    record_export(
        actor=actor, name="import-rejects", label=run.mapping_name, format_name="csv", filters={"import": [str(pk)]}
    )
    response = StreamingHttpResponse(safe_rejects(path), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rejects-{pk}.csv"'
    return response
