"""Take the files of a form no further than they are allowed, and none on a page that asks for none."""

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NoReturn

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

Check = Callable[[int, int], str]  # number of files, bytes in all → what is wrong with that, or nothing


class RefusedUploads(FileUploadHandler):
    """Stops reading at the first file. It holds wherever a page does not name handlers of its own."""

    def new_file(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Take nothing more of the request."""
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Never comes to this."""

    def file_complete(self, file_size: int) -> None:
        """Never comes to this."""


class CappedUploads(TemporaryFileUploadHandler):
    """Takes files as far as a check allows.

    Of a request that says beforehand that it is larger, nothing is read behind the fields that come before the files;
    one that is larger than it says is cut off there. Then `problem` tells what is wrong.
    """

    def __init__(self, request: HttpRequest, check: Check) -> None:
        super().__init__(request)
        self.problem = ""
        self._check = check
        self._files = 0
        self._bytes = 0

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],  # noqa: N803  Django's name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Take the size that the request announces for that of its files, less the room that other fields have."""
        self._bytes = content_length - int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Open the next file, if it may come."""
        self._files += 1
        self._stop_when_refused()
        if self._files == 1:
            self._bytes = 0
            Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(parents=True, exist_ok=True, mode=0o700)
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece of a file."""
        self._bytes += len(raw_data)
        self._stop_when_refused()
        super().receive_data_chunk(raw_data, start)

    def _stop_when_refused(self) -> None:
        self.problem = self._check(self._files, self._bytes)
        if self.problem:
            raise StopUpload(connection_reset=True)
