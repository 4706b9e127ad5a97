"""The words that the browser's scripts show, in the viewer's language."""

from django.utils.translation import gettext as _

from governance.views.formats import relative_words


def client_text() -> dict[str, str]:
    """Return every text of the browser's scripts, by key; {placeholders} are filled by the script."""
    return {
        **relative_words(),
        **_error_text(),
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
        "upload.chosen": _("Files chosen: {n}, {size}"),
        "upload.large": _("The files have {size}. At most {most} go up at once. Use manage.py import_data for more."),
        "upload.many": _("At most {most} files go up at once. Use manage.py import_data for more."),
        "rule.place": _("Line {line}, column {column}"),
        "rule.right": _("Sound"),
        "rule.wrong": _("Not sound yet"),
        "rule.unchecked": _("Not checked: no answer from the server"),
        "rule.save": _("Save the draft"),
        "veil.show": _("Show"),
        "veil.hide": _("Hide"),
        "case.keys": _("This case"),
        "case.yes": _("Yes"),
        "case.submit": _("Decide and open the next case"),
        "case.change": _("Change"),
        "case.macro": _("Use the first rationale"),
        "case.claim_next": _("Claim the next case"),
        "case.next_piece": _("Next piece of evidence"),
        "case.previous_piece": _("Previous piece of evidence"),
        "case.no_preview": _("The preview did not come. Answer the last question again."),
        "case.look_first": _("This crosses a milestone. Look at what follows, then press Enter again."),
        "case.look_undone": _("Look at what the correction changes, then press Enter again."),
        "case.correct": _("Correct the decision"),
        "case.taken": _("{name} has this case now. You cannot decide it any more."),
        "case.lost": _("This case is no longer yours: its time ran out or somebody took it back."),
        "case.changed": _("This case changed: new evidence came in, or its severity rose."),
        "case.moved": _("This case moved on meanwhile."),
    }


def _error_text() -> dict[str, str]:
    return {
        "error.network": _("No connection to the server. Check your network and try again."),
        "error.server": _("The server failed (error {status}). Try again; if it stays, tell your administrator."),
        "error.forbidden": _("You may not do this. Ask an administrator for the role."),
        "error.missing": _("This is gone, or not visible to you. Go back to the list."),
        "error.conflict": _("Somebody changed this meanwhile. Load the page again and check."),
        "error.often": _("Too many requests. Wait a minute and try again."),
    }
