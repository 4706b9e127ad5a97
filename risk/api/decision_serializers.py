"""Describe requests for decisions and their answers for the OpenAPI document; they only describe."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from policies.domain.rules import Outcome
from risk.api.serializers import EventSerializer, RejectedItemSerializer
from risk.domain.decisions import MAX_DECISIONS
from risk.domain.events import MAX_SOURCE

OUTCOMES = [(outcome.value, outcome.value) for outcome in Outcome]


class DecisionRequestSerializer(serializers.Serializer[Any]):
    """One event, or up to a hundred of one source."""

    source = serializers.RegexField(  # type: ignore[assignment]  # the name is part of the request
        r"^[a-z][a-z0-9_-]*$", max_length=MAX_SOURCE, help_text="Which system sends."
    )
    event = EventSerializer(required=False, help_text="Give this, or `events`.")
    events = serializers.ListField(child=EventSerializer(), required=False, min_length=1, max_length=MAX_DECISIONS)
    language = serializers.CharField(required=False, help_text="Such as pt or pt-BR; before Accept-Language.")


class DecisionHitSerializer(serializers.Serializer[Any]):
    """A rule that fired on the event."""

    rule = serializers.CharField(help_text="The rule's code.")
    rule_version = serializers.IntegerField()
    title = serializers.CharField()
    reason = serializers.CharField(help_text="What the rule's author wrote for people.")
    outcome = serializers.ChoiceField(OUTCOMES)
    is_suppressed = serializers.BooleanField(help_text="A rule of the allow lane ended the matter.")
    role = serializers.CharField(help_text="The role of the account that answers for it.")
    entity = serializers.CharField(help_text="The id of that account.")
    policy = serializers.CharField(help_text="The policy's code.")
    policy_version = serializers.IntegerField(allow_null=True)
    policy_title = serializers.CharField(allow_blank=True)
    policy_title_language = serializers.CharField(allow_blank=True)


class DecisionSerializer(serializers.Serializer[Any]):
    """What the rules in force said about one version of an event."""

    decision_id = serializers.IntegerField(allow_null=True, help_text="Null for a dry run.")
    source = serializers.CharField()  # type: ignore[assignment]  # the name is part of the answer
    event_id = serializers.CharField()
    event_version = serializers.IntegerField(allow_null=True, help_text="1, or more for an event that was changed.")
    market = serializers.CharField()
    outcome = serializers.ChoiceField(OUTCOMES, help_text="allow: nothing is against it.")
    hits = DecisionHitSerializer(many=True)
    ruleset = serializers.IntegerField(help_text="The number of the rule set that was asked.")
    signals_as_of = serializers.DictField(
        child=serializers.DateTimeField(allow_null=True),
        help_text="By role: as of when the signals were known that the rules read; null: nothing was known.",
    )
    decided_at = serializers.DateTimeField()
    supersedes = serializers.IntegerField(allow_null=True, help_text="The decision about the version before.")
    superseded_by = serializers.IntegerField(allow_null=True, help_text="The decision about the next version.")


class DecidedSerializer(DecisionSerializer):
    """A decision as it is answered to who asks for it."""

    is_repeated = serializers.BooleanField(help_text="The event was decided before; nothing was stored.")


class DecidedItemSerializer(DecidedSerializer):
    """A decision about an event of a list."""

    index = serializers.IntegerField(help_text="Place in the request, from 0.")


class DecisionsSerializer(serializers.Serializer[Any]):
    """What became of each event of a list."""

    decisions = DecidedItemSerializer(many=True)
    rejected = RejectedItemSerializer(many=True)


def any_answer() -> PolymorphicProxySerializer:
    """Return the description of the answer to one event or to a list."""
    return PolymorphicProxySerializer(
        component_name="DecisionAnswer",
        serializers=[DecidedSerializer, DecisionsSerializer],
        resource_type_field_name=None,
    )
