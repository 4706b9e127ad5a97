"""The console's components as tags: small marks are written here, larger ones in `templates/components/`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django import template
from django.forms import DateInput, MultiWidget, RadioSelect
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from governance.domain.charts import Chart, figure_of, table_of
from governance.templatetags.console import icon
from governance.views import drawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.forms import BoundField

register = template.Library()

_SEVERITIES = ("low", "medium", "high", "critical")
_SEVERITY_TONES = ("neutral", "info", "warn", "danger")
_FACE_TONES = ("accent", "info", "ok", "warn", "danger", "neutral")
_MESSAGE_TONES = {"error": "danger", "warning": "warn", "success": "ok"}
_ENTITY_ICONS = {
    "seller": "building-store",
    "creator": "video",
    "buyer": "user",
    "listing": "tag",
    "video": "player-play",
    "livestream": "broadcast",
    "review": "star",
    "order": "package",
    "message": "message",
    "device": "device-mobile",
    "payment_account": "credit-card",
    "address": "map-pin",
}
_PILL_DOT = SafeString('<i class="pill-dot"></i>')
_MOD_MARK = SafeString(" data-mod-sign")  # the browser writes ⌘ on a Mac
_KEY_SIGNS = {"mod": "Ctrl", "shift": "⇧", "enter": "↵", "escape": "Esc", "arrowup": "↑", "arrowdown": "↓"}


@register.filter
def message_tone(message: Any) -> str:
    """Return the tone of a Django message."""
    return _MESSAGE_TONES.get(message.level_tag, "info")


@register.simple_tag
def pill(label: str, tone: str = "neutral", icon_name: str = "", title: str = "") -> SafeString:
    """Show a state in a word; a dot, or an icon, stands before it."""
    mark = icon(icon_name) if icon_name else _PILL_DOT
    hover = format_html(' title="{}"', title) if title else ""
    return format_html('<span class="pill tone-{}"{}>{}<span>{}</span></span>', tone, hover, mark, label)


@register.simple_tag
def severity(level: str) -> SafeString:
    """Show a severity (low, medium, high, critical): bars that fill, and the word."""
    words = {"low": _("Low"), "medium": _("Medium"), "high": _("High"), "critical": _("Critical")}
    rank = _SEVERITIES.index(str(level))
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="2.6" height="{}" rx="0.6" class="{}"/>',
        ((index * 3.8, 9 - index * 3, 3 + index * 3, "is-on" if index <= rank else "") for index in range(4)),
    )
    return format_html(
        '<span class="severity tone-{}"><svg viewBox="0 0 14 12" aria-hidden="true">{}</svg>{}</span>',
        _SEVERITY_TONES[rank],
        bars,
        words[str(level)],
    )


@register.simple_tag
def face(name: str, css: str = "") -> SafeString:
    """Show the initials of a person on a ground that is always the same for the name."""
    letters = "".join(part[0] for part in name.split()[:2]).upper() or "?"
    tone = _FACE_TONES[hashlib.sha256(name.encode()).digest()[0] % len(_FACE_TONES)]
    return format_html('<span class="face tone-{} {}" aria-hidden="true">{}</span>', tone, css, letters)


@register.simple_tag
def person(name: str | None, empty: str = "") -> SafeString:
    """Show a person, or the word for nobody."""
    if not name:
        return format_html('<span class="muted">{}</span>', empty or _("Nobody"))
    return format_html('<span class="person">{}<span>{}</span></span>', face(name), name)


@register.simple_tag
def kbd(key: str) -> SafeString:
    """Show the key caps of a key such as `j`, `g c` or `mod+k`."""
    parts = [part for part in key.replace("+", " ").split(" ") if part]
    caps = ((_MOD_MARK if part == "mod" else "", _KEY_SIGNS.get(part, part.upper())) for part in parts)
    return format_html_join(" ", '<kbd class="keycap"{}>{}</kbd>', caps)


@register.simple_tag
def market(code: str) -> SafeString:
    """Show a market's code."""
    return format_html('<span class="market">{}</span>', code) if code else SafeString()


