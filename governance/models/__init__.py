"""Tables of governance."""

from governance.models.approvals import Approval
from governance.models.audit import AuditEntry, AuditHead, AuditSeal
from governance.models.escalations import Escalation, EscalationUpdate
from governance.models.keys import ApiKey
from governance.models.markets import Market
from governance.models.outbox import FactConsumption, OutboxFact
from governance.models.people import RoleGrant, User
from governance.models.saved_views import SavedView

__all__ = [
    "ApiKey",
    "Approval",
    "AuditEntry",
    "AuditHead",
    "AuditSeal",
    "Escalation",
    "EscalationUpdate",
    "FactConsumption",
    "Market",
    "OutboxFact",
    "RoleGrant",
    "SavedView",
    "User",
]
