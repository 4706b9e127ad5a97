"""Which permission the second person needs for what is asked."""

from collections.abc import Mapping

from governance.domain.roles import Permission

# What will happen once approved → who may approve it. An action that is not named here is nobody's to approve.
APPROVED_WITH: Mapping[str, Permission] = {
    "release_rule": Permission.APPROVE_RULES,
    "apply_sanction": Permission.APPROVE_SANCTIONS,
}
APPROVING: frozenset[Permission] = frozenset(APPROVED_WITH.values())


def approved_with(permission: Permission) -> list[str]:
    """Return the actions that holders of a permission approve, in order."""
    return sorted(action for action, needed in APPROVED_WITH.items() if needed is permission)
