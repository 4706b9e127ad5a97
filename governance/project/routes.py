"""The one table from facts to the tasks that follow from them.

A task is named by its dotted path and gets one argument, the id of the outbox row. Routes never point
below the room that produces the fact: down, one simply calls.
"""

ROUTES: dict[str, tuple[str, ...]] = {
    "events_ingested": ("risk.tasks.process_batch",),
    "batch_part_ready": ("risk.tasks.process_part",),
    "rule_run_asked": ("risk.tasks.run_rule",),
    "import_requested": ("risk.tasks.run_import",),
    "rules_hit": ("cases.tasks.take_in_hits",),
    "escalation_opened": ("cases.tasks.mark_escalated",),
    "escalation_resolved": ("cases.tasks.mark_escalation_resolved",),
}

# Scheduled tasks that turn what was collected into facts: run first where no worker runs.
COLLECTORS: tuple[str, ...] = ("risk.tasks.close_decided_batches",)

# Facts whose tasks keep their own state and go on by themselves: handing them over again would be wrong.
KEEP_THEIR_STATE: frozenset[str] = frozenset({"import_requested"})

QUEUE_OF_ROOM: dict[str, str] = {
    "governance": "notify",
    "policies": "celery",
    "risk": "score",
    "cases": "cases",
    "dashboards": "batch",
}

# Work that may take minutes waits elsewhere than what people and rules wait for.
QUEUE_OF_TASK: dict[str, str] = {"risk.tasks.run_rule": "batch", "risk.tasks.run_import": "batch"}


def queue_of(task: str) -> str:
    """Return the queue in which a task that follows from a fact waits."""
    return QUEUE_OF_TASK.get(task) or QUEUE_OF_ROOM[task.partition(".")[0]]
