"""Take in files through the page: check what they are, keep them, ask for a dry run, then for the import itself."""

import secrets
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.actions import audit, outbox
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, FieldProblem, InvalidInput
from governance.domain.roles import Permission
from governance.domain.subjects import Subject
from risk.actions.importing.errors import ImportFailed
from risk.actions.importing.inputs import InputFile, name_inputs
from risk.actions.importing.plan import plan_import
from risk.actions.importing.running import ImportRequest, open_run
from risk.domain.mapping.parsing import parse_mapping
from risk.domain.mapping.spec import FileFormat, ImportMapping
from risk.models import ImportRun
from risk.queries.imports import UPLOADS, find_import, has_files, is_upload, is_worked_on, lock_name

MOST_FILES: Final = 20
_HEAD: Final = 4_096
_MAGIC: Final = {b"PAR1": FileFormat.PARQUET, b"PK\x03\x04": FileFormat.XLSX}
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")  # marks of UTF-16, which holds NUL bytes


class UploadedFile(Protocol):
    """A file as the page hands it over."""

    name: str | None
    size: int | None

    def chunks(self) -> Iterable[bytes]:
        """Yield the bytes."""


def receive_upload(*, actor: Actor, mapping_name: str, mapping_text: str, files: Sequence[UploadedFile]) -> int:
    """Keep the files, and ask for a dry run of their import; return its id.

    Raises InvalidInput with what is wrong with the mapping (field `mapping`) or the files (field `uploads`).
    """
    actor.require(Permission.IMPORT_DATA)
    mapping = parse_mapping(mapping_text, mapping_name)
    if not isinstance(mapping, ImportMapping):
        raise InvalidInput([FieldProblem("mapping", str(problem)) for problem in mapping])
    _check_files(files)
    folder = Path(UPLOADS) / secrets.token_hex(16)
    place = Path(settings.MEDIA_ROOT) / folder
    place.mkdir(parents=True, mode=0o700)
    try:
        stored = {str(file.name): place / _store(file, place, number) for number, file in enumerate(files)}
        inputs = name_inputs(mapping, stored)
        for item in inputs:
            _check_content(item)
        plan_import(mapping, inputs)
    except ImportFailed as error:
        shutil.rmtree(place, ignore_errors=True)
        raise InvalidInput([FieldProblem("uploads", line) for line in error.message.split("\n")]) from error
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return _ask_dry_run(actor, ImportRequest(mapping, mapping_text, inputs))


def explain_excess(files: int, size: int) -> str:
    """Return why so many files, or so many bytes in all, are not taken; nothing where they are."""
    if files > MOST_FILES:
        return _("At most %(most)s files go up at once. Use manage.py import_data for more.") % {"most": MOST_FILES}
    if size > settings.UPLOAD_MAX_BYTES:
        words = _("The files have %(size)s. At most %(most)s go up at once. Use manage.py import_data for more.")
        return words % {"size": _in_words(size), "most": _in_words(settings.UPLOAD_MAX_BYTES)}
    return ""


def _in_words(size: int) -> str:
    return f"{size / 1024**2:.1f} MB" if size < 10 * 1024**2 else f"{size // 1024**2} MB"


def start_import(*, actor: Actor, run_id: int) -> int:
    """Ask for the import that a dry run has shown; return its id, or that of the same import when it is not done."""
    actor.require(Permission.IMPORT_DATA)
    with transaction.atomic():
        # Locked, so that a second click waits here and finds the run of the first.
        dry = ImportRun.objects.select_for_update(of=("self",)).get(pk=find_import(actor, run_id).pk)
        if not (dry.is_dry_run and dry.state == ImportRun.State.DONE and is_upload(dry)):
            raise Conflict("This is no dry run that has ended. Upload the files again.")
        _require_files(dry)
        begun = ImportRun.objects.filter(digest=dry.digest, is_dry_run=False).exclude(state=ImportRun.State.DONE)
        if earlier := begun.first():
            return earlier.pk
        run = open_run(actor=actor, request=request_of(dry))
        ImportRun.objects.filter(pk=run.pk).update(files=dry.files)
        outbox.emit("import_requested", {"run_id": run.pk})
    return run.pk


def cancel_import(*, actor: Actor, run_id: int) -> None:
    """Stop an import at its next checkpoint. What is loaded stays; it can be resumed."""
    actor.require(Permission.IMPORT_DATA)
    with transaction.atomic():
        run = ImportRun.objects.select_for_update(of=("self",)).get(pk=find_import(actor, run_id).pk)
        if run.state not in {ImportRun.State.WAITING, ImportRun.State.RUNNING}:
            raise Conflict("The import has ended already.")
        before, run.state, run.finished_at = run.state, ImportRun.State.CANCELLED, timezone.now()
        run.save(update_fields=["state", "finished_at"])
        _record(actor, run, "import_cancelled", before)


