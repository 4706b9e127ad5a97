"""What the documentation names exists: files, sections, pictures, commands, settings of the command line, words."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.management import get_commands, load_command_class

from governance.domain.roles import Role
from risk.domain.vocabulary import PAYLOAD_FIELDS, EntityType, EventType
from tests.architecture.sources import ROOT, place

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|\b(?:src|srcset|href)=\"([^\"]+)\"")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]*`")
MANAGE = re.compile(r"\bmanage\.py ([a-z_]+)((?:[^\S\n]+[^\s`|]+)*)")
MAKE = re.compile(r"(?:`|^ {4}|^)make ([a-z]+)\b", re.MULTILINE)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
VOCABULARY = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")


def links_of(page: Path) -> list[str]:
    """Return what a page links to within the repository."""
    text = CODE.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))
    found = ["".join(pair) for pair in LINK.findall(text)]
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def anchors_of(page: Path) -> set[str]:
    """Return the addresses of a page's sections, made as the usual renderers make them."""
    heads = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def breaks_of(page: Path, root: Path = ROOT) -> list[str]:
    """Return the links of a page that lead nowhere, or out of the repository."""
    broken = []
    for link in links_of(page):
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        is_there = target.exists() and root in target.parents
        if not is_there or (anchor and anchor not in anchors_of(target)):
            broken.append(link)
    return broken


def test_the_pages_are_found() -> None:
    assert {"README.md", "CONTRIBUTING.md", "docs/README.md"} <= {place(page) for page in PAGES}
    assert sum(len(links_of(page)) for page in PAGES) > 40


def test_broken_links_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    links = "[a](gone.md) [b](#one-two) [c](#three) [d](https://example.org) ![e](gone.png) [f](../page.md) `[g](x)`"
    page.write_text(f"# One, two\n{links}\n", encoding="utf-8")
    assert breaks_of(page, tmp_path) == ["gone.md", "#three", "gone.png", "../page.md"]


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert breaks_of(page) == []


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_command_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    known = get_commands()
    assert [name for name, _words in MANAGE.findall(text) if name not in known] == []
    assert [name for name in MAKE.findall(text) if name not in TARGETS] == []


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_every_option_exists(page: Path) -> None:
    known = get_commands()
    unknown = []
    for name, words in MANAGE.findall(page.read_text(encoding="utf-8")):
        options = re.findall(r"--[a-z-]+", words)
        if options and name in known:
            app = known[name]
            command = load_command_class(app, name) if isinstance(app, str) else app
            offered = command.create_parser("manage.py", name).format_help()
            unknown += [f"{name} {option}" for option in options if option not in offered]
    # The rules command has a parser for each of its own commands.
    assert [text for text in unknown if not text.startswith("rules ")] == []


def test_every_role_has_a_guide() -> None:
    guides = {path.stem for path in (ROOT / "docs" / "guide").glob("*.md")}
    assert guides == {role.value.replace("_", "-") for role in Role}


def test_every_page_is_reached_from_the_index() -> None:
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        paths = [(page.parent / link.partition("#")[0]).resolve() for link in links_of(page)]
        waiting += [path for path in paths if path.suffix == ".md" and path.exists()]
    assert [place(page) for page in PAGES if page not in seen] == []


@pytest.mark.parametrize("word", [*EntityType, *EventType, *PAYLOAD_FIELDS])
def test_the_vocabulary_is_documented(word: str) -> None:
    assert f"`{word}`" in VOCABULARY


def test_the_pictures_are_used_and_small() -> None:
    pictures = sorted((ROOT / "docs" / "screenshots").glob("*.png"))
    used = {(page.parent / link).resolve() for page in PAGES for link in links_of(page)}
    assert [place(path) for path in pictures if path not in used] == []
    assert sum(path.stat().st_size for path in pictures) < 3_000_000
