"""Container health checks tell a sick program from a healthy one."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from governance.project import healthcheck
from governance.project.embedded.ports import find_free_port
from tests.conftest import database_url


def test_a_web_server_that_answers_is_healthy(live_server: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AEDILE_HOSTS", "localhost,other.example")
    assert healthcheck.check_web(urlsplit(str(live_server)).port or 0) == ""


def test_a_host_name_that_is_not_ours_is_seen(live_server: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AEDILE_HOSTS", "elsewhere.example")
    assert "answers 400" in healthcheck.check_web(urlsplit(str(live_server)).port or 0)


def test_no_web_server_is_seen() -> None:
    assert "does not answer" in healthcheck.check_web(find_free_port())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("minutes", "complaint"), [(1, ""), (30, "no scheduled task has run"), (None, "no scheduled")])
def test_a_scheduler_is_healthy_while_tasks_run(
    minutes: int | None, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url(connection.settings_dict["NAME"]))
    if minutes is not None:
        every = IntervalSchedule.objects.create(every=5, period="seconds")
        ran = timezone.now() - timedelta(minutes=minutes)
        PeriodicTask.objects.create(name="t", task="t", interval=every, last_run_at=ran)
    answer = healthcheck.check_beat()
    assert complaint in answer
    assert bool(answer) == bool(complaint)
    assert healthcheck.main(["beat"]) == (1 if complaint else 0)


def test_a_lost_database_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://x@127.0.0.1:{find_free_port()}/x")
    assert "the database does not answer" in healthcheck.check_beat()


@pytest.mark.parametrize("arguments", [[], ["worker"], ["web", "beat"]])
def test_an_unknown_check_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert healthcheck.main(arguments) == 2
    assert "Name one check: web or beat." in capsys.readouterr().err
