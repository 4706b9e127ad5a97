"""Tags and filters of the console's templates: formats, icons, times, modules. Loaded everywhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe

from governance.domain.markdown import render_markdown
from governance.project.icons import icon_paths
from governance.project.import_map import module_addresses
from governance.views import formats
from governance.views.client_text import client_text

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.template.context import Context

register = template.Library()

# Every page imports these; early.js is a plain script and not among them.
_SHELL_MODULES = frozenset(
    {"aedile/app", "aedile/charts", "aedile/components", "aedile/dialogs", "aedile/graphs", "aedile/keys"}
    | {
        "aedile/lists",
        "aedile/loading",
        "aedile/menus",
        "aedile/paint",
        "aedile/palette",
        "aedile/rail",
        "aedile/requests",
        "aedile/store",
        "aedile/styles",
    }
    | {"aedile/text", "aedile/theme", "aedile/times", "aedile/toast", "aedile/veils"}
)

register.filter("number", formats.format_number)
register.filter("compact", formats.format_compact)
register.filter("percent", formats.format_percent)
register.filter("points", formats.format_points)
register.filter("money", formats.format_money)
register.filter("seconds", formats.format_seconds)
register.filter("duration", formats.format_duration)
register.filter("moment", formats.format_moment)


@register.filter
def markdown(source: str) -> SafeString:
    """Show Markdown as sanitised HTML."""
    return mark_safe(render_markdown(source))  # noqa: S308  sanitised by nh3


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """Show a line icon; label makes it speak, without one it is decoration."""
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round" '
        'stroke-linejoin="round" {}>{}</svg>',
        css,
        voice,
        mark_safe(icon_paths(name)),  # noqa: S308  shapes of the locked package
    )


@register.simple_tag
def time_ago(moment: datetime | None, css: str = "") -> SafeString:
    """Show a moment relative to now, with the absolute time on hover; a dash when there is none."""
    if moment is None:
        return format_html('<span class="muted">{}</span>', formats.NO_DATA)
    return format_html(
        '<time class="{}" datetime="{}" title="{}" data-relative>{}</time>',
        css,
        moment.isoformat(),
        formats.format_moment(moment),
        formats.format_relative(moment),
    )


@register.simple_tag
def time_at(moment: datetime | date | None, css: str = "") -> SafeString:
    """Show a moment or a date as it is, in the viewer's zone."""
    if moment is None:
        return format_html('<span class="muted">{}</span>', formats.NO_DATA)
    written = formats.format_moment(moment)
    return format_html('<time class="{}" datetime="{}">{}</time>', css, moment.isoformat(), written)


@register.simple_tag(takes_context=True)
def import_map(context: Context) -> SafeString:
    """Show the import map of the house's browser modules, with the page's nonce."""
    content = json.dumps({"imports": module_addresses()}, separators=(",", ":")).replace("<", "\\u003c")
    return format_html(
        '<script type="importmap" nonce="{}">{}</script>',
        getattr(context.get("request"), "csp_nonce", ""),
        mark_safe(content),  # noqa: S308  names of our own files; "<" is escaped
    )


@register.simple_tag
def module_preloads() -> SafeString:
    """Ask the browser to fetch the console's own modules at once instead of one after the other."""
    modules = module_addresses().items()
    wanted = [address for name, address in modules if name in {"htmx", "alpine"} or name in _SHELL_MODULES]
    links = [format_html('<link rel="modulepreload" href="{}">', address) for address in wanted]
    return mark_safe("".join(links))  # noqa: S308  made of escaped parts


@register.simple_tag
def module(name: str) -> str:
    """Return the address of a browser module such as `cases/workspace`."""
    return module_addresses()[name]


@register.simple_tag
def console_text() -> SafeString:
    """Show the texts of the browser's scripts as JSON."""
    return json_script(client_text(), "console-text")


@register.simple_tag
def url_if(name: str, *args: Any, **kwargs: Any) -> str:
    """Return the address of a page, empty when the house has no such page."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""
