"""The names under which browser modules import one another, so that no bundler is needed.

Every file `<app>/static/<space>/js/<name>.js` of the house is the module `<space>/<name>` (`aedile/keys`,
`cases/workspace`); the packages of `node_modules` have short names. The addresses are those of the static files
storage, hashed in production.
"""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

APPS = ("governance", "policies", "risk", "cases", "dashboards")

PACKAGES: dict[str, str] = {
    "htmx": "npm/htmx.js",
    "alpine": "npm/alpine.js",
    "cytoscape": "npm/cytoscape.js",
    "npm/plotly": "npm/plotly.js",  # a plain script: fetched through import.meta.resolve
    "npm/ace": "npm/ace/ace.js",
    "npm/ace-css": "npm/ace/css/ace.css",
    "npm/ace-tools": "npm/ace/ext-language_tools.js",
    "npm/ace-search": "npm/ace/ext-searchbox.js",
    "npm/ace-yaml": "npm/ace/mode-yaml.js",
    "npm/ace-markdown": "npm/ace/mode-markdown.js",
}


def find_modules(root: Path) -> dict[str, str]:
    """Return module name → static path for the apps under *root*."""
    found: dict[str, str] = {}
    for app in APPS:
        base = root / app / "static"
        for path in sorted(base.glob("*/js/**/*.js")):
            relative = path.relative_to(base)
            name = relative.relative_to(Path(relative.parts[0]) / "js").with_suffix("")
            found[f"{relative.parts[0]}/{name.as_posix()}"] = relative.as_posix()
    return found


def module_addresses() -> dict[str, str]:
    """Return module name → address; read once unless DEBUG, where files come and go."""
    return _addresses() if settings.DEBUG else _addresses_once()


def _addresses() -> dict[str, str]:
    files = {**PACKAGES, **find_modules(Path(settings.BASE_DIR))}
    return {name: static(path) for name, path in files.items()}


@cache
def _addresses_once() -> dict[str, str]:
    return _addresses()
