"""Run an import from its beginning, or from where it stopped, to its end."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from governance.actions import audit, outbox
from governance.actions.markets import ensure_default_markets
from governance.domain.actors import Actor, system_actor
from governance.domain.markets import DEFAULT_MARKETS
from governance.domain.roles import Permission
from governance.domain.subjects import Subject
from governance.queries.markets import all_markets
from risk.actions.importing.beside import without_cycle_search
from risk.actions.importing.describing import highest_entity
from risk.actions.importing.errors import ImportBusy, ImportFailed, ImportStopped
from risk.actions.importing.fates import FateBook
from risk.actions.importing.inputs import InputFile
from risk.actions.importing.plan import ImportPlan, plan_import
from risk.actions.importing.rejects import Reject, RejectsFile, copy_rejects
from risk.actions.importing.sinks import DrySink, LiveSink, Progress
from risk.actions.importing.walking import Report, Setting, Walk
from risk.domain.mapping.spec import ImportMapping
from risk.models import ImportRun, IngestBatch
from risk.queries.imports import LOCK_CLASS, REJECTS, lock_key, work_directory

DRY_RUN: Final = ".dry-run-"  # how the directories begin in which dry runs work


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import. text is that of the mapping; market is what it was overridden with, if anything."""

    mapping: ImportMapping
    text: str
    files: tuple[InputFile, ...]
    market: str | None = None

    @property
    def digest(self) -> str:
        """Return what tells this import from others: mapping and content of the files."""
        parts = [self.text, self.market or "", *(f"{file.spec.name} {file.label} {file.sha256}" for file in self.files)]
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of the rows: accepted, rejected and duplicates add up to read. by_kind counts items by type."""

    run_id: int | None
    counts: Mapping[str, int]
    by_kind: Mapping[str, Mapping[str, int]]
    samples: tuple[Reject, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the counts as the command prints them."""
        return {**self.counts, "by_kind": dict(self.by_kind)}


def try_import(*, actor: Actor, request: ImportRequest, report: Report, rejects: Path | None) -> ImportResult:
    """Tell what an import would do and write nothing but the rejects file. Raises NotAllowed and ImportFailed."""
    actor.require(Permission.IMPORT_DATA)
    plan = plan_import(request.mapping, request.files)
    setting = _setting(actor, request.mapping, frozenset(spec.code for spec in DEFAULT_MARKETS))
    progress = Progress(entity_floor=highest_entity())
    with _directory_beside(rejects) as directory:
        path = Path(directory) / REJECTS
        sink = DrySink(request.mapping.source, RejectsFile(path, 0))
        fates = FateBook(request.files, None)
        with without_cycle_search():
            Walk(plan, setting, sink, fates, progress, report).run()
        if rejects:
            copy_rejects(rejects=path, target=rejects)
    counts = fates.count(_known_files(request))
    return ImportResult(None, counts, _by_kind(progress), tuple(sink.samples))


def _directory_beside(rejects: Path | None) -> TemporaryDirectory[str]:
    """Return a directory for the time of a dry run on the disk that the rejects go to: /tmp is often in memory."""
    try:
        return TemporaryDirectory(prefix=DRY_RUN, dir=rejects.parent if rejects else None)
    except OSError as error:
        raise ImportFailed(f"{rejects} cannot be written: {error.strerror}. Name another rejects file.") from error


def run_import(*, actor: Actor, request: ImportRequest, report: Report, rejects: Path | None) -> ImportResult:
    """Import files; the same import goes on where it was stopped or killed.

    Importing again what is there changes nothing. At the end one fact `events_ingested` tells of the whole batch,
    so that signals see complete data. Raises NotAllowed, ImportFailed and ImportStopped.
    """
    actor.require(Permission.IMPORT_DATA)
    with alone(request.digest):
        run = _find_stopped(request) or open_run(actor=actor, request=request)
        return continue_run(actor=actor, run=run, request=request, report=report, rejects=rejects)


def open_run(*, actor: Actor, request: ImportRequest) -> ImportRun:
    """Write down a new import that waits to be run."""
    actor.require(Permission.IMPORT_DATA)
    with transaction.atomic():
        run = ImportRun.objects.create(
            digest=request.digest,
            bytes_total=sum(file.size for file in request.files),
            mapping_name=request.mapping.name[:160],
            mapping=request.text,
            files=[file.as_json() for file in request.files],
            started_by_id=actor.user_id,
        )
        audit.record(actor=actor, action="import_started", subject=_subject(run), after={"files": len(request.files)})
    return run


def continue_run(
    *, actor: Actor, run: ImportRun, request: ImportRequest, report: Report, rejects: Path | None
) -> ImportResult:
    """Run an import from its checkpoint, of which the caller holds the lock."""
    try:
        plan = plan_import(request.mapping, request.files)
        ensure_default_markets(actor=system_actor("import"))
        setting = _setting(actor, request.mapping, frozenset())
        return _run(actor, run, plan, setting, request, report)
    except ImportFailed as error:
        ImportRun.objects.filter(pk=run.pk).update(
            state=ImportRun.State.FAILED, error=error.message, finished_at=timezone.now()
        )
        raise
    finally:
        path = work_directory(run.pk) / REJECTS
        if rejects and path.is_file():
            copy_rejects(rejects=path, target=rejects)


