"""Who sees which button: on list rows, on pages, in their menus and dialogs, in the bulk bar."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from tests.config.access.addresses import ADMINS, LINES
from tests.config.access.people import GROUPS, browser_of, make_person
from tests.config.access.world import World, make_world

pytestmark = pytest.mark.django_db
Shown = tuple[str, str, str]
ADDRESS = re.compile(r"/admin/(\w+/\w+)/[^/]+/do/(\w+)/$")
TAG = re.compile(r"<(button|form|dialog)\b([^>]*)>")


def declared(user: User) -> set[Shown]:
    """(kind of row, button, where) of everything this person is meant to see."""
    found = set()
    for kind, one in ADMINS.items():
        for name, action in one.portal_actions.items():
            if not user.has_perm(action.perm):
                continue
            on_page = action.where & {"detail", "menu", "inline"}
            places = {
                "list": "row" in action.where,
                "bulk": "bulk" in action.where,
                "page": on_page,
                "dialog": on_page and action.asks and kind != LINES,
            }
            found |= {(kind, name, place) for place, is_there in places.items() if is_there}
    return found


def seen(client: Client, world: World) -> set[Shown]:
    """The same, read off every list and the page of every row of the world."""
    found = set()
    for kind in ADMINS:
        found |= set(read(get(client, f"/admin/{kind}/"), kind))
    for kind, row in world.pages():
        found |= set(read(get(client, f"/admin/{kind}/{row.pk}/change/"), kind))
    for page in ("?dashboard=1", "connect-partner/"):
        found |= set(read(get(client, f"/admin/{page}"), ""))
    return found


def get(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code in (200, 302, 403), address
    return answer.content.decode()


def read(html: str, kind: str) -> Iterator[Shown]:
    """The buttons and dialogs of one page; `kind` is what the page is about."""
    for tag, attributes in TAG.findall(html):
        values = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        if values.get("name") == "action":
            yield kind, values["value"], "bulk"
        if hit := ADDRESS.search(values.get("formaction", "")):
            yield hit[1], hit[2], "list" if values["form"] == "changelist-form" else "page"
        if hit := re.match("do-(.*)", values.get("popovertarget", "")):
            hides = values.get("popovertargetaction") == "hide"
            yield kind, hit[1], "dialog" if hides else "page"
        if tag == "form" and (hit := ADDRESS.search(values.get("action", ""))):
            yield hit[1], hit[2], "dialog"


@pytest.mark.parametrize("group", GROUPS)
def test_a_person_is_shown_every_button_they_may_press_and_no_other(group, monkeypatch):
    cache.clear()
    world, user = make_world(monkeypatch), make_person(group)

    assert seen(browser_of(user), world) == declared(user)
