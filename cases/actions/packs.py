"""Load a whole policy pack through all rooms, and the queues that it brings to this one."""

from collections.abc import Sequence

from django.db import transaction

from cases.models import Queue
from governance.actions import audit
from governance.domain.actors import Actor
from governance.domain.subjects import Subject
from policies.actions import packs as policy_packs
from policies.actions.pack_report import PackLine, PackLoaded, Tally
from policies.domain.forms import to_form
from policies.domain.packs import Pack
from policies.domain.queues import QueueSpec
from policies.queries.lists import list_types
from policies.rulelang import STRING
from risk.actions.packs import load_signals
from risk.queries.rule_schemas import schemas_of
from risk.queries.signals import signals_in_force


def load_pack(*, actor: Actor, pack: Pack) -> PackLoaded:
    """Load the pack, all or nothing: signals first, since rules name them, then policies and rules, then queues."""
    policy_packs.require_system(actor)
    with transaction.atomic():
        signals = _load_signals(actor, pack)
        lists = list_types() | {seed.name: STRING for seed in pack.lists}
        schemas = schemas_of(signals_in_force(), lists)
        loaded = policy_packs.load_pack(actor=actor, pack=pack, schemas=schemas)
        return PackLoaded((signals,)).joined(loaded).joined(PackLoaded((load_queues(actor=actor, specs=pack.queues),)))


def load_queues(*, actor: Actor, specs: Sequence[QueueSpec]) -> PackLine:
    """Bring the queues to what the pack says, in its order; queues that it does not name stay behind them."""
    policy_packs.require_system(actor)
    tally = Tally("queues")
    with transaction.atomic():
        held = {row.code: row for row in Queue.objects.select_for_update()}
        for position, spec in enumerate(specs):
            row, hours = held.get(spec.code), to_form(spec.sla_hours)
            wanted = {"title": spec.title, "nodes": list(spec.nodes), "sla_hours": hours, "position": position}
            before = {name: getattr(row, name) for name in wanted} if row else {}
            if before == wanted:
                tally.unchanged += 1
                continue
            (tally.changed if row else tally.added).append(spec.code)
            Queue.objects.update_or_create(code=spec.code, defaults=wanted)
            subject = Subject("queue", spec.code, spec.title)
            audit.record(actor=actor, action="queue_saved", subject=subject, before=before, after=wanted)
    return tally.line()


def _load_signals(actor: Actor, pack: Pack) -> PackLine:
    made = load_signals(actor=actor, specs=pack.signals, scorecards=pack.scorecards)
    total = len(pack.signals) + len(pack.scorecards)
    return PackLine("signals and scorecards", (), made, total - len(made))
