"""Make the set of rules that fire together anew."""

from django.db import connection, transaction
from django.db.models import Max

from policies.domain.rules import RuleState
from policies.models import RulesetVersion, RuleVersion
from policies.queries.lists import list_versions

# Any number that no other advisory lock of Aedile uses.
RULESET_LOCK = 0x52554C45


def lock_rulesets() -> None:
    """Wait until nobody else changes what is live; the lock ends with the transaction.

    Take it before any row of a rule: whoever holds it sees every flip that was committed before.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("The lock on rule sets needs a transaction.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RULESET_LOCK])


def release_ruleset(*, reason: str) -> int:
    """Write the next rule set from the versions that are live now and return its number.

    Call under `lock_rulesets`, after the last flip of the transaction: members always equal the live versions.
    """
    newest = RulesetVersion.objects.aggregate(newest=Max("number"))["newest"] or 0
    live = RuleVersion.objects.filter(state=RuleState.LIVE).order_by("pk").values_list("pk", flat=True)
    RulesetVersion.objects.create(number=newest + 1, members=list(live), lists=list_versions(), reason=reason[:240])
    return newest + 1
