"""Who may do what: roles, permissions, and the one table between them."""

from enum import StrEnum


class Role(StrEnum):
    """What a person comes to do."""

    ANALYST = "analyst"
    SENIOR_ANALYST = "senior_analyst"
    POLICY_MANAGER = "policy_manager"
    APPROVER = "approver"
    LEAD = "lead"
    OPS = "ops"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """One thing that an actor may do in a market."""

    VIEW_CASES = "view_cases"
    WORK_CASES = "work_cases"
    APPROVE_SANCTIONS = "approve_sanctions"
    REVERSE_DECISIONS = "reverse_decisions"
    VIEW_ENTITIES = "view_entities"
    VIEW_POLICIES = "view_policies"
    VIEW_RULES = "view_rules"
    EDIT_RULES = "edit_rules"
    APPROVE_RULES = "approve_rules"
    VIEW_HEALTH = "view_health"
    VIEW_ESCALATIONS = "view_escalations"
    OPEN_ESCALATIONS = "open_escalations"
    RUN_ESCALATIONS = "run_escalations"
    VIEW_IMPORTS = "view_imports"
    IMPORT_DATA = "import_data"
    MEND_EVENTS = "mend_events"  # refused ones: change, replay, dismiss
    INGEST_EVENTS = "ingest_events"
    ASK_DECISIONS = "ask_decisions"
    EXPORT = "export"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_KEYS = "manage_keys"
    VIEW_AUDIT = "view_audit"


_P = Permission
_READ = frozenset(
    {
        _P.VIEW_CASES,
        _P.VIEW_ENTITIES,
        _P.VIEW_POLICIES,
        _P.VIEW_RULES,
        _P.VIEW_HEALTH,
        _P.VIEW_ESCALATIONS,
        _P.VIEW_IMPORTS,
    }
)

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ANALYST: frozenset(
        {
            _P.VIEW_CASES,
            _P.WORK_CASES,
            _P.VIEW_ENTITIES,
            _P.VIEW_POLICIES,
            _P.OPEN_ESCALATIONS,
            _P.VIEW_ESCALATIONS,
        }
    ),
    Role.SENIOR_ANALYST: frozenset(
        {
            _P.VIEW_CASES,
            _P.WORK_CASES,
            _P.APPROVE_SANCTIONS,
            _P.REVERSE_DECISIONS,
            _P.VIEW_ENTITIES,
            _P.VIEW_POLICIES,
            _P.VIEW_RULES,
            _P.OPEN_ESCALATIONS,
            _P.VIEW_ESCALATIONS,
            _P.VIEW_HEALTH,
            _P.EXPORT,
        }
    ),
    Role.POLICY_MANAGER: _READ | {_P.EDIT_RULES, _P.OPEN_ESCALATIONS, _P.EXPORT},
    Role.APPROVER: _READ | {_P.APPROVE_RULES, _P.APPROVE_SANCTIONS, _P.OPEN_ESCALATIONS},
    Role.LEAD: _READ | {_P.OPEN_ESCALATIONS, _P.EXPORT},
    Role.OPS: _READ | {_P.OPEN_ESCALATIONS, _P.RUN_ESCALATIONS, _P.MEND_EVENTS, _P.EXPORT},
    Role.ADMIN: frozenset(
        {
            _P.VIEW_ENTITIES,
            _P.VIEW_POLICIES,
            _P.VIEW_RULES,
            _P.VIEW_HEALTH,
            _P.VIEW_IMPORTS,
            _P.IMPORT_DATA,
            _P.MEND_EVENTS,
            _P.EXPORT,
            _P.MANAGE_PEOPLE,
            _P.MANAGE_KEYS,
        }
    ),
    Role.AUDITOR: _READ | {_P.VIEW_AUDIT, _P.EXPORT},
}
