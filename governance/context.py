"""The request that is being served, for what is written far from it (audit, logs)."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
