"""Work queues: which kinds of harm they serve and how soon a case must be decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.domain.policies import TaxonomyNode
from policies.domain.reading import NAME, NODE_CODE, Reader
from policies.domain.severity import Severity


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """A queue; `nodes` are served with everything below them, `sla_hours` runs from the opening of a case."""

    code: str
    title: str
    nodes: tuple[str, ...]
    sla_hours: Mapping[Severity, int]


def find_queue(node: str, taxonomy: Sequence[TaxonomyNode], queues: Sequence[QueueSpec]) -> QueueSpec | None:
    """Return the queue of a taxonomy node: the one that names it, else the one of the closest wider node."""
    parents = {entry.code: entry.parent for entry in taxonomy}
    by_node = {served: queue for queue in queues for served in queue.nodes}
    step: str | None = node
    while step is not None:
        if step in by_node:
            return by_node[step]
        step = parents.get(step)
    return None


def read_queue(reader: Reader) -> QueueSpec:
    """Read one queue."""
    fields = reader.fields(("code", "title", "nodes", "sla_hours"))
    hours = fields["sla_hours"].fields(tuple(Severity))
    queue = QueueSpec(
        code=fields["code"].matching(NAME),
        title=fields["title"].short_text(120),
        nodes=tuple(item.matching(NODE_CODE) for item in fields["nodes"].filled_items()),
        sla_hours={severity: hours[severity].integer(1, 24 * 365) for severity in Severity},
    )
    allowed = list(queue.sla_hours.values())
    if allowed != sorted(allowed, reverse=True):
        fields["sla_hours"].reject("a worse case may wait longer", "Let the hours fall from low to critical.")
    return queue