def _run(
    actor: Actor, run: ImportRun, plan: ImportPlan, setting: Setting, request: ImportRequest, report: Report
) -> ImportResult:
    directory = work_directory(run.pk)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    progress = Progress(**run.checkpoint) if run.checkpoint else Progress(entity_floor=highest_entity())
    batch = _open_batch(run, request.mapping.source, progress)
    file = RejectsFile(directory / REJECTS, progress.rejects_end)
    fates = FateBook(request.files, directory)
    try:
        walk = Walk(plan, setting, LiveSink(run, batch, file), fates, progress, report)
        ImportRun.objects.filter(pk=run.pk).update(bytes_total=walk.bytes_total)
        with without_cycle_search():
            walk.run()
    finally:
        file.close()
    counts = fates.count(_known_files(request))
    result = ImportResult(run.pk, counts, _by_kind(progress))
    _finish(actor, run, batch, progress, result)
    for path in directory.glob("fates-*.bin"):
        path.unlink()
    return result


def _open_batch(run: ImportRun, source: str, progress: Progress) -> IngestBatch:
    """Return the batch of the import, made when it first runs, and note that it runs."""
    with transaction.atomic():
        batch = IngestBatch.objects.filter(pk=progress.batch_id).first()
        if batch is None:
            batch = IngestBatch.objects.create(source=source, import_run=run, received_at=timezone.now())
            progress.batch_id = batch.pk
        checkpoint = run.checkpoint or {"entity_floor": progress.entity_floor}
        ImportRun.objects.filter(pk=run.pk).update(
            state=ImportRun.State.RUNNING,
            checkpoint={**checkpoint, "batch_id": batch.pk},
            rejects_path=f"imports/{run.pk}/{REJECTS}",
            error="",
            finished_at=None,
        )
    return batch


def _finish(actor: Actor, run: ImportRun, batch: IngestBatch, progress: Progress, result: ImportResult) -> None:
    """Write the counts and tell of the batch, once."""
    events = {
        outcome: sum(kind[outcome] for kind in progress.events.values())
        for outcome in ("accepted", "rejected", "duplicates")
    }
    with transaction.atomic():
        running = ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.RUNNING)
        now = timezone.now()
        if not running.update(state=ImportRun.State.DONE, counts=result.as_json(), finished_at=now, checkpoint={}):
            raise ImportStopped("The import was cancelled. Start it again to go on where it stopped.")
        IngestBatch.objects.filter(pk=batch.pk).update(**events)
        audit.record(actor=actor, action="data_imported", subject=_subject(run), after=dict(result.counts))
        if events["accepted"]:
            outbox.emit("events_ingested", {"batch_id": batch.pk})
        if progress.kept:
            outbox.emit("events_rejected", {"batch_id": batch.pk, "rejected": progress.kept})


def _find_stopped(request: ImportRequest) -> ImportRun | None:
    """Return the same import when it was begun and not ended; one whose work files are gone begins again."""
    run = ImportRun.objects.filter(digest=request.digest, is_dry_run=False).first()
    if run is None or run.state == ImportRun.State.DONE:
        return None
    if run.checkpoint and not work_directory(run.pk).is_dir():
        return None
    return run


def _known_files(request: ImportRequest) -> frozenset[int]:
    """Return the numbers of the files that this source has imported before, byte for byte."""
    done = IngestBatch.objects.filter(
        source=request.mapping.source, import_run__state=ImportRun.State.DONE, import_run__is_dry_run=False
    )
    return frozenset(
        file.number
        for file in request.files
        if done.filter(import_run__files__contains=[{"sha256": file.sha256}]).exists()
    )


def _setting(actor: Actor, mapping: ImportMapping, more: frozenset[str]) -> Setting:
    """Return what items are checked against; raises ImportFailed for a market of the mapping that is none."""
    scope = actor.markets(Permission.IMPORT_DATA)
    markets = frozenset(code for code in {*all_markets(), *more} if scope.contains(code))
    named = [*(spec.market for spec in mapping.entities), *(spec.market for spec in mapping.events)]
    for cell in named:
        market = cell.constant
        if market is not None and market not in markets:
            raise ImportFailed(f"{market} is not a market of this console. There is: {', '.join(sorted(markets))}.")
    return Setting(markets, timezone.now())


def _by_kind(progress: Progress) -> dict[str, dict[str, int]]:
    """Return the counts of events and entities; those of an event and an entity type of one name are added up."""
    found: dict[str, dict[str, int]] = {}
    for kinds in (progress.events, progress.entities):
        for kind, counts in sorted(kinds.items()):
            known = found.setdefault(kind, {"accepted": 0, "rejected": 0, "duplicates": 0})
            for outcome, number in counts.items():
                known[outcome] += number
    return found


def _subject(run: ImportRun) -> Subject:
    return Subject(kind="import", id=str(run.pk), label=run.mapping_name)


@contextmanager
def alone(digest: str) -> Iterator[None]:
    """Keep others from running the same import; the lock ends with the connection, however that ends.

    Raises ImportBusy while another holds it.
    """
    key = lock_key(digest)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, key])
        if not cursor.fetchone()[0]:
            raise ImportBusy("These files are being imported at this moment. Wait for that import to end.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, key])
