"""Describe requests and answers of risk's API for the OpenAPI document.

They only describe: events are checked by risk.domain.events, which is faster and finds every problem at once.
"""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from risk.domain.events import MAX_ENTITY_ID, MAX_EVENT_ID, MAX_NAME, MAX_SOURCE
from risk.domain.vocabulary import EntityType

ENTITY_SCHEMA: dict[str, Any] = {
    "oneOf": [
        {"type": "string", "maxLength": MAX_ENTITY_ID, "description": "The id; the role's name is the entity type."},
        {
            "type": "object",
            "required": ["id"],
            "additionalProperties": False,
            "properties": {
                "id": {"type": "string", "maxLength": MAX_ENTITY_ID},
                "type": {
                    "type": "string",
                    "enum": [kind.value for kind in EntityType],
                    "description": "Left out: the role's name.",
                },
                "name": {"type": "string", "maxLength": MAX_NAME},
                "attributes": {
                    "type": "object",
                    "additionalProperties": True,
                    "description": "Merged into what is known: newer values win, by the time of the event.",
                },
            },
        },
    ]
}


@extend_schema_field(
    {
        "type": "object",
        "minProperties": 1,
        "maxProperties": 16,
        "additionalProperties": ENTITY_SCHEMA,
        "description": "Whom the event touches, by role.",
    }
)
class EntitiesField(serializers.DictField):
    """Entities by role."""


class EventSerializer(serializers.Serializer[Any]):
    """One event. Its id is unique within the source; sending it again changes nothing."""

    id = serializers.CharField(max_length=MAX_EVENT_ID)
    type = serializers.RegexField(r"^[a-z][a-z0-9_]{0,47}$", help_text="Such as order_placed.")
    occurred_at = serializers.DateTimeField(help_text="With a time zone: 2026-01-31T08:00:00Z.")
    market = serializers.RegexField(r"^[A-Z]{2}$", help_text="ISO 3166-1 code of a market of this console.")
    entities = EntitiesField()
    payload = serializers.DictField(required=False, help_text="What happened. At most 64 KB and 8 levels.")


class IngestRequestSerializer(serializers.Serializer[Any]):
    """A batch of events of one source."""

    source = serializers.RegexField(  # type: ignore[assignment]  # the name is part of the request
        r"^[a-z][a-z0-9_-]*$", max_length=MAX_SOURCE, help_text="Which system sends."
    )
    events = serializers.ListField(child=EventSerializer(), min_length=1, max_length=1000)


class ProblemSerializer(serializers.Serializer[Any]):
    """One thing that is wrong: where, why, what to do."""

    field = serializers.CharField(help_text="A path such as entities.seller.id; empty: the whole.")
    message = serializers.CharField()
    hint = serializers.CharField(allow_blank=True)


class RejectedItemSerializer(serializers.Serializer[Any]):
    """A refused event. It is kept: operators see, mend and replay it in the console."""

    index = serializers.IntegerField(help_text="Place in the batch, from 0.")
    id = serializers.CharField(allow_blank=True)
    problems = ProblemSerializer(many=True)


class IngestAnswerSerializer(serializers.Serializer[Any]):
    """What became of the batch: accepted, duplicates and rejected add up to the events sent."""

    batch_id = serializers.IntegerField()
    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = RejectedItemSerializer(many=True)


class ErrorBodySerializer(serializers.Serializer[Any]):
    """Why a request was refused as a whole."""

    message = serializers.CharField()
    hint = serializers.CharField(allow_blank=True)
    fields = ProblemSerializer(many=True)  # type: ignore[assignment]  # the name is part of the answer


class ErrorSerializer(serializers.Serializer[Any]):
    """The form of every error of this API."""

    error = ErrorBodySerializer()
