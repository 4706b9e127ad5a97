"""Run the whole of Aedile on this machine."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from governance.project.embedded.entry import add_port_argument, run_up


class Command(BaseCommand):
    """Make `up` known to `help`; `manage.py` itself runs it without loading Django first."""

    help = "Start PostgreSQL, Valkey, the web server, a worker and the scheduler, until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        add_port_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until stopped."""
        sys.exit(run_up(options["port"]))
