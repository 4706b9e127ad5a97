"""Remove uploaded files once nobody needs them; what came of them stays in the database and the rejects file."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction

from governance.actions import audit
from governance.domain.actors import Actor
from governance.domain.subjects import Subject
from risk.models import ImportRun
from risk.queries.imports import UPLOADS, is_worked_on, kept_until, lock_name, work_directory

log = structlog.get_logger(__name__)
STRAY_AFTER: Final = timedelta(days=1)  # no upload takes that long
_UNDER_WAY: Final = (ImportRun.State.WAITING, ImportRun.State.RUNNING)


def remove_old_uploads(*, actor: Actor, now: datetime) -> int:
    """Remove the files of uploads whose time is over, and what broken uploads left; return how many went.

    An upload is kept for AEDILE_UPLOAD_KEEP_DAYS after the last that happened to it: its dry run or import has ended,
    failed or was cancelled. One that is worked on is never touched; one whose worker is gone counts from its beginning.
    """
    removed = sum(_remove_upload(actor, folder, now) for folder in _folders())
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*"):
        if path.is_file() and _is_stray(path, now):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _folders() -> Iterator[Path]:
    root = Path(settings.MEDIA_ROOT) / UPLOADS
    if root.is_dir():
        yield from (path for path in sorted(root.iterdir()) if path.is_dir())


def _remove_upload(actor: Actor, folder: Path, now: datetime) -> bool:
    with transaction.atomic():
        mine = ImportRun.objects.filter(files__0__path__startswith=f"{UPLOADS}/{folder.name}/")
        runs = list(mine.select_for_update().order_by("pk"))
        is_over = all(_is_over(run, now) for run in runs) if runs else _is_stray(folder, now)
        if not is_over:
            return False
        for run in runs:
            _close(actor, run, now)
        shutil.rmtree(folder)
    log.info("upload_removed", folder=folder.name, imports=[run.pk for run in runs])
    return True


def _is_over(run: ImportRun, now: datetime) -> bool:
    if run.state in _UNDER_WAY and is_worked_on(lock_name(run)):
        return False
    return kept_until(run) <= now


def _is_stray(path: Path, now: datetime) -> bool:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) + STRAY_AFTER <= now


def _close(actor: Actor, run: ImportRun, now: datetime) -> None:
    """Note that an import cannot be run any more, and drop what was kept for resuming it."""
    for path in work_directory(run.pk).glob("fates-*.bin"):
        path.unlink()
    if run.state in _UNDER_WAY:
        run.state, run.finished_at = ImportRun.State.FAILED, now
        run.error = "Nobody worked on it until its files were removed. Upload them again."
        run.save(update_fields=["state", "finished_at", "error"])
    subject = Subject(kind="import", id=str(run.pk), label=run.mapping_name)
    names: Sequence[str] = [str(file["name"]) for file in run.files]
    audit.record(actor=actor, action="uploads_removed", subject=subject, after={"files": names})
