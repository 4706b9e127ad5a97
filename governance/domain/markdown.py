"""Turn Markdown written by people into HTML that is safe to show: policy texts, notes, communications."""

from functools import cache

import nh3
from markdown_it import MarkdownIt

_TAGS = (
    {"p", "br", "hr", "h1", "h2", "h3", "h4", "blockquote", "pre", "code", "kbd"}
    | {"ul", "ol", "li", "dl", "dt", "dd"}
    | {"table", "thead", "tbody", "tr", "th", "td"}
    | {"a", "abbr", "b", "em", "strong", "s", "del", "ins", "mark", "sub", "sup", "img"}
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "abbr": {"title"},
}


@cache
def _parser() -> MarkdownIt:
    """Return the CommonMark parser with tables and strike-through; HTML in the source stays text."""
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    """Drop images from elsewhere: a page of the console asks nobody but the console."""
    is_foreign = tag == "img" and name == "src" and (not value.startswith("/") or value.startswith("//"))
    return None if is_foreign else value


def render_markdown(source: str) -> str:
    """Return sanitised HTML for CommonMark source.

    Raw HTML is shown as text; links keep http, https and mailto only and carry `rel="noopener noreferrer"`;
    images keep addresses on this host only; styles, scripts and event handlers never pass.
    """
    html = _parser().render(source)
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=_keep_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
