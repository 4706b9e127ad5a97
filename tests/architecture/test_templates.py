"""Templates keep the strict content security policy."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOMS, ROOT, place

TEMPLATES = [
    path
    for folder in (ROOT / "templates", *(ROOT / room / "templates" for room in ROOMS))
    for path in sorted(folder.rglob("*.html"))
]
SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
STYLE = re.compile(r"<style\b([^>]*)>", re.IGNORECASE)
HANDLER = re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE)
ALLOWED_SCRIPT = re.compile(r"\bnonce=|\bsrc=|type=\"application/json\"")


def find_breaches(text: str) -> list[str]:
    """Return what a browser would refuse in the template."""
    found = [f"<script{tag}>" for tag in SCRIPT.findall(text) if not ALLOWED_SCRIPT.search(tag)]
    found += [f"<style{tag}>" for tag in STYLE.findall(text) if "nonce=" not in tag]
    found += HANDLER.findall(text)
    return found + re.findall(r"javascript:", text, re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "is_fine"),
    [
        ('<script nonce="{{ csp_nonce }}">x()</script>', True),
        ('<script src="/a.js"></script>', True),
        ('<script type="application/json" id="d">{}</script>', True),
        ("<script>x()</script>", False),
        ('<script type="module">x()</script>', False),
        ("<style>a {}</style>", False),
        ('<button onclick="x()">', False),
        ('<a href="javascript:x()">', False),
        ('<p data-on="1">once = twice</p>', True),
    ],
)
def test_breaches_are_found(text: str, is_fine: bool) -> None:
    assert (find_breaches(text) == []) is is_fine


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: place(path))
def test_template_keeps_the_policy(path: Path) -> None:
    text = re.sub(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert find_breaches(text) == []


def test_there_are_templates() -> None:
    assert TEMPLATES
