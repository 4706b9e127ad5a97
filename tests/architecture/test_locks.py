"""Lock files pin everything by hash and name no registry: each site brings its own."""

import ast
import json
import re
from collections.abc import Iterator

import pytest

from tests.architecture.sources import ROOMS, ROOT, place, python_files

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
CONFIGURATION = ("pyproject.toml", ".npmrc", "Makefile", "Dockerfile", "docker-compose.yml", "package.json")
REGISTRY_SETTING = re.compile(r"(?i)(index-url|find-links|trusted-host|registry\s*=|PIP_INDEX|UV_INDEX)")


def test_all_lock_files_are_there() -> None:
    assert [path.name for path in LOCKS] == [
        "analytics.txt",
        "base.txt",
        "bench.txt",
        "dev.txt",
        "node.txt",
        "spark.txt",
    ]


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_each_package_is_pinned_with_hashes_and_without_address(path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not REGISTRY_SETTING.search(text)
    packages = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^\s*#.*\n", "", text).strip())
    assert packages
    for package in packages:
        assert re.match(r"^[A-Za-z0-9._-]+(\[[a-z,-]+\])?==\S+", package), package
        assert "--hash=sha256:" in package, package


MODULES = {
    "celery[redis]": "celery",
    "django-allauth[mfa,socialaccount]": "allauth",
    "django-csp": "csp",
    "django-filter": "django_filters",
    "django-pgtrigger": "pgtrigger",
    "djangorestframework": "rest_framework",
    "google-re2": "re2",
    "markdown-it-py": "markdown_it",
    "psycopg2-binary": "psycopg2",
    "pyyaml": "yaml",
}
"""Packages whose module has another name."""

# Where modules are named in strings: apps of Django, programs, and what is imported late.
NAMED_IN = ("governance/project/settings.py", "governance/project/embedded", "policies/engines/arrow.py")


def modules_used() -> Iterator[str]:
    for path in python_files(*ROOMS):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.partition(".")[0]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and place(path).startswith(NAMED_IN):
                yield node.value.partition(".")[0]


def test_no_package_runs_in_production_that_no_code_uses() -> None:
    lines = (ROOT / "requirements" / "base.in").read_text(encoding="utf-8").splitlines()
    packages = [re.split(r"[~<>=;]", line)[0].strip() for line in lines if line and not line.startswith("#")]
    used = set(modules_used())
    assert [name for name in packages if MODULES.get(name, name.replace("-", "_")) not in used] == []


def test_browser_packages_are_pinned_with_hashes_and_without_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name


@pytest.mark.parametrize("name", CONFIGURATION)
def test_no_configuration_names_a_registry(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if REGISTRY_SETTING.search(line) and "--no-emit-index-url" not in line] == []
