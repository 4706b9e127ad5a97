"""Lock files pin everything by hash and name no registry: each site brings its own."""

import json
import re

import pytest

from tests.architecture.sources import ROOT

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
