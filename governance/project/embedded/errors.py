"""The one error that the embedded default shows to people."""


class EmbeddedError(Exception):
    """The embedded servers cannot run; the message says where, why and what to do."""
