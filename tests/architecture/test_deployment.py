"""What is shipped, what is documented and what the code reads are the same."""

import re
import shutil
import subprocess

import pytest
import yaml

from governance.project.embedded.programs import QUEUES
from tests.architecture.sources import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
PROGRAMS = ("migrate", "web", "worker", "beat")
SECRETS = {
    "AEDILE_SECRET_KEY": "x" * 60,
    "AEDILE_HOSTS": "console.example.org",
    "POSTGRES_PASSWORD": "x",
    "VALKEY_PASSWORD": "x",
}


def test_all_services_are_there_and_their_health_is_watched() -> None:
    assert set(SERVICES) == {*PROGRAMS, "postgres", "valkey"}
    for name, service in SERVICES.items():
        assert ("healthcheck" in service) == (name != "migrate"), name


@pytest.mark.parametrize("name", PROGRAMS)
def test_start_command_is_the_documented_one(name: str) -> None:
    assert f"| `{name}` | `{' '.join(SERVICES[name]['command'].split())}` |" in OPERATIONS


def test_the_image_starts_the_same_web_server() -> None:
    command = re.search(r"^CMD (\[.*\])$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert command
    assert yaml.safe_load(command[1]) == SERVICES["web"]["command"].split()


def test_the_worker_serves_every_queue() -> None:
    assert f"--queues {','.join(QUEUES)} " in SERVICES["worker"]["command"]


def test_programs_wait_for_servers_and_migrations() -> None:
    for name in ("web", "worker", "beat"):
        conditions = {other: entry["condition"] for other, entry in SERVICES[name]["depends_on"].items()}
        assert conditions == {
            "postgres": "service_healthy",
            "valkey": "service_healthy",
            "migrate": "service_completed_successfully",
        }


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in SECRETS:
        assert not re.search(rf"\$\{{{name}(:?-|\}})", text), name
        assert f"${{{name}:?" in text


def test_the_image_runs_as_an_unprivileged_user_and_checks_hashes() -> None:
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    last_stage = lines[max(index for index, line in enumerate(lines) if line.startswith("FROM")) :]
    assert "USER aedile" in last_stage
    assert any("--require-hashes" in line for line in lines)


def test_every_setting_is_documented() -> None:
    names: set[str] = set()
    for path in (ROOT / "governance" / "project").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        names |= set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", text))
        names |= set(re.findall(r"environ(?:\.get\(|\[)\"(AEDILE_[A-Z_]+)\"", text))
    assert len(names) > 10
    assert [name for name in sorted(names) if f"| `{name}` |" not in OPERATIONS] == []


def test_every_documented_setting_is_read() -> None:
    sources = [*(ROOT / "governance").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources if path.name != "test_deployment.py")
    assert [
        name for name in re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS, re.MULTILINE) if f'"{name}"' not in text
    ] == []


def test_compose_accepts_the_file() -> None:
    client = shutil.which("docker")
    if client is None or subprocess.run([client, "compose", "version"], capture_output=True).returncode:
        pytest.skip("SKIPPED: there is no Docker Compose here to read docker-compose.yml")
    done = subprocess.run(
        [client, "compose", "config", "--quiet"], cwd=ROOT, env=SECRETS, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
