"""Read line icons of the Tabler set out of `node_modules` for use inside the page."""

from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

_SVG = "{http://www.w3.org/2000/svg}"


@cache
def icon_paths(name: str) -> str:
    """Return the shapes of the icon as markup.

    An unknown name raises ValueError: it is a slip in a template. When the package is not installed at all the
    result is empty and the log says so, because a page without icons still works.
    """
    folder = Path(settings.BASE_DIR) / "node_modules" / "@tabler" / "icons" / "icons" / "outline"
    if not folder.is_dir():
        log.warning("icons_missing", hint="Run `make install`, or `npm ci --ignore-scripts` in the repository.")
        return ""
    path = folder / f"{name}.svg"
    if not name.replace("-", "").isalnum() or not path.is_file():
        raise ValueError(f"There is no icon {name!r}. Look for one on tabler.io/icons.")
    shapes = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314  a file of the locked package
    return "".join(_markup(shape) for shape in shapes)


def _markup(shape: ET.Element) -> str:
    tag = shape.tag.removeprefix(_SVG)
    attributes = "".join(f' {key}="{value}"' for key, value in shape.attrib.items())
    return f"<{tag}{attributes}/>"
