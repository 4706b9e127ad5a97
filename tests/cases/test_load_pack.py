"""A pack goes through all rooms, and loading it again changes nothing."""

import json
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from cases.actions.packs import load_pack
from cases.models import Queue
from governance.domain.errors import InvalidInput, NotAllowed
from governance.domain.roles import Role
from governance.models import AuditEntry, OutboxFact
from policies.models import (
    ListEntry,
    Macro,
    NamedList,
    PenaltySchemeVersion,
    Policy,
    PolicyVersion,
    Rule,
    RuleChange,
    RulesetVersion,
    RuleVersion,
    SchemeAssignment,
    TaxonomyNode,
)
from risk.models import Scorecard, SignalDefinition
from tests.builders.governance import make_markets, make_person
from tests.builders.policies import load_small_pack, make_pack, pack_files

pytestmark = pytest.mark.django_db

TABLES = (
    TaxonomyNode,
    Policy,
    PolicyVersion,
    PenaltySchemeVersion,
    SchemeAssignment,
    NamedList,
    ListEntry,
    Macro,
    Rule,
    RuleVersion,
    RuleChange,
    RulesetVersion,
    SignalDefinition,
    Scorecard,
    Queue,
    AuditEntry,
    OutboxFact,
)


def row_counts() -> dict[str, int]:
    return {table.__name__: table.objects.count() for table in TABLES}


def test_every_room_gets_its_part() -> None:
    make_markets()
    loaded = load_small_pack()
    assert loaded.has_changes
    assert loaded.notes == ()
    rule = Rule.objects.get(code="LATE-30D")
    assert rule.live is not None
    assert (rule.live.state, rule.live.author_id, rule.live.entity_type) == ("live", None, "seller")
    assert [change.reason for change in rule.live.changes.all()] == ["Shipped with the pack."]
    newest = RulesetVersion.objects.get()
    assert newest.members == list(RuleVersion.objects.order_by("pk").values_list("pk", flat=True))
    assert newest.lists == {"trusted_sellers": 1}
    assert SignalDefinition.objects.get().title == "Late dispatch rate, 30 days"
    assert Queue.objects.get().sla_hours["critical"] == 4
    assert AuditEntry.objects.filter(action="pack_loaded").count() == 1


def test_loading_twice_changes_nothing() -> None:
    make_markets()
    load_small_pack()
    before = row_counts()
    again = load_small_pack()
    assert not again.has_changes
    assert sum(line.unchanged for line in again.lines) > 10
    assert row_counts() == before


def test_a_changed_file_makes_a_new_version_and_only_of_that() -> None:
    make_markets()
    load_small_pack()
    files = pack_files()
    files["policies/PERF-LATE.yaml"]["text"]["en"] = "Send orders sooner."
    files["schemes/accumulate.yaml"]["expiry_days"] = 180
    files["rules.yaml"]["rules"][0]["when"] = "seller.late_dispatch_rate_30d > 0.15"
    loaded = load_small_pack(files)
    changed = {line.kind: line.changed for line in loaded.lines if line.has_changes}
    assert changed == {"policies": ("PERF-LATE",), "schemes": ("accumulate",), "rules": ("LATE-30D",)}
    assert list(PolicyVersion.objects.values_list("number", flat=True)) == [2, 1]
    versions = RuleVersion.objects.filter(rule__code="LATE-30D").order_by("number")
    assert [(row.number, row.state) for row in versions] == [(1, "retired"), (2, "live")]
    members = RulesetVersion.objects.get(number=2).members
    assert versions[1].pk in members
    assert versions[0].pk not in members


def test_nothing_is_kept_of_a_pack_with_a_wrong_condition() -> None:
    make_markets()
    before = row_counts()
    files = pack_files()
    files["rules.yaml"]["rules"][0]["when"] = "seller.late_dispatch_rate > 0.15"
    with pytest.raises(InvalidInput) as caught:
        load_small_pack(files)
    assert caught.value.problems[0].field == "rules.yaml LATE-30D when"
    assert "late_dispatch_rate_30d" in caught.value.problems[0].hint
    assert row_counts() == before


def test_people_cannot_load_packs() -> None:
    make_markets()
    with pytest.raises(NotAllowed):
        load_pack(actor=make_person(Role.POLICY_MANAGER, Role.APPROVER, Role.ADMIN), pack=make_pack())


def test_a_scheme_for_a_market_that_is_not_there_is_left_for_later() -> None:
    make_markets("BR")
    loaded = load_small_pack()
    assert loaded.notes == ("Scheme deplete: there is no market DE yet. Load the pack again when there is.",)
    make_markets("DE")
    again = load_small_pack()
    assert {line.kind: line.added for line in again.lines if line.has_changes} == {
        "scheme assignments": ("deplete in DE seller",)
    }


def test_a_market_cannot_change_its_scheme_on_the_day_it_began() -> None:
    make_markets()
    load_small_pack()
    files = pack_files()
    files["schemes/accumulate.yaml"]["markets"] = ["ID"]
    files["schemes/deplete.yaml"]["markets"] = ["DE", "BR"]
    with pytest.raises(InvalidInput, match="another scheme begins on 2020-01-01 for BR seller"):
        load_small_pack(files)
    files["schemes/deplete.yaml"]["effective_from"] = "2024-05-01"
    loaded = load_small_pack(files)
    assert "deplete in BR seller" in next(line.added for line in loaded.lines if line.kind == "scheme assignments")


def test_a_queue_is_brought_to_what_the_pack_says() -> None:
    make_markets()
    load_small_pack()
    files = pack_files()
    files["queues.yaml"]["queues"][0]["title"] = "Seller performance"
    loaded = load_small_pack(files)
    assert next(line for line in loaded.lines if line.kind == "queues").changed == ("performance",)
    assert Queue.objects.get().title == "Seller performance"
    entry = AuditEntry.objects.filter(action="queue_saved").first()
    assert entry is not None
    assert (entry.before["title"], entry.after["title"]) == ("Performance", "Seller performance")


def write_pack(directory: Path, files: dict[str, object]) -> Path:
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return directory


def run(*args: str) -> str:
    out = StringIO()
    call_command("load_pack", *args, stdout=out)
    return out.getvalue()


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    place = str(write_pack(tmp_path, pack_files()))
    first, second = run(place), run(place)
    assert "Pack of the tests 1 loaded." in first
    assert "rules: new 2 (LATE-30D, PRICE-X3)" in first
    assert json.loads(first.splitlines()[-1])["loaded"]["rules"] == {"added": 2, "changed": 0, "unchanged": 0}
    assert "is loaded already: nothing changed" in second
    assert json.loads(second.splitlines()[-1])["loaded"]["rules"] == {"added": 0, "changed": 0, "unchanged": 2}


def test_the_command_names_every_problem_with_its_place(tmp_path: Path) -> None:
    files = pack_files()
    files["queues.yaml"]["queues"][0]["nodes"] = ["performence"]
    with pytest.raises(CommandError, match=r"queues.yaml: queues.0..nodes.0.*performence.*Did you mean performance"):
        run(str(write_pack(tmp_path, files)))
    files = pack_files()
    files["rules.yaml"]["rules"][1]["when"] = "price >"
    with pytest.raises(CommandError, match=r"rules.yaml PRICE-X3 when: line 1, column"):
        run(str(write_pack(tmp_path / "two", files)))
    with pytest.raises(CommandError, match="there is no such directory"):
        run(str(tmp_path / "nowhere"))
