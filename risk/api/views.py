"""Take events in over HTTP."""

from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from governance.domain.actors import Actor, ActorKind
from governance.domain.errors import FieldProblem, InvalidInput
from governance.domain.roles import Permission
from risk.actions.ingest import MAX_ITEMS, ingest_events, problems_as_json
from risk.api.examples import ANSWER, BATCH, ERRORS
from risk.api.serializers import ErrorSerializer, IngestAnswerSerializer, IngestRequestSerializer
from risk.domain.item_texts import item_texts


class LengthRequired(APIException):
    """The body came in pieces of unknown length, which the server does not read."""

    status_code = 411
    default_detail = "The body has no Content-Length. Send it whole, not chunked."
    default_code = "length_required"


def error_response(status: int) -> OpenApiResponse:
    """Describe an error in the OpenAPI document, with an example."""
    description, body = ERRORS[status]
    example = OpenApiExample(description, value=body, response_only=True, status_codes=[str(status)])
    return OpenApiResponse(ErrorSerializer, description=description, examples=[example])


class EventsView(APIView):
    """Where systems of the marketplace send their events."""

    permission = Permission.INGEST_EVENTS

    @extend_schema(
        operation_id="ingest_events",
        summary="Send events",
        description=(
            f"Send 1 to {MAX_ITEMS} events of one source. The sound ones are stored; each refused one is answered "
            "with its index and everything that is wrong with it, and kept for mending in the console. An event is "
            "known by source and id: sending a batch again changes nothing, sending another event under a known id "
            "is refused. The key needs the scope events:write and, when it is limited to markets, the event's market."
        ),
        tags=["events"],
        request=IngestRequestSerializer,
        examples=[
            OpenApiExample("A purchase and a dispatch", value=BATCH, request_only=True),
            OpenApiExample("One accepted, one refused", value=ANSWER, response_only=True, status_codes=["200"]),
        ],
        responses={
            200: OpenApiResponse(IngestAnswerSerializer, description="What became of each event"),
            **{status: error_response(status) for status in (400, 401, 403, 411, 413, 415, 422)},
        },
    )
    def post(self, request: Request) -> Response:
        """Store a batch and answer what became of each event."""
        if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
            raise LengthRequired
        body: bytes = request.body  # read first: this keeps the limit on its size, and the text of refused items
        source, events = read_envelope(request.data)
        actor = request.auth
        if not isinstance(actor, Actor):  # never: the permission has seen to it
            raise TypeError
        result = ingest_events(
            actor=actor,
            source=source,
            items=events,
            texts=partial(item_texts, body.decode(), "events"),
            api_key_id=int(actor.id) if actor.kind is ActorKind.API_KEY else None,
        )
        return Response(
            {
                "batch_id": result.batch_id,
                "accepted": result.accepted,
                "duplicates": result.duplicates,
                "rejected": [
                    {"index": item.index, "id": item.external_id, "problems": problems_as_json(item.problems)}
                    for item in result.rejected
                ],
            }
        )


def read_envelope(data: Any) -> tuple[str, list[Any]]:
    """Return source and events of a parsed body; raises InvalidInput when it is no batch."""
    if not isinstance(data, dict):
        raise InvalidInput([FieldProblem("", _("is not an object"), '{"source": "shop", "events": […]}')])
    problems = [
        FieldProblem(str(name)[:64], _("is not a known field"), _("Known here: source, events."))
        for name in sorted(data.keys() - {"source", "events"})[:10]
    ]
    if not isinstance(data.get("source"), str):
        problems.append(FieldProblem("source", _("is missing or not text"), _("Name the system that sends.")))
    if not isinstance(data.get("events"), list):
        problems.append(FieldProblem("events", _("is missing or not a list"), _("Send a list of events.")))
    if problems:
        raise InvalidInput(problems)
    return data["source"], data["events"]
