"""Find what a dotted name stands for; an unknown one gets the most similar known name as advice."""

from collections.abc import Mapping

from policies.rulelang.check.report import Report
from policies.rulelang.check.suggest import closest, did_you_mean
from policies.rulelang.functions import CALLABLE
from policies.rulelang.schema import LISTS, Schema
from policies.rulelang.source import shorten
from policies.rulelang.tree import Name
from policies.rulelang.typed import FieldRef, ListRef, TypedNode, VarRef
from policies.rulelang.types import list_of
from policies.rulelang.wording import NOTHING, Text, gettext_noop


def resolve(name: Name, schema: Schema, variables: Mapping[str, VarRef], report: Report) -> TypedNode | None:
    """Return the field, list or loop variable a name stands for, or report that it stands for none."""
    first = name.parts[0]
    if first in variables:
        if len(name.parts) == 1:
            found = variables[first]
            return VarRef(name.span, found.type, found.name, found.slot)
        _report_part(name, 1, variables[first].type.words(), report)
        return None
    if first == LISTS:
        return _resolve_list(name, schema, report)
    field = schema.fields.get(name.dotted)
    if field is not None:
        return FieldRef(name.span, field.full_type, name.dotted, field)
    _report_unknown(name, schema, variables, report)
    return None


def _resolve_list(name: Name, schema: Schema, report: Report) -> ListRef | None:
    if len(name.parts) == 2 and name.parts[1] in schema.lists:
        return ListRef(name.span, list_of(schema.lists[name.parts[1]]), name.parts[1])
    known = [f"{LISTS}.{known}" for known in schema.lists]
    text = Text(gettext_noop("There is no list `%(name)s`"), {"name": shorten(name.dotted)})
    advice = did_you_mean(name.dotted, known) if len(name.parts) > 1 else NOTHING
    if advice is NOTHING and known:
        advice = Text(gettext_noop("Lists are named %(names)s."), {"names": _some(known)})
    report.error(name.span, "unknown-list", text, advice)
    return None


def _report_unknown(name: Name, schema: Schema, variables: Mapping[str, VarRef], report: Report) -> None:
    for count in range(len(name.parts) - 1, 0, -1):
        field = schema.fields.get(".".join(name.parts[:count]))
        if field is not None:
            _report_part(name, count, field.type.words(), report)
            return
    below = f"{name.dotted}."
    members = [known for known in schema.fields if known.startswith(below)]
    if members:
        text = Text(gettext_noop("`%(name)s` is a group of fields, not a value"), {"name": shorten(name.dotted)})
        advice = Text(gettext_noop("Its fields are %(names)s."), {"names": _some(members)})
        report.error(name.span, "group-as-value", text, advice)
        return
    text = Text(gettext_noop("`%(name)s` is not known"), {"name": shorten(name.dotted)})
    report.error(name.span, "unknown-name", text, _advise(name, schema, variables))


def _advise(name: Name, schema: Schema, variables: Mapping[str, VarRef]) -> Text:
    role = name.parts[0]
    members = [known for known in schema.fields if known.startswith(f"{role}.")]
    if members:
        # Within a group the common beginning would make every name look alike.
        found = closest(".".join(name.parts[1:]), [known.partition(".")[2] for known in members])
        if found is None:
            return Text(gettext_noop("Its fields are %(names)s."), {"names": _some(members)})
        return Text(gettext_noop("Did you mean `%(name)s`?"), {"name": f"{role}.{found}"})
    advice = did_you_mean(name.dotted, [*schema.fields, *variables])
    if advice is not NOTHING:
        return advice
    if name.dotted in schema.lists:
        return Text(gettext_noop("Did you mean `%(name)s`?"), {"name": f"{LISTS}.{name.dotted}"})
    same_end = [known for known in schema.fields if known.rsplit(".", 1)[-1] == name.parts[-1]]
    if same_end:
        return Text(gettext_noop("Did you mean `%(name)s`?"), {"name": same_end[0]})
    return Text(gettext_noop('If it is a text put it in quotes: "%(name)s".'), {"name": shorten(name.dotted)})


def _report_part(name: Name, count: int, words: Text, report: Report) -> None:
    """Report a point behind something that has no parts."""
    whole, part = shorten(".".join(name.parts[:count])), name.parts[count]
    text = Text(
        gettext_noop("`%(whole)s` is %(kind)s and has no part `%(part)s`"),
        {"whole": whole, "kind": words, "part": part},
    )
    function = closest(part, CALLABLE)
    advice = (
        Text(gettext_noop("Did you mean the function %(usage)s?"), {"usage": CALLABLE[function].usage})
        if function
        else NOTHING
    )
    report.error(name.part_spans[count], "no-such-part", text, advice)


def _some(names: list[str], limit: int = 5) -> str:
    more = ", …" if len(names) > limit else ""
    return ", ".join(f"`{name}`" for name in names[:limit]) + more
