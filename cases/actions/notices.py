"""Keep what the affected party is told."""

from cases.domain.notices import Notice
from cases.models import Decision, DecisionNotice


def keep_notice(*, decision: Decision, notice: Notice) -> DecisionNotice:
    """Store a notice about a decision; it never changes afterwards."""
    return DecisionNotice.objects.create(
        decision=decision,
        entity_id=decision.case.entity_id,
        locale=notice.locale,
        title=notice.title,
        body=notice.body,
    )
