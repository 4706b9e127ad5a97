import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template import Context, Template

from governance.project.import_map import PACKAGES, find_modules, module_addresses
from governance.project.npm_files import FILES, NpmFinder, list_files
from governance.views.client_text import client_text

SCRIPTS = sorted((settings.BASE_DIR / "governance/static/aedile/js").glob("*.js"))


def test_every_listed_file_is_installed():
    assert set(FILES) <= set(list_files(settings.BASE_DIR / "node_modules"))
    assert NpmFinder().check() == []


def test_only_listed_files_are_served():
    assert finders.find("npm/htmx.js").endswith("node_modules/htmx.org/dist/htmx.esm.min.js")
    assert finders.find("npm/ace/css/ace.css")
    for name in ("npm/package.json", "npm/../../manage.py", "npm/@tabler/core/package.json", "npm/ace/css/theme.css"):
        assert not NpmFinder().find(name)
    assert NpmFinder().find("npm/htmx.js", find_all=True) == [finders.find("npm/htmx.js")]


def test_a_missing_package_is_named_with_the_command_that_installs_it(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (warning,) = NpmFinder().check()
    assert "npm ci" in warning.hint


def test_collected_files_are_hashed_and_all_their_references_hold(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    call_command("collectstatic", "--noinput", verbosity=0)
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert {"aedile/js/app.js", "npm/plotly.js", "npm/inter-latin.woff2"} <= set(names)
    for path in tmp_path.glob("aedile/css/*.*.css"):
        for reference in re.findall(r'url\("([^")]+)"\)', path.read_text()):
            assert (path.parent / reference).resolve().is_file()


def test_every_import_of_a_module_is_in_the_import_map():
    known = set(module_addresses())
    for script in SCRIPTS:
        for name in re.findall(r'(?:from|import|resolve\()\s*"([^"]+)"', script.read_text(encoding="utf-8")):
            assert name in known, f"{script.name} imports {name}"


def test_modules_of_each_app_are_named_after_their_space(tmp_path):
    place = tmp_path / "cases/static/cases/js/parts/tree.js"
    place.parent.mkdir(parents=True)
    place.write_text("")
    assert find_modules(tmp_path) == {"cases/parts/tree": "cases/js/parts/tree.js"}


def test_packages_of_the_import_map_are_served():
    assert {path.removeprefix("npm/") for path in PACKAGES.values()} <= set(
        list_files(settings.BASE_DIR / "node_modules")
    )


def test_every_text_that_a_script_shows_exists():
    words = client_text()
    used = {
        key
        for script in SCRIPTS
        for key in re.findall(r'text\((?:\w+ \? )?"([a-z]+\.[a-z]+)"', script.read_text(encoding="utf-8"))
    }
    assert len(used) > 20
    assert used <= set(words)


def test_scripts_run_no_text_as_code_and_write_no_markup():
    for script in SCRIPTS:
        source = script.read_text(encoding="utf-8")
        for word in ("innerHTML", "outerHTML =", "insertAdjacentHTML", "eval(", "new Function", "document.write"):
            assert word not in source, f"{script.name} uses {word}"


def test_templates_have_no_inline_style_or_handler():
    for path in Path(settings.BASE_DIR / "templates").rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", source), path


def test_the_import_map_carries_the_nonce_and_cannot_be_closed_early():
    class Request:
        csp_nonce = "abc123"

    html = Template("{% import_map %}").render(Context({"request": Request()}))
    assert html.startswith('<script type="importmap" nonce="abc123">')
    assert html.count("<") == 2
    assert json.loads(re.sub(r"</?script[^>]*>", "", html))["imports"]["aedile/app"].endswith("aedile/js/app.js")


@pytest.mark.parametrize("name", ["aedile/app", "aedile/keys"])
def test_a_module_has_an_address(name):
    assert Template("{% module name %}").render(Context({"name": name})).endswith(".js")
