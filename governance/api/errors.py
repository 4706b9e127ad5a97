"""One form for every error of the API."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from rest_framework.response import Response
from rest_framework.views import exception_handler

from governance.domain.errors import DomainError, InvalidInput
from governance.middleware import STATUS


def handle_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return `{"error": {message, hint, fields}}` for domain errors and DRF's own; None lets it rise."""
    if isinstance(error, RequestDataTooBig):
        return _answer(413, "The body is too large.", "Send smaller batches.")
    if isinstance(error, DomainError):
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)
        fields = [vars(problem) for problem in error.problems] if isinstance(error, InvalidInput) else []
        return _answer(status, error.message, error.hint, fields)
    response = exception_handler(error, context)
    if response is None:
        return None
    detail = response.data.get("detail") if isinstance(response.data, dict) else None
    response.data = _answer(response.status_code, str(detail or response.data)).data
    return response


def _answer(status: int, message: str, hint: str = "", fields: list[dict[str, Any]] | None = None) -> Response:
    return Response({"error": {"message": message, "hint": hint, "fields": fields or []}}, status=status)