@register.simple_tag
def entity_chip(
    kind: str, name: str, external_id: str = "", url: str = "", market_code: str = "", css: str = ""
) -> SafeString:
    """Show an entity: the icon of its type, its name (its id when it has none), its market."""
    mark = format_html(
        '<span class="chip-mark" title="{}">{}</span>',
        kind.replace("_", " "),
        icon(_ENTITY_ICONS.get(kind, "point"), label=kind.replace("_", " ")),
    )
    words = format_html('<span class="chip-name">{}</span>', name or external_id)
    if name and external_id:
        words = format_html('{}<span class="chip-id">{}</span>', words, external_id)
    body = format_html("{}{}{}", mark, words, market(market_code))
    if url:
        return format_html('<a class="chip {}" href="{}">{}</a>', css, url, body)
    return format_html('<span class="chip {}">{}</span>', css, body)


@register.simple_tag
def spark(values: Sequence[float | None], label: str = "") -> SafeString:
    """Show the course of a value as a small line; the label says it in words."""
    points = drawing.spark_points(values)
    if not points:
        return SafeString()
    first, last = points.split(" ")[0].split(",")[0], points.split(" ")[-1].split(",")[0]
    return format_html(
        '<svg class="spark" viewBox="0 0 100 28" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<polygon points="{},28 {} {},28"/><polyline points="{}"/></svg>',
        label or _("Course"),
        first,
        points,
        last,
        points,
    )


@register.inclusion_tag("components/stat.html")
def stat(label: str, value: str, **options: Any) -> dict[str, Any]:
    """Show one figure. options: url, note, change (text), trend (up, down, flat), tone, values, definition."""
    return {"label": label, "value": value, "trend": "flat", "tone": "neutral", **options}


@register.inclusion_tag("components/meter.html")
def meter(value: float, low: float, high: float, marks: Sequence[float] = (), **options: Any) -> dict[str, Any]:
    """Show where a value stands between low and high against marks. options: label, text, tone, preview."""
    preview = options.get("preview")
    drawn = drawing.draw_meter(value=value, low=low, high=high, marks=marks, preview=preview)
    return {"value": value, "low": low, "high": high, "drawn": drawn, "tone": "accent", **options}


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int | None, label: str = "") -> dict[str, Any]:
    """Show how far long work is; total None means that nobody knows yet."""
    return {"done": done, "total": total, "label": label}


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, label: str = "", hint: str = "", css: str = "") -> dict[str, Any]:
    """Show a form field with its label, hint and errors at the place."""
    widget = bound.field.widget
    if isinstance(widget, MultiWidget):
        _name_ends(widget, str(label or bound.label))
    kind = getattr(widget, "input_type", "")
    attributes: dict[str, str | bool] = {"class": _control_class(widget.__class__.__name__, kind)}
    if bound.errors:
        attributes |= {"class": f"{attributes['class']} is-invalid", "aria-invalid": "true"}
    described = [f"{bound.auto_id}-error"] if bound.errors else []
    if hint or bound.help_text:
        described.append(f"{bound.auto_id}-hint")
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attributes),
        "label": label or bound.label,
        "hint": hint or bound.help_text,
        "css": css,
        "is_check": kind == "checkbox" and widget.__class__.__name__ == "CheckboxInput",
        "is_group": isinstance(widget, MultiWidget | RadioSelect),  # CheckboxSelectMultiple is a RadioSelect
    }


@register.inclusion_tag("components/chart.html")
def chart(chart: Chart, title: str, name: str, **options: Any) -> dict[str, Any]:
    """Show a chart with its table; name is unique on the page.

    options: definition, note, url, level of the heading (2, 3), size (small, tall).
    """
    header, rows = table_of(chart)
    shown = {"chart": chart, "figure": figure_of(chart), "figure_id": f"chart-{name}", "header": header, "rows": rows}
    return {**shown, "title": title, "name": name, "level": 2, **options}


@register.simple_tag
def tip(name: str, words: str) -> SafeString:
    """Show a question mark that opens an explanation; name is unique on the page."""
    return SafeString(render_to_string("components/tip.html", {"name": name, "words": words}))


def _name_ends(widget: MultiWidget, label: str) -> None:
    """Give the two ends of a range names of their own, and a calendar when they are dates."""
    for part, words in zip(widget.widgets, (_("from"), _("to")), strict=False):
        part.attrs["aria-label"] = f"{label}, {words}"
        if isinstance(part, DateInput):
            part.input_type, part.format = "date", "%Y-%m-%d"


def _control_class(widget: str, kind: str) -> str:
    if widget in {"Select", "SelectMultiple", "NullBooleanSelect", "LazySelect"} or kind == "select":
        return "form-select"
    return "form-check-input" if kind in {"checkbox", "radio"} else "form-control"