def resume_import(*, actor: Actor, run_id: int) -> None:
    """Let an import go on that was cancelled, has failed, or whose worker is gone.

    It goes on in the name of whoever started it, or of the actor when that account is no longer active.
    """
    actor.require(Permission.IMPORT_DATA)
    with transaction.atomic():
        run = ImportRun.objects.select_for_update(of=("self",)).get(pk=find_import(actor, run_id).pk)
        if not is_upload(run):
            raise Conflict("Its files were given on the command line. Run the same command again to resume it.")
        if run.state not in {ImportRun.State.RUNNING, ImportRun.State.CANCELLED, ImportRun.State.FAILED}:
            raise Conflict("The import is waiting for a worker, or has ended.")
        if is_worked_on(lock_name(run)):
            raise Conflict("A worker is still at these files. Wait a moment and look again.")
        _require_files(run)
        before, run.state, run.error, run.finished_at = run.state, ImportRun.State.WAITING, "", None
        if run.started_by is not None and not run.started_by.is_active:
            run.started_by_id = actor.user_id
        run.save(update_fields=["state", "error", "finished_at", "started_by"])
        outbox.emit("import_requested", {"run_id": run.pk})
        _record(actor, run, "import_resumed", before)


def request_of(run: ImportRun) -> ImportRequest:
    """Return what an uploaded import was asked to do; raises ImportFailed when its files are gone."""
    mapping = parse_mapping(run.mapping, run.mapping_name)
    if not isinstance(mapping, ImportMapping):
        raise ImportFailed(str(mapping[0]))
    present = {str(file["name"]): Path(settings.MEDIA_ROOT) / str(file["path"]) for file in run.files}
    gone = [label for label, path in present.items() if not path.is_file()]
    if gone:
        raise ImportFailed(f"{gone[0]} is no longer there. Upload the files again.")
    return ImportRequest(mapping, run.mapping, name_inputs(mapping, present))


def _require_files(run: ImportRun) -> None:
    if not has_files(run):
        raise Conflict(f"Its files were removed after {settings.UPLOAD_KEEP_DAYS} days. Upload them again.")


def _ask_dry_run(actor: Actor, request: ImportRequest) -> int:
    root = Path(settings.MEDIA_ROOT)
    files = [{**file.as_json(), "path": str(file.path.relative_to(root))} for file in request.files]
    with transaction.atomic():
        run = ImportRun.objects.create(
            digest=request.digest,
            mapping_name=request.mapping.name[:160],
            mapping=request.text,
            files=files,
            is_dry_run=True,
            bytes_total=sum(file.size for file in request.files),
            started_by_id=actor.user_id,
        )
        _record(actor, run, "files_uploaded", "")
        outbox.emit("import_requested", {"run_id": run.pk})
    return run.pk


def _check_files(files: Sequence[UploadedFile]) -> None:
    """Refuse too many, too large, nameless and doubled files before anything is kept."""
    problems = []
    names = [str(file.name or "") for file in files]
    if not files:
        problems.append("No file was given. Choose the files that the mapping names.")
    if problem := explain_excess(len(files), sum(file.size or 0 for file in files)):
        problems.append(problem)
    problems += [f"{name} is there twice." for name in sorted({name for name in names if names.count(name) > 1})]
    problems += [f"{name[:40]}… has too long a name." for name in names if len(name) > 200]
    if problems:
        raise InvalidInput([FieldProblem("uploads", text) for text in problems])


def _store(file: UploadedFile, place: Path, number: int) -> str:
    """Keep the file under a name of ours; theirs is only ever shown. One that is on our disk is moved, not copied."""
    name = f"{number}-{secrets.token_hex(8)}"
    received = getattr(file, "temporary_file_path", None)
    if received is not None:
        shutil.move(received(), place / name)
        return name
    with (place / name).open("wb") as target:
        for chunk in file.chunks():
            target.write(chunk)
    return name


def _check_content(item: InputFile) -> None:
    """Refuse a file that is not what the mapping takes it for, whatever its name says."""
    with item.path.open("rb") as file:
        found = _sniff(file)
    wanted = item.spec.format
    is_text = wanted in {FileFormat.CSV, FileFormat.JSONL}
    if (is_text and found is not None) or (not is_text and found is not wanted):
        shown = found.value if isinstance(found, FileFormat) else ("text" if found is None else "not text")
        raise ImportFailed(f"{item.label} is {shown}, not {wanted.value}. Check the file and the mapping.")


def _sniff(file: BinaryIO) -> FileFormat | bool | None:
    """Return the format that the first bytes tell, None for text, False for what is neither."""
    head = file.read(_HEAD)
    for magic, form in _MAGIC.items():
        if head.startswith(magic):
            return form
    if b"\0" in head and not head.startswith(_WIDE):
        return False
    return None


def _record(actor: Actor, run: ImportRun, action: str, before: str) -> None:
    subject = Subject(kind="import", id=str(run.pk), label=run.mapping_name)
    audit.record(
        actor=actor, action=action, subject=subject, before={"state": before} if before else None,
        after={"state": str(run.state), "files": [file["name"] for file in run.files]},
    )  # fmt: skip
