"""Verify the hash chain of the audit log."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand

from governance.queries.audit import verify_chain


class Command(BaseCommand):
    """Walk the chain; exit 1 and name the first broken entry when it does not hold."""

    help = "Verify that no entry of the audit log was changed, removed or reordered behind its back."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line with the verdict."""
        begun = time.perf_counter()
        result = verify_chain()
        seconds = time.perf_counter() - begun
        if result.first_break is None:
            self.stdout.write(f"The audit log holds: {result.links:,} entries verified in {seconds:.1f} s.")
            return
        place = result.first_break
        self.stderr.write(
            f"The audit log is broken at link {place.seq} (entry {place.entry_id}): {place.problem}. "
            f"The {result.links:,} links before it hold."
        )
        sys.exit(1)
