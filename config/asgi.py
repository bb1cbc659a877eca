"""ASGI entry: everything in one process; in production gunicorn and config.wsgi serve faster."""

import os
import warnings
from concurrent.futures import ThreadPoolExecutor

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("CROSSDOCK_PROCESS", "asgi")

from django.core.asgi import get_asgi_application

# WhiteNoise hands static files over as plain iterators; they are small, so reading them is fine.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")

application = get_asgi_application()

from integrations.checks import refuse_wrong_keys  # noqa: E402 - needs the apps

with ThreadPoolExecutor(1) as aside:  # this module may be loaded inside a running event loop
    aside.submit(refuse_wrong_keys).result()
