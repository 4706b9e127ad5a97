"""The web server's way in."""

import gc
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from governance.project import env

# Run in each web process that is forked from one that has loaded the program (gunicorn --preload).
WHEN_FORKED = ("risk.actions.standby.warm_up",)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.project.settings")
if settings.STATIC_ROOT is not None:
    env.check_collected(settings.STATIC_ROOT)
application = get_wsgi_application()
for name in WHEN_FORKED:
    os.register_at_fork(after_in_child=import_string(name))
# What is loaded by now stays: the collector need not walk over it, which stops every request for a twentieth second.
gc.collect()
gc.freeze()
