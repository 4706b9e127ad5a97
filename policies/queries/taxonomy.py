"""Read the taxonomy."""

from policies.models import TaxonomyNode


def parents_by_code() -> dict[str, str | None]:
    """Return the code of the wider node for every node, None at the top."""
    return dict(TaxonomyNode.objects.values_list("code", "parent_id"))


def titles_by_code() -> dict[str, str]:
    """Return the title of every node."""
    return dict(TaxonomyNode.objects.values_list("code", "title"))


def widening(node_code: str) -> list[str]:
    """Return the node and all wider ones, the closest first; an unknown code stands alone."""
    parents = parents_by_code()
    found: list[str] = []
    step: str | None = node_code
    while step is not None and step not in found:
        found.append(step)
        step = parents.get(step)
    return found
