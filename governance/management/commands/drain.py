"""Work on waiting facts in this process."""

from typing import Any

from django.core.management.base import BaseCommand

from governance.actions.outbox import work_off_waiting


class Command(BaseCommand):
    """Do what the workers would do, until nothing waits: for scripts on a machine where no worker runs."""

    help = "Work on waiting facts here and now until none is left (signals, rules, cases), without workers."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many facts were worked on."""
        self.stdout.write(f"Worked on {work_off_waiting():,} facts.")
