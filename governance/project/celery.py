"""The workers' way in: `celery -A governance.project.celery worker`."""

import os

from celery import Celery
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.project.settings")

app = Celery("aedile")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name) for name in ("celery", "ingest", "score", "cases", "notify", "batch")]
app.autodiscover_tasks()
