"""Tables of risk."""

from risk.models.batches import ImportRun, IngestBatch, RejectedEvent
from risk.models.days import EventDay
from risk.models.decisions import Decision
from risk.models.entities import Entity, EntityLink, EntityUse
from risk.models.evaluation import RuleHit
from risk.models.events import Event, EventKey, EventTouch
from risk.models.parts import BatchPart
from risk.models.runs import RuleRun
from risk.models.signals import EntityState, Score, Scorecard, SignalDefinition, SignalSnapshot

__all__ = [
    "BatchPart",
    "Decision",
    "Entity",
    "EntityLink",
    "EntityState",
    "EntityUse",
    "Event",
    "EventDay",
    "EventKey",
    "EventTouch",
    "ImportRun",
    "IngestBatch",
    "RejectedEvent",
    "RuleHit",
    "RuleRun",
    "Score",
    "Scorecard",
    "SignalDefinition",
    "SignalSnapshot",
]
