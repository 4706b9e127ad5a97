"""Run the whole of Aedile with the demo marketplace."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from governance.project.embedded.entry import add_port_argument, run_demo


class Command(BaseCommand):
    """Make `demo` known to `help`; `manage.py` itself runs it without loading Django first."""

    help = "Do what `up` does, and load the demo marketplace when the database is new."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        add_port_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until stopped."""
        sys.exit(run_demo(options["port"]))
