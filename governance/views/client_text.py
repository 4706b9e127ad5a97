"""The words that the browser's scripts show, in the viewer's language."""

from django.utils.translation import gettext as _

from governance.views.formats import relative_words


def client_text() -> dict[str, str]:
    """Return every text of `governance/static/aedile/js/`, by key; {placeholders} are filled by the script."""
    return {
        **relative_words(),
        "keys.page": _("This page"),
        "keys.everywhere": _("Everywhere"),
        "keys.list": _("List"),
        "keys.help": _("Show these keys"),
        "list.next": _("Next row"),
        "list.previous": _("Previous row"),
        "list.open": _("Open the row"),
        "list.select": _("Select the row"),
        "list.selected": _("{n} selected"),
        "palette.open": _("Command palette"),
        "palette.search": _("Search"),
        "palette.actions": _("Actions here"),
        "palette.places": _("Go to"),
        "palette.none": _("Nothing found. Try fewer letters, or an id."),
        "toast.done": _("Done"),
        "chart.failed": _("The chart could not be drawn. The table below has the numbers."),
        "veil.show": _("Show"),
        "veil.hide": _("Hide"),
        "error.network": _("No connection to the server. Check your network and try again."),
        "error.server": _("The server failed (error {status}). Try again; if it stays, tell your administrator."),
        "error.forbidden": _("You may not do this. Ask an administrator for the role."),
        "error.missing": _("This is gone, or not visible to you. Go back to the list."),
        "error.conflict": _("Somebody changed this meanwhile. Load the page again and check."),
        "error.often": _("Too many requests. Wait a minute and try again."),
    }
