"""Parse JSON strictly and fast."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class StrictJSONParser(BaseParser):
    """Read standard JSON only: no NaN, no infinity, no broken UTF-8."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body; raises ParseError with line and column."""
        try:
            return orjson.loads(stream.read())
        except orjson.JSONDecodeError as error:
            raise ParseError(
                _("The body is not valid JSON: %(reason)s (line %(line)d, column %(column)d).")
                % {"reason": error.msg, "line": error.lineno, "column": error.colno}
            ) from error
