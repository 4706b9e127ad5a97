"""Say what is wrong with data that rules are to be run over: which file, which row group, which column."""


class DataError(ValueError):
    """Data that cannot be used, with its place and what to do.

    `row_group` counts from 0; what is not known is None.
    """

    def __init__(
        self, reason: str, *, file: str | None = None, row_group: int | None = None, column: str | None = None
    ) -> None:
        self.reason, self.file, self.row_group, self.column = reason, file, row_group, column
        place = [
            file,
            None if row_group is None else f"row group {row_group}",
            None if column is None else f"column {column}",
        ]
        shown = ", ".join(part for part in place if part is not None)
        super().__init__(f"{shown}: {reason}" if shown else reason)

    def at(self, *, file: str, row_group: int | None = None) -> "DataError":
        """Return the same error with the file, and the row group where one is known."""
        return DataError(
            self.reason,
            file=self.file or file,
            row_group=row_group if self.row_group is None else self.row_group,
            column=self.column,
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error cross from a worker process to the one that asked."""
        return (_rebuild, (self.reason, self.file, self.row_group, self.column))


def _rebuild(reason: str, file: str | None, row_group: int | None, column: str | None) -> DataError:
    return DataError(reason, file=file, row_group=row_group, column=column)
