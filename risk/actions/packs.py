"""Load the signals and scorecards of a policy pack."""

import hashlib
import json
from collections.abc import Sequence

from django.db import transaction

from governance.actions import audit
from governance.domain.actors import Actor
from governance.domain.roles import Permission
from governance.domain.subjects import Subject
from policies.domain.forms import to_form
from policies.domain.signals import ScorecardSpec, SignalSpec
from risk.models import Scorecard, SignalDefinition


def load_signals(*, actor: Actor, specs: Sequence[SignalSpec], scorecards: Sequence[ScorecardSpec]) -> tuple[str, ...]:
    """Make a new version of each signal and scorecard that differs from its newest one; return the names of those.

    Loading the same again changes nothing. Version numbers count per name in this database.
    """
    actor.require(Permission.MANAGE_KEYS)
    with transaction.atomic():
        signals = [spec.name for spec in specs if _load_signal(actor, spec)]
        cards = [f"scorecard of {card.entity_type}" for card in scorecards if _load_scorecard(actor, card)]
    return (*signals, *cards)


def _load_signal(actor: Actor, spec: SignalSpec) -> bool:
    form, digest = _form_and_digest(spec)
    newest = SignalDefinition.objects.select_for_update().filter(name=spec.name).order_by("-version").first()
    if newest is not None and newest.digest == digest:
        return False
    version = newest.version + 1 if newest else 1
    SignalDefinition.objects.create(
        name=spec.name,
        version=version,
        title=spec.title,
        entity_type=spec.entity_type,
        role=spec.role,
        unit=spec.unit.value,
        window_days=spec.window_days,
        min_volume=spec.min_volume,
        null_meaning=spec.null_meaning,
        doc=spec.doc,
        owner=spec.owner,
        definition=form,
        digest=digest,
    )
    subject = Subject("signal", spec.name, f"{spec.title} v{version}")
    audit.record(actor=actor, action="signal_versioned", subject=subject, after={"version": version, "digest": digest})
    return True


def _load_scorecard(actor: Actor, card: ScorecardSpec) -> bool:
    form, digest = _form_and_digest(card)
    rows = Scorecard.objects.select_for_update().filter(entity_type=card.entity_type)
    newest = rows.order_by("-version").first()
    if newest is not None and newest.digest == digest:
        return False
    version = newest.version + 1 if newest else 1
    Scorecard.objects.create(entity_type=card.entity_type, version=version, definition=form, digest=digest)
    subject = Subject("scorecard", card.entity_type, f"scorecard of {card.entity_type} v{version}")
    audit.record(
        actor=actor, action="scorecard_versioned", subject=subject, after={"version": version, "digest": digest}
    )
    return True


def _form_and_digest(spec: SignalSpec | ScorecardSpec) -> tuple[object, str]:
    form = to_form(spec)
    return form, hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()
