"""The product's own settings, after the servers of the test run have been found or started.

pytest-django reads the settings before any conftest is loaded, so this is the place to name the servers.
"""

import os

from tests.servers import name_servers

os.environ["AEDILE_ENV"] = "test"
name_servers(os.environ)

from governance.project.settings import *  # noqa: E402, F403  (the servers come first; all settings are wanted)
