"""Run the imports that pages ask for, in a worker."""

import shutil
import time
from collections.abc import Callable
from contextlib import suppress

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from governance.actions import outbox
from governance.domain.actors import Actor, system_actor
from governance.domain.errors import DomainError
from governance.queries.people import actor_for
from risk.actions.importing.errors import ImportBusy, ImportStopped
from risk.actions.importing.running import DRY_RUN, alone, continue_run, try_import
from risk.actions.importing.uploading import request_of
from risk.models import ImportRun
from risk.queries.imports import REJECTS, lock_name, work_directory

log = structlog.get_logger(__name__)
CONSUMER = "run import"
REPORT_SECONDS = 1.0


def work_on_fact(*, fact_id: int) -> None:
    """Run the import of an `import_requested` fact; delivered again after a lost worker, it goes on."""
    payload = outbox.peek(fact_id, CONSUMER)
    if payload is None:
        return
    with suppress(ImportBusy):  # whoever works on it will say when it is done
        work_on(run_id=int(payload["run_id"]))
        outbox.consume_once(fact_id, CONSUMER)


def work_on(*, run_id: int) -> None:
    """Run an uploaded import or dry run to its end; what stops it is written on its row.

    Raises ImportBusy, and changes nothing, when another worker has it in hand.
    """
    run = ImportRun.objects.get(pk=run_id)
    if run.state not in {ImportRun.State.WAITING, ImportRun.State.RUNNING}:
        return
    try:
        actor = actor_for(run.started_by_id) if run.started_by_id else system_actor("import")
    except ObjectDoesNotExist:
        _fail(
            run, "The account of whoever started this import is no longer active. Resume it: it goes on in your name."
        )
        return
    try:
        with alone(lock_name(run)):
            _work(actor, run)
    except ImportStopped:
        return
    except ImportBusy as error:
        if not _is_held_up(run):
            raise
        _fail(run, error.message)
    except DomainError as error:
        _fail(run, error.message)
    except Exception:
        _fail(
            run, "Something went wrong inside Aedile; the log of the worker tells what. Resume it once that is mended."
        )
        raise


def _work(actor: Actor, run: ImportRun) -> None:
    request = request_of(run)
    ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.WAITING).update(state=ImportRun.State.RUNNING)
    report = _reporter(run)
    if not run.is_dry_run:
        continue_run(actor=actor, run=run, request=request, report=report, rejects=None)
        return
    directory = work_directory(run.pk)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in directory.glob(f"{DRY_RUN}*"):  # by a worker that was killed; we have the lock
        shutil.rmtree(left, ignore_errors=True)
    result = try_import(actor=actor, request=request, report=report, rejects=directory / REJECTS)
    ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.RUNNING).update(
        state=ImportRun.State.DONE, counts=result.as_json(), finished_at=timezone.now()
    )


def _is_held_up(run: ImportRun) -> bool:
    """Say whether it is another run of the same files that has the lock, so that this one would wait for ever."""
    run.refresh_from_db(fields=["state"])
    others = ImportRun.objects.filter(
        digest=run.digest, is_dry_run=run.is_dry_run, state__in=[ImportRun.State.WAITING, ImportRun.State.RUNNING]
    ).exclude(pk=run.pk)
    return run.state == ImportRun.State.WAITING and others.exists()


def _reporter(run: ImportRun) -> Callable[[int, int], None]:
    """Return what writes progress on the row about once a second, and stops the import when it was cancelled."""
    last = 0.0

    def report(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < REPORT_SECONDS:
            return
        last = time.monotonic()
        running = ImportRun.objects.filter(pk=run.pk, state=ImportRun.State.RUNNING)
        if not running.update(bytes_done=done, bytes_total=total):
            raise ImportStopped("The import was cancelled.")

    return report


def _fail(run: ImportRun, message: str) -> None:
    ImportRun.objects.filter(pk=run.pk).update(state=ImportRun.State.FAILED, error=message, finished_at=timezone.now())
