#!/usr/bin/env python
"""Aedile's command line. Without DATABASE_URL it brings its own servers (see docs/adr/0003)."""

import os
import sys

from django.core.management import execute_from_command_line

from governance.project.embedded.entry import run_supervisor, servers_for
from governance.project.embedded.errors import EmbeddedError


def main() -> int:
    """Run one command and return its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.project.settings")
    code = run_supervisor(sys.argv[1:])
    if code is not None:
        return code
    try:
        with servers_for(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
