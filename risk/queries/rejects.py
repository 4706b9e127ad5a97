"""Read refused events: which wait for mending, and what is wrong with one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from django.db.models import QuerySet

from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from governance.queries.scoping import within_markets
from risk.domain.json_lines import lay_out, place_problems
from risk.models import RejectedEvent

EXPORT_CHUNK = 500


@dataclass(frozen=True, slots=True)
class RawLine:
    """One line of the refused text with the problems that belong to it."""

    number: int
    text: str
    problems: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class RejectView:
    """One refused event as its page shows it. `seen` identifies the text that the viewer looked at."""

    id: int
    source: str
    market: str
    place: str
    state: str
    problems: Sequence[Mapping[str, str]]
    lines: Sequence[RawLine]
    seen: str
    batch_id: int | None
    import_id: int | None
    received_at: datetime
    settled_at: datetime | None
    settled_by: str
    settled_note: str

    @property
    def text(self) -> str:
        """The text, one value a line, for mending."""
        return "\n".join(line.text for line in self.lines)


def visible_rejects(actor: Actor) -> QuerySet[RejectedEvent]:
    """Return the refused events that the actor may see; those of no known market need sight of every market."""
    return within_markets(RejectedEvent.objects.all(), actor, Permission.VIEW_IMPORTS, field="market")


def changeable_rejects(actor: Actor) -> QuerySet[RejectedEvent]:
    """Return those of the visible ones that the actor may also mend, replay or dismiss."""
    return within_markets(visible_rejects(actor), actor, Permission.MEND_EVENTS, field="market")


def find_reject(actor: Actor, rejected_id: int) -> RejectedEvent:
    """Return the row of one refused event; raises NotFound when it is not there for the actor."""
    row = visible_rejects(actor).select_related("batch", "settled_by").filter(pk=rejected_id).first()
    if row is None:
        raise NotFound("There is no such rejected event.")
    return row


def reject_view(actor: Actor, rejected_id: int) -> RejectView:
    """Return one refused event; raises NotFound when it is not there for the actor."""
    row = find_reject(actor, rejected_id)
    return RejectView(
        id=row.pk,
        source=row.source,
        market=row.market,
        place=row.place,
        state=row.state,
        problems=row.problems,
        lines=numbered_lines(row.raw, row.problems),
        seen=fingerprint(row.raw),
        batch_id=row.batch_id,
        import_id=row.batch.import_run_id if row.batch else None,
        received_at=row.received_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by.name if row.settled_by else "",
        settled_note=row.settled_note,
    )


def numbered_lines(text: str, problems: Sequence[Mapping[str, str]]) -> list[RawLine]:
    """Return the text line by line, each with the problems that belong to it."""
    lines = lay_out(text)
    placed = place_problems(lines, problems)
    return [RawLine(number, line.text, placed.get(number - 1, [])) for number, line in enumerate(lines, start=1)]


def fingerprint(text: str) -> str:
    """Return what tells one version of a text from another."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def known_sources(actor: Actor) -> list[str]:
    """Return the sources that have refused events for the actor."""
    return sorted(visible_rejects(actor).order_by().values_list("source", flat=True).distinct())


def as_json_lines(rows: QuerySet[RejectedEvent]) -> Iterator[bytes]:
    """Yield the rows as JSON Lines, the newest first; `raw` is the text exactly as it is kept."""
    for row in rows.order_by("-pk").iterator(chunk_size=EXPORT_CHUNK):
        yield orjson.dumps(_as_json(row), option=orjson.OPT_APPEND_NEWLINE)


def among(actor: Actor, rejected_ids: Iterable[int]) -> QuerySet[RejectedEvent]:
    """Return the open ones of the named events that the actor may change, in order of their keys."""
    rows = changeable_rejects(actor).filter(pk__in=list(rejected_ids), state=RejectedEvent.State.OPEN)
    return rows.order_by("pk")


def _as_json(row: RejectedEvent) -> dict[str, Any]:
    return {
        "id": row.pk,
        "source": row.source,
        "market": row.market,
        "place": row.place,
        "state": row.state,
        "received_at": row.received_at.isoformat(),
        "problems": row.problems,
        "raw": row.raw,
    }
