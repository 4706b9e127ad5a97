"""Components that wrap what a page gives them: {% card title=… %} … {% endcard %}."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


def _wrap(name: str, content: SafeString, options: dict[str, Any]) -> SafeString:
    return SafeString(render_to_string(f"components/{name}.html", {"content": content, **options}))


@register.simple_block_tag(end_name="endpage_header")
def page_header(content: SafeString, title: str, lead: str = "") -> SafeString:
    """Show the page's heading; the content is the actions at its right."""
    return _wrap("page_header", content, {"title": title, "lead": lead})


@register.simple_block_tag(end_name="endcard")
def card(content: SafeString, title: str = "", **options: Any) -> SafeString:
    """Show a card. options: icon, note, url (of the whole list), url_label, css, level (2 or 3), flush."""
    return _wrap("card", content, {"title": title, "level": 2, **options})


@register.simple_block_tag(end_name="endempty")
def empty(content: SafeString, title: str, icon_name: str = "inbox", text: str = "") -> SafeString:
    """Show that there is nothing, and what to do next; the content is the buttons."""
    return _wrap("empty", content, {"title": title, "icon_name": icon_name, "text": text})


@register.simple_block_tag(end_name="endcallout")
def callout(content: SafeString, tone: str = "info", icon_name: str = "info-circle") -> SafeString:
    """Show a sentence that must be seen on the page itself."""
    return _wrap("callout", content, {"tone": tone, "icon_name": icon_name})


@register.simple_block_tag(end_name="enddialog")
def dialog(content: SafeString, name: str, title: str, css: str = "") -> SafeString:
    """Make a dialog that `data-open-dialog="name"` opens; the content has dialog-content and dialog-foot."""
    return _wrap("dialog", content, {"name": name, "title": title, "css": css})


@register.simple_block_tag(end_name="endmenu")
def menu(content: SafeString, name: str, label: str, **options: Any) -> SafeString:
    """Show a button with a menu of `menu-item`s. options: icon_name, css, align ("end"), icon_only."""
    return _wrap("menu", content, {"name": name, "label": label, "css": "btn", **options})


@register.simple_block_tag(end_name="endtrail_item")
def trail_item(content: SafeString, title: str, moment: Any = None, **options: Any) -> SafeString:
    """Show one step of a trail (inside <ol class="trail">). options: icon_name, tone, who."""
    return _wrap("trail_item", content, {"title": title, "moment": moment, "icon_name": "point", **options})


@register.simple_block_tag(end_name="endveil")
def veil(content: SafeString, label: str) -> SafeString:
    """Keep an image or a video grey and blurred until the reviewer shows it; label says what it is."""
    return _wrap("veil", content, {"label": label})
