"""Read imports: their progress, their counts, what they refused."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from policies.rulelang.yaml_form import RulesFileError, entries, read_yaml
from risk.models import ImportRun

LOCK_CLASS = 7_321  # of advisory locks: one import of the same files at a time
REJECTS = "rejects.csv"
UPLOADS = "uploads"
SAMPLE = 20
EXAMPLES = Path(settings.BASE_DIR) / "examples"
MOST_FIELD = 100_000_000  # characters of a row in the rejects file


@dataclass(frozen=True, slots=True)
class KindLine:
    """What became of the items of one type."""

    kind: str
    accepted: int
    rejected: int
    duplicates: int


@dataclass(frozen=True, slots=True)
class ImportView:
    """One import as its page shows it. is_stalled: it should run, and nobody works on it.

    has_files: an upload whose files are still there; kept_until: when they are removed, if nothing happens before.
    """

    id: int
    name: str
    state: str
    is_dry_run: bool
    is_stalled: bool
    is_upload: bool
    has_files: bool
    kept_until: datetime
    files: Sequence[Mapping[str, Any]]
    counts: Mapping[str, int]
    kinds: Sequence[KindLine]
    bytes_done: int
    bytes_total: int
    error: str
    started_by: str
    created_at: datetime
    finished_at: datetime | None
    mapping: str

    @property
    def is_under_way(self) -> bool:
        """Say whether the page should look again by itself."""
        return self.state in {ImportRun.State.WAITING, ImportRun.State.RUNNING}


@dataclass(frozen=True, slots=True)
class RejectLine:
    """One line of the rejects file."""

    file: str
    line: str
    column: str
    reason: str
    hint: str
    raw: str


def visible_imports(actor: Actor) -> QuerySet[ImportRun]:
    """Return the imports that the actor may see: all with sight of every market, otherwise their own.

    The files of an import may tell of any market, so sight of one market is not enough for those of others.
    """
    runs = ImportRun.objects.select_related("started_by")
    scope = actor.markets(Permission.VIEW_IMPORTS)
    if scope.is_all:
        return runs
    return runs.none() if scope.is_empty else runs.filter(started_by_id=actor.user_id)


def import_view(actor: Actor, run_id: int) -> ImportView:
    """Return one import; raises NotFound."""
    run = find_import(actor, run_id)
    counts = {name: run.counts.get(name, 0) for name in ("read", "accepted", "rejected", "duplicates")}
    return ImportView(
        id=run.pk,
        name=run.mapping_name,
        state=run.state,
        is_dry_run=run.is_dry_run,
        is_stalled=run.state == ImportRun.State.RUNNING and not is_worked_on(lock_name(run)),
        is_upload=is_upload(run),
        has_files=has_files(run),
        kept_until=kept_until(run),
        files=run.files,
        counts=counts if run.counts else {},
        kinds=[KindLine(kind, **found) for kind, found in run.counts.get("by_kind", {}).items()],
        bytes_done=min(run.bytes_done, run.bytes_total),
        bytes_total=run.bytes_total,
        error=run.error,
        started_by=run.started_by.name if run.started_by else "",
        created_at=run.created_at,
        finished_at=run.finished_at,
        mapping=run.mapping,
    )


def find_import(actor: Actor, run_id: int) -> ImportRun:
    """Return the row of an import that the actor may see; raises NotFound."""
    run = visible_imports(actor).filter(pk=run_id).first()
    if run is None:
        raise NotFound("There is no such import.")
    return run


def may_export_rejects(actor: Actor, run: ImportRun) -> bool:
    """Say whether the actor may take the rejects of an import out of the console.

    They may tell of any market, as in `visible_imports`: export of every market is asked for, of any for one's own.
    """
    scope = actor.markets(Permission.EXPORT)
    return scope.is_all or (not scope.is_empty and actor.user_id is not None and run.started_by_id == actor.user_id)


def rejects_file(run_id: int) -> Path | None:
    """Return the rejects file of an import, None when it has none."""
    path = work_directory(run_id) / REJECTS
    return path if path.is_file() else None


def first_rejects(run_id: int) -> list[RejectLine]:
    """Return the first lines of the rejects file."""
    path = rejects_file(run_id)
    if path is None:
        return []
    csv.field_size_limit(MOST_FIELD)
    with path.open(encoding="utf-8", newline="") as rows:
        return [RejectLine(**row) for row in islice(csv.DictReader(rows), SAMPLE) if None not in row.values()]


def example_mappings() -> dict[str, str]:
    """Return what the shipped mappings are about, by file name."""
    found = {path.name: _about(path) for path in sorted(EXAMPLES.glob("*.yaml"))}
    return {name: about for name, about in found.items() if about is not None}


def read_example(name: str) -> str:
    """Return the text of a shipped mapping; raises NotFound."""
    if name not in example_mappings():
        raise NotFound("There is no such mapping.")
    return (EXAMPLES / name).read_text(encoding="utf-8")


def is_upload(run: ImportRun) -> bool:
    """Say whether the files came through the page, so that a worker finds them."""
    return bool(run.files) and all(not Path(file["path"]).is_absolute() for file in run.files)


def has_files(run: ImportRun) -> bool:
    """Say whether the uploaded files of an import are still there."""
    root = Path(settings.MEDIA_ROOT)
    return is_upload(run) and all((root / str(file["path"])).is_file() for file in run.files)


def kept_until(run: ImportRun) -> datetime:
    """Return when the uploaded files of an import are removed, if nothing happens to it before."""
    return (run.finished_at or run.created_at) + timedelta(days=settings.UPLOAD_KEEP_DAYS)


def work_directory(run_id: int) -> Path:
    """Return where an import keeps its files."""
    return Path(settings.MEDIA_ROOT) / "imports" / str(run_id)


def lock_name(run: ImportRun) -> str:
    """Return what the lock of an import is called; a dry run keeps out of the way of the import itself."""
    return run.digest[::-1] if run.is_dry_run else run.digest


def lock_key(name: str) -> int:
    """Return the key of an advisory lock."""
    return int(name[:8], 16) - 2**31


def is_worked_on(name: str) -> bool:
    """Say whether some process holds the lock of an import."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
            " AND classid::bigint = %s AND objid::bigint = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))",
            [LOCK_CLASS, lock_key(name) % 2**32],
        )
        return bool(cursor.fetchone()[0])


def _about(path: Path) -> str | None:
    """Return what a mapping says it is about, None for a file that is no mapping."""
    try:
        root = read_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, RulesFileError):
        return None
    parts = {key: value.value for key, _node, value in entries(root, "the mapping", [])}
    return str(parts.get("about", "")) if "files" in parts else None
