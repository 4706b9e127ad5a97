"""Where an import goes: into the database, or nowhere (a dry run)."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.models.functions import Greatest, Least

from risk.actions.bulk import BulkLoader, LoadResult, make_room
from risk.actions.copying import copy_lines, escape
from risk.actions.importing.describing import Described, Descriptions
from risk.actions.importing.errors import ImportStopped
from risk.actions.importing.rejects import MOST_KEPT, Reject, RejectsFile, keep_rejects
from risk.actions.importing.tally import KindCounts
from risk.actions.preparing import PreparedRows
from risk.domain.event_rows import EventRow, digest_of
from risk.models import ImportRun, IngestBatch


@dataclass(slots=True)
class Progress:
    """How far an import is, as its checkpoint keeps it. step: number of the step; done: its rows so far.

    events and entities: counts by type. rejects_end: length of the rejects file; kept: rejected events stored.
    entity_floor: the highest key of an entity when the import began.
    """

    step: int = 0
    done: int = 0
    events: KindCounts = field(default_factory=dict)
    entities: KindCounts = field(default_factory=dict)
    rejects_end: int = 0
    kept: int = 0
    entity_floor: int = 0
    batch_id: int = 0


class Sink(Protocol):
    """What the importer writes to. Everything of one step is written in one transaction, or not at all."""

    def step(self) -> AbstractContextManager[Any]:
        """Open the transaction of a step."""

    def prepare(self, rows: Sequence[EventRow]) -> None:
        """Make room for events, before the step that loads them."""

    def load(self, events: PreparedRows) -> LoadResult:
        """Take in events."""

    def describe(self, descriptions: Descriptions, after: int) -> list[Described]:
        """Take in a slice of descriptions."""

    def keep(self, rejects: Sequence[Reject], progress: Progress) -> None:
        """Keep what was refused; notes in `progress` how much."""

    def save(self, progress: Progress, bytes_done: int) -> None:
        """Write the checkpoint at the end of a step; raises ImportStopped when the import was cancelled."""


class LiveSink:
    """Writes to the database and to the rejects file."""

    def __init__(self, run: ImportRun, batch: IngestBatch, rejects: RejectsFile) -> None:
        self._run = run
        self._batch = batch
        self._rejects = rejects
        self._loader = BulkLoader(source=batch.source, batch_id=batch.pk, received_at=batch.received_at)

    @contextmanager
    def step(self) -> Iterator[None]:
        """Open the transaction of a step.

        Nobody waits until it is on the disk: after a power cut the import goes on from the last checkpoint that is
        there. The end of the import is waited for, and what is written before it is on the disk before it.
        """
        with transaction.atomic():
            _execute("SET LOCAL synchronous_commit = off")
            yield

    def prepare(self, rows: Sequence[EventRow]) -> None:
        """Make the partitions."""
        make_room(rows)

    def load(self, events: PreparedRows) -> LoadResult:
        """Store the events."""
        found = self._loader.load_prepared(events)
        if found.first_at and found.last_at:
            IngestBatch.objects.filter(pk=self._batch.pk).update(
                first_occurred_at=Least("first_occurred_at", found.first_at),
                last_occurred_at=Greatest("last_occurred_at", found.last_at),
            )
        return found

    def describe(self, descriptions: Descriptions, after: int) -> list[Described]:
        """Store the descriptions."""
        last = IngestBatch.objects.values_list("last_occurred_at", flat=True).get(pk=self._batch.pk)
        return descriptions.store(after, last or self._batch.received_at)

    def keep(self, rejects: Sequence[Reject], progress: Progress) -> None:
        """Store and write down what was refused."""
        progress.rejects_end = self._rejects.write(rejects)
        progress.kept += keep_rejects(batch=self._batch, rejects=rejects, room=MOST_KEPT - progress.kept)

    def save(self, progress: Progress, bytes_done: int) -> None:
        """Write the checkpoint, unless the import was cancelled."""
        running = ImportRun.objects.filter(pk=self._run.pk, state=ImportRun.State.RUNNING)
        if not running.update(checkpoint=asdict(progress), bytes_done=bytes_done):
            raise ImportStopped("The import was cancelled. Start it again to go on where it stopped.")


class DrySink:
    """Tells what would become of the items; writes to temporary tables and the rejects file alone."""

    def __init__(self, source: str, rejects: RejectsFile) -> None:
        self._source = source
        self._rejects = rejects
        self.samples: list[Reject] = []
        _execute(_DRY_OPEN)

    def step(self) -> AbstractContextManager[Any]:
        """Open nothing."""
        return nullcontext()

    def prepare(self, rows: Sequence[EventRow]) -> None:
        """Need no room."""

    def load(self, events: PreparedRows) -> LoadResult:
        """Tell what is known already, in the database and in the rows before."""
        rows = events.rows
        lines = [f"{number}\t{escape(row[0])}\t\\\\x{digest_of(row).hex()}\n" for number, row in enumerate(rows)]
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE dry_row")
            copy_lines(cursor, "COPY dry_row FROM STDIN", lines)
            cursor.execute(_DRY_JUDGE, [self._source])
            judged = cursor.fetchall()
            cursor.execute(_DRY_REMEMBER)
        duplicates = tuple(number for number, is_same in judged if is_same)
        conflicts = tuple(number for number, is_same in judged if not is_same)
        return LoadResult(len(rows) - len(judged), duplicates, conflicts, None, None)

    def describe(self, descriptions: Descriptions, after: int) -> list[Described]:
        """Compare the descriptions."""
        return descriptions.compare(after)

    def keep(self, rejects: Sequence[Reject], progress: Progress) -> None:
        """Write down what was refused; the first few also stay at hand."""
        self.samples += rejects[: MOST_SAMPLES - len(self.samples)]
        progress.rejects_end = self._rejects.write(rejects)

    def save(self, progress: Progress, bytes_done: int) -> None:
        """Keep no checkpoint."""


MOST_SAMPLES = 20
_DRY_OPEN = """
DROP TABLE IF EXISTS pg_temp.dry_row, pg_temp.dry_key;
CREATE TEMP TABLE dry_row (number int, external_id varchar(160), digest bytea);
CREATE TEMP TABLE dry_key (external_id varchar(160) PRIMARY KEY, digest bytea)
"""
# The first of several rows with one id is news, unless the id was there before: in the database, or in the files.
_DRY_JUDGE = """
SELECT number, digest = known FROM (
    SELECT staged.number, staged.digest, coalesce(
        stored.digest, earlier.digest,
        CASE WHEN row_number() OVER same > 1 THEN first_value(staged.digest) OVER same END
    ) AS known
    FROM dry_row AS staged
    LEFT JOIN risk_eventkey AS stored ON stored.source = %s AND stored.external_id = staged.external_id
    LEFT JOIN dry_key AS earlier ON earlier.external_id = staged.external_id
    WINDOW same AS (PARTITION BY staged.external_id ORDER BY staged.number)
) AS judged WHERE known IS NOT NULL
"""
_DRY_REMEMBER = """
INSERT INTO dry_key SELECT DISTINCT ON (external_id) external_id, digest FROM dry_row ORDER BY external_id, number
ON CONFLICT DO NOTHING
"""


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
