"""Rows in every state there is a button for, which the demo has only when something goes wrong."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.browser.axe import Axe
from tests.browser.chromium import Person, new_person
from tests.config.access.addresses import ADMINS, LINES
from tests.config.access.world import World, make_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def world(live_server: LiveServer, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> World:
    """After `browser`: from then on the database may be used in this thread."""
    cache.clear()
    return make_world(monkeypatch)


@pytest.fixture
def ann(world: World, live_server: LiveServer, browser: Browser) -> Person:
    """A superuser, signed in."""
    client = Client()
    client.force_login(User.objects.create_superuser("ann"))
    return enter(browser, live_server, client)


def enter(browser: Browser, server: LiveServer, client: Client, **options: Any) -> Person:
    """A window with the session of a test client."""
    person = new_person(browser, base_url=server.url, **options)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    person.context.add_cookies([{**session, "url": server.url}])
    return person


def test_every_list_and_page_in_every_state_can_be_read_by_everybody(
    world: World, ann: Person, axe: Axe
) -> None:
    page = ann.context.new_page()
    paths = [f"/admin/{kind}/" for kind in ADMINS]
    paths += [f"/admin/{kind}/{row.pk}/change/" for kind, row in world.pages() if kind != LINES]
    wrong = []
    for path in dict.fromkeys(paths):
        page.goto(path)
        found = [*axe.look(page, parts=True), *ann.take_complaints()]
        wrong += [f"{path}: {what}" for what in found]
    ann.context.close()

    assert not wrong, "\n".join(dict.fromkeys(wrong))
