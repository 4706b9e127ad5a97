"""Give each request an id and an actor, and turn domain errors into pages."""

import re
import secrets
from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, resolve
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from governance.context import request_id
from governance.domain.actors import Actor
from governance.domain.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from governance.queries.people import actor_of

API = "/api/v1/"
Handler = Callable[[HttpRequest], HttpResponse]
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
STATUS: dict[type[DomainError], int] = {NotFound: 404, NotAllowed: 403, Conflict: 409, InvalidInput: 422}


class ConsoleRequest(HttpRequest):
    """A request after the middleware: it knows who acts."""

    actor: Actor


class RequestIdMiddleware:
    """Take or make the request's id, put it on logs, audit entries and the answer."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request under its id."""
        given = request.headers.get("X-Request-ID", "")
        identity = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(identity)
        try:
            with structlog.contextvars.bound_contextvars(request_id=identity):
                response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = identity
        return response


class ApiMiddleware:
    """Serve the API without what only pages need: sessions, sign-in, forms, messages, content policy.

    Requests of systems come by the hundred a second and carry a key; what pages need costs as much as they do.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve a request of the API in the sender's language; hand on any other."""
        if not request.path_info.startswith(API):
            return self.get_response(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        request.resolver_match = match
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response: HttpResponse = match.func(request, *match.args, **match.kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()
        response["Content-Length"] = str(len(response.content))
        response["Content-Language"] = language
        patch_vary_headers(response, ("Accept-Language",))
        return response


class ActorMiddleware:
    """Put the signed-in person's actor on the request, read when first used, and use their time zone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request as its person."""
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return self.get_response(request)
        actor = SimpleLazyObject(lambda: actor_of(user))
        request.actor = actor  # type: ignore[attr-defined]  # ConsoleRequest: the views' view of this request
        try:
            zone = ZoneInfo(user.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo("UTC")
        with timezone.override(zone):
            return self.get_response(request)


class DomainErrorMiddleware:
    """Answer a domain error that a page did not handle with a page that says what to do."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page for a domain error, None for anything else."""
        if not isinstance(error, DomainError):
            return None
        if isinstance(error, NotFound):
            raise Http404(error.message) from error
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
        return render(request, "errors/domain.html", {"error": error, "status": status}, status=status)
