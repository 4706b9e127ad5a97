"""The workers' way in: `celery -A governance.project.celery worker`."""

import os
from typing import Any

import structlog
from celery import Celery
from celery.signals import worker_init
from kombu import Queue

from governance.project.requeue import requeue_unfinished

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.project.settings")

app = Celery("aedile")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name) for name in ("celery", "ingest", "score", "cases", "notify", "batch")]
app.autodiscover_tasks()


@worker_init.connect
def take_up_unfinished(**_: Any) -> None:
    """Where this is the only worker (the embedded default), take up at once what a killed one left."""
    if os.environ.get("AEDILE_SOLE_WORKER") == "1":
        count = requeue_unfinished(app)
        structlog.get_logger(__name__).info("unfinished_tasks_requeued", count=count)
