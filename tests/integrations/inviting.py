"""An install link in the browser of the store's owner."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone

from integrations.models import InstallLink

COOKIE = "crossdock-install"


def go(client, path, **query):
    """Open the link; returns the state it was sent off with."""
    answer = client.get(path, query)
    assert answer.status_code == 302, answer.content.decode()
    return parse_qs(urlsplit(answer["Location"]).query)["state"][0]


def come_back(client, state, **params):
    values = {"state": state, "shop": "beans.fake", "code": "c-1", "hmac": "good"} | params
    return client.get("/connect/fake/callback/", values)


def age_state(seconds: int) -> None:
    InstallLink.objects.update(state_expires_at=timezone.now() - timedelta(seconds=seconds))
