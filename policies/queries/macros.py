"""Read the macros that help to write a rationale."""

from dataclasses import dataclass

from policies.models import Macro
from policies.queries.taxonomy import widening


@dataclass(frozen=True)
class MacroView:
    """A ready-made rationale."""

    code: str
    title: str
    text: str


def macros_for(node_code: str, outcome: str) -> list[MacroView]:
    """Return the macros for an outcome under a taxonomy node or a wider one, the closest first."""
    nodes = widening(node_code)
    rows = Macro.objects.filter(outcome=outcome, node_id__in=nodes)
    ordered = sorted(rows, key=lambda row: (nodes.index(str(row.node_id)), row.code))
    return [MacroView(row.code, row.title, row.text) for row in ordered]
