"""WSGI entry for gunicorn."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from integrations.checks import refuse_wrong_keys  # noqa: E402 - needs the apps

refuse_wrong_keys()
