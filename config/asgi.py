"""ASGI entry: everything in one process; in production only /live needs it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("CROSSDOCK_PROCESS", "asgi")

from django.core.asgi import get_asgi_application

application = get_asgi_application()
