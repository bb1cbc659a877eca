"""ASGI entry: everything in one process; in production gunicorn and config.wsgi serve faster."""

import os
import warnings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("CROSSDOCK_PROCESS", "asgi")

from django.core.asgi import get_asgi_application

# WhiteNoise hands static files over as plain iterators; they are small, so reading them is fine.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")

application = get_asgi_application()
