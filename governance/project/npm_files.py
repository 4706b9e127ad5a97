"""Serves the allow-listed browser packages of ``node_modules`` under ``static/npm/``.

The repository carries no copy of a package and no bundler: ``npm ci`` installs what the lock file
names, and this finder hands exactly the files below to ``collectstatic`` and to the development
server. Anything else in ``node_modules`` does not exist for the web.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core import checks
from django.core.files.storage import FileSystemStorage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.core.files.storage import Storage

PREFIX = "npm"

_INTER = "@fontsource-variable/inter/files"
_ACE = "ace-builds/src-min-noconflict"

#: Path under ``static/npm/`` → file in ``node_modules``.
FILES: dict[str, str] = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.css.map": "@tabler/core/dist/css/tabler.min.css.map",
    "inter-latin.woff2": f"{_INTER}/inter-latin-wght-normal.woff2",
    "inter-latin-ext.woff2": f"{_INTER}/inter-latin-ext-wght-normal.woff2",
    "inter-vietnamese.woff2": f"{_INTER}/inter-vietnamese-wght-normal.woff2",
    "htmx.js": "htmx.org/dist/htmx.esm.min.js",
    "alpine.js": "@alpinejs/csp/dist/module.esm.min.js",
    "plotly.js": "plotly.js-strict-dist-min/plotly-strict.min.js",
    "cytoscape.js": "cytoscape/dist/cytoscape.esm.min.mjs",
    "ace/ace.js": f"{_ACE}/ace.js",
    "ace/ext-language_tools.js": f"{_ACE}/ext-language_tools.js",
    "ace/ext-searchbox.js": f"{_ACE}/ext-searchbox.js",
    "ace/mode-text.js": f"{_ACE}/mode-text.js",
    "ace/mode-yaml.js": f"{_ACE}/mode-yaml.js",
    "ace/mode-markdown.js": f"{_ACE}/mode-markdown.js",
    "swagger-ui/swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "swagger-ui/swagger-ui.css.map": "swagger-ui-dist/swagger-ui.css.map",
    "swagger-ui/swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
}

#: Folder under ``static/npm/`` → (folder in ``node_modules``, patterns of the files that are served).
FOLDERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "ace/css": ("ace-builds/css", ("ace.css", "main-*.png", "main-*.svg")),
}


def list_files(root: Path) -> dict[str, str]:
    """List what may be served from the packages under *root*.

    Returns:
        Path under ``static/npm/`` → path relative to *root*, for files that exist.
    """
    found = {public: source for public, source in FILES.items() if (root / source).is_file()}
    for public, (folder, patterns) in FOLDERS.items():
        for pattern in patterns:
            for path in sorted((root / folder).glob(pattern)):
                found[f"{public}/{path.name}"] = f"{folder}/{path.name}"
    return found


class NpmStorage(FileSystemStorage):
    """Reads package files by their public name."""

    prefix = PREFIX

    def path(self, name: str) -> str:
        """Return the file behind a public name; names outside the allow-list raise KeyError."""
        return str(Path(self.location) / list_files(Path(self.location))[Path(name).as_posix()])


class NpmFinder(BaseFinder):
    """Finds the allow-listed package files for ``collectstatic`` and the development server."""

    def __init__(self, app_names: Sequence[str] | None = None, *args: Any, **kwargs: Any) -> None:
        self.root = Path(settings.BASE_DIR) / "node_modules"
        self.storage = NpmStorage(location=str(self.root))
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Warn when a package is not installed, with the command that installs it."""
        found = list_files(self.root)
        missing = sorted(public for public in FILES if public not in found)
        if not missing:
            return []
        return [
            checks.Warning(
                f"{len(missing)} browser files are missing from node_modules (first: {missing[0]}).",
                hint="Run `make install`, or `npm ci --ignore-scripts` in the repository.",
                id="aedile.W001",
            )
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> str | list[str]:  # type: ignore[override]  # noqa: FBT001, FBT002 - Django's signature
        """Return the file behind ``npm/…``, or an empty list when the name is not allowed."""
        find_all = bool(kwargs.get("all", find_all))
        public = Path(path).as_posix()
        if not public.startswith(f"{PREFIX}/"):
            return []
        source = list_files(self.root).get(public.removeprefix(f"{PREFIX}/"))
        if source is None:
            return []
        match = str(self.root / source)
        return [match] if find_all else match

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Yield every allowed file with the storage that opens it."""
        for public in sorted(list_files(self.root)):
            yield public, self.storage
