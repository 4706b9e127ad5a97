"""What production makes of its settings, and what it refuses to start without."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from governance.project import env
from tests.architecture.sources import ROOT

SETTINGS = {
    "AEDILE_ENV": "production",
    "AEDILE_SECRET_KEY": "fhI4-9sKqWzT7vLxRb2NcY8mPd5GjUo3EaXt6VwQk1SyHuBnJrMe0i",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


@pytest.mark.parametrize(
    ("host", "origins"),
    [
        ("console.example.org", ["https://console.example.org"]),
        (".example.org", ["https://*.example.org", "https://example.org"]),
    ],
)
def test_a_host_is_an_origin_and_a_dot_stands_for_all_names_below(host: str, origins: list[str]) -> None:
    assert env.trusted_origins([host]) == origins


def run(code: str, **more: str) -> "subprocess.CompletedProcess[str]":
    known = {name: value for name, value in os.environ.items() if not name.startswith("AEDILE_")}
    return subprocess.run(
        [sys.executable, "-c", code], env=known | SETTINGS | more, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_production_trusts_its_hosts_only() -> None:
    code = "from governance.project import settings; print(*settings.CSRF_TRUSTED_ORIGINS)"
    said = run(code, AEDILE_HOSTS="console.shop.com,.example.org")
    assert said.stdout.split() == ["https://console.shop.com", "https://*.example.org", "https://example.org"]


def test_web_does_not_start_without_its_collected_files(tmp_path: Path) -> None:
    given = {"AEDILE_HOSTS": "console.shop.com", "AEDILE_STATIC_ROOT": str(tmp_path / "static")}
    code = "import governance.project.wsgi"
    said = run(code, DJANGO_SETTINGS_MODULE="governance.project.settings", **given)
    assert said.returncode == 1
    assert f"{tmp_path}/static/staticfiles.json is not there" in said.stderr.splitlines()[-1]


def test_collected_files_are_found(tmp_path: Path) -> None:
    (tmp_path / "staticfiles.json").write_text("{}")
    env.check_collected(tmp_path)


@pytest.mark.filterwarnings("error:No directory at")
def test_where_nothing_is_collected_nothing_is_looked_for(client: Client) -> None:
    assert client.get("/static/governance/none.css").status_code == 404
