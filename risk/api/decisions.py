"""Answer over HTTP what the rules in force say of events, while the sender waits."""

import re
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from governance.domain.actors import Actor, ActorKind
from governance.domain.errors import FieldProblem, InvalidInput
from governance.domain.roles import Permission
from risk.actions.deciding import DecisionsMade, decide_events, try_events
from risk.actions.ingest import problems_as_json
from risk.actions.standby import ground_in_force
from risk.api.decision_examples import ANSWER, BATCH, BATCH_ANSWER, DRY_ANSWER, EVENT
from risk.api.decision_serializers import DecisionRequestSerializer, DecisionSerializer, any_answer
from risk.api.decision_texts import show_decided, show_decision, texts_for
from risk.api.views import LengthRequired, error_response
from risk.queries.decisions import visible_decision

KNOWN = frozenset({"source", "event", "events", "language"})
MOST_LANGUAGES = 10
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}", re.ASCII)

_ONE = "One event gives one decision; `events` with up to 100 gives a list, in the order of the request. "
_LANGUAGES = (
    "Titles of policies come in the language of the field `language`, else of the header Accept-Language, where "
    "they exist in it, else in English. "
)
_SCOPE = "The key needs the scope decisions:write and, when it is limited to markets, the event's market."


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A request as it was read; `events` is one event in a list when it asks about a single one."""

    source: str
    events: list[Any]
    is_single: bool
    languages: list[str]


class DecisionsView(APIView):
    """Where systems of the marketplace ask before they go on."""

    permission = Permission.ASK_DECISIONS

    @extend_schema(
        operation_id="decide",
        summary="Decide on events",
        description=(
            "Stores the event, asks the rules in force about it with the signals that are stored, and answers the "
            f"outcome with every rule that fired. {_ONE}The same event sent again is answered with the same "
            "decision, whatever the rules say by then: after a lost connection, send it again. Another event under "
            "a known id becomes its next version; its decision supersedes the one before. An event is known by "
            f"source and id. {_LANGUAGES}{_SCOPE}"
        ),
        tags=["decisions"],
        request=DecisionRequestSerializer,
        examples=[
            OpenApiExample("A listing", value=EVENT, request_only=True),
            OpenApiExample("Two events", value=BATCH, request_only=True),
            OpenApiExample("Held", value=ANSWER, response_only=True, status_codes=["200"]),
            OpenApiExample("One decided, one refused", value=BATCH_ANSWER, response_only=True, status_codes=["200"]),
        ],
        responses={
            200: OpenApiResponse(any_answer(), description="The decision, or one for each event of `events`"),
            **{status: error_response(status) for status in (400, 401, 403, 409, 411, 413, 415, 422)},
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Decide on the event or events of the request."""
        actor, wanted = _read(request)
        key = int(actor.id) if actor.kind is ActorKind.API_KEY else None
        made = decide_events(actor=actor, source=wanted.source, items=wanted.events, api_key_id=key)
        return _answer(made, wanted)


class DryRunView(APIView):
    """Where systems try out what would be decided."""

    permission = Permission.ASK_DECISIONS

    @extend_schema(
        operation_id="try_decisions",
        summary="Try decisions",
        description=(
            "Answers what would be decided now, and stores nothing: no event, no entity, no hit, no decision. An "
            f"event that was decided before is judged anew. {_ONE}{_LANGUAGES}{_SCOPE}"
        ),
        tags=["decisions"],
        request=DecisionRequestSerializer,
        examples=[
            OpenApiExample("A listing", value=EVENT, request_only=True),
            OpenApiExample("Would be held", value=DRY_ANSWER, response_only=True, status_codes=["200"]),
        ],
        responses={
            200: OpenApiResponse(any_answer(), description="What would be decided; decision_id is null"),
            **{status: error_response(status) for status in (400, 401, 403, 411, 413, 415, 422)},
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Say what would be decided."""
        actor, wanted = _read(request)
        return _answer(try_events(actor=actor, source=wanted.source, items=wanted.events), wanted)


class DecisionView(APIView):
    """Where a decision is read again."""

    permission = Permission.ASK_DECISIONS

    @extend_schema(
        operation_id="read_decision",
        summary="Read a decision",
        description=f"Returns a decision as it was answered, and whether a later one supersedes it. {_SCOPE}",
        tags=["decisions"],
        responses={
            200: OpenApiResponse(DecisionSerializer, description="The decision"),
            **{status: error_response(status) for status in (401, 403, 404)},
        },
    )
    def get(self, request: Request, decision_id: int) -> HttpResponse:
        """Return the decision."""
        view = visible_decision(_actor(request), decision_id)
        texts = texts_for([view], ground_in_force())
        return _json(show_decision(view, texts, _accepted(request)))


def _read(request: Request) -> tuple[Actor, _Wanted]:
    """Return who asks for what; raises InvalidInput when it is no request for decisions."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise LengthRequired
    _body = request.body  # read first: this keeps the limit on its size
    data = request.data
    if not isinstance(data, dict):
        raise InvalidInput([FieldProblem("", _("is not an object"), '{"source": "shop", "event": {…}}')])
    problems = [
        FieldProblem(str(name)[:64], _("is not a known field"), _("Known here: source, event, events, language."))
        for name in sorted(data.keys() - KNOWN)[:10]
    ]
    if not isinstance(data.get("source"), str):
        problems.append(FieldProblem("source", _("is missing or not text"), _("Name the system that sends.")))
    if ("event" in data) is ("events" in data):
        problems.append(FieldProblem("event", _("give either event or events"), _("One event, or a list of them.")))
    elif "events" in data and not isinstance(data["events"], list):
        problems.append(FieldProblem("events", _("is not a list"), _("Send a list of events.")))
    language = data.get("language")
    if language is not None and not (isinstance(language, str) and _LANGUAGE.fullmatch(language)):
        problems.append(FieldProblem("language", _("is no language"), _("Write it as pt or pt-BR.")))
    if problems:
        raise InvalidInput(problems)
    events = [data["event"]] if "event" in data else data["events"]
    languages = [language] if language is not None else _accepted(request)
    return _actor(request), _Wanted(data["source"], events, "event" in data, languages)


def _answer(made: DecisionsMade, wanted: _Wanted) -> HttpResponse:
    """Return the answer; raises InvalidInput when the single event was refused."""
    if wanted.is_single and made.rejected:
        raise InvalidInput(
            [
                FieldProblem(f"event.{problem.field}".rstrip("."), problem.message, problem.hint)
                for problem in made.rejected[0].problems
            ]
        )
    texts = texts_for((one.decision for one in made.decided), made.ground)
    if wanted.is_single:
        return _json(show_decided(made.decided[0], texts, wanted.languages))
    decided = [{"index": one.index, **show_decided(one, texts, wanted.languages)} for one in made.decided]
    rejected = [
        {"index": item.index, "id": item.external_id, "problems": problems_as_json(item.problems)}
        for item in made.rejected
    ]
    return _json({"decisions": decided, "rejected": rejected})


def _accepted(request: Request) -> list[str]:
    """Return the languages that the sender accepts, the most wanted first."""
    header = request.headers.get("Accept-Language", "")
    return [tag for tag, quality in parse_accept_lang_header(header) if quality > 0 and tag != "*"][:MOST_LANGUAGES]


def _actor(request: Request) -> Actor:
    if not isinstance(request.auth, Actor):  # never: the permission has seen to it
        raise TypeError
    return request.auth


def _json(body: dict[str, Any]) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), content_type="application/json")
