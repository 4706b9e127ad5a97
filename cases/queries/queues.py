"""Find the queue that serves a policy."""

from collections.abc import Collection

from cases.models import Queue
from policies.queries.taxonomy import parents_by_code


def queues_for(node_codes: Collection[str]) -> dict[str, Queue]:
    """Return the queue of each taxonomy node that one serves: the one that names it, else the closest wider node."""
    parents = parents_by_code()
    by_node = {node: queue for queue in Queue.objects.all() for node in queue.nodes}
    found = {}
    for code in node_codes:
        step: str | None = code
        seen: set[str] = set()
        while step is not None and step not in by_node and step not in seen:
            seen.add(step)
            step = parents.get(step)
        if step is not None and step in by_node:
            found[code] = by_node[step]
    return found
