"""What stops an import."""

from governance.domain.errors import DomainError


class ImportFailed(DomainError):  # noqa: N818  the house's way of naming what is shown to people
    """The import cannot begin or go on. The message says where, why and what to do."""


class ImportBusy(ImportFailed):
    """The same files are being imported by another process."""


class ImportStopped(DomainError):  # noqa: N818
    """Somebody cancelled the import; it can be resumed."""
