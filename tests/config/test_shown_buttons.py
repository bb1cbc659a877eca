"""Who sees which button: on list rows, on pages, in their menus and dialogs, in the bulk bar."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from tests.config.access.addresses import ADMINS, LINES, read_table
from tests.config.access.people import GROUPS, PEOPLE, browser_of, make_person
from tests.config.access.table import TABLE
from tests.config.access.world import World, make_world

pytestmark = pytest.mark.django_db
Shown = tuple[str, str, str]
ADDRESS = re.compile(r"/admin/(\w+/\w+)/[^/]+/do/(\w+)/$")
OWN_PAGES = (
    "?dashboard=1",
    "setup/",
    "connect-partner/",
    "connect/shopify/",
    "api-keys/new/",
    "catalog/",
    "health/",
)
# Whose rows are not on their list as it opens.
TABS = (("catalog/unmatchedsku", "view=ignored"),)
# Who may press the button that was pressed on many rows (in the world, *Take it* of alerts), and
# who may import what the file is about.
LENT = {
    "integrations/bulkaction": "integrations.change_alert",
    "integrations/importjob": "catalog.import_variant",
}
TAG = re.compile(r"<(button|form|dialog)\b([^>]*)>")


def declared(user: User) -> set[Shown]:
    """(kind of row, button, where) of everything this person is meant to see."""
    found = set()
    for kind, one in ADMINS.items():
        for name, action in one.portal_actions.items():
            if not user.has_perm(LENT.get(kind, action.perm)):
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


def pages(client: Client, world: World) -> Iterator[tuple[str, str, str]]:
    """(kind, address, HTML) of every list, the page of every row, and the site's own pages."""
    found = [(kind, f"/admin/{kind}/") for kind in ADMINS]
    found += [(kind, f"/admin/{kind}/{row.pk}/change/") for kind, row in world.pages()]
    found += [(kind, f"/admin/{kind}/?{tab}") for kind, tab in TABS]
    found += [("", f"/admin/{page}") for page in OWN_PAGES]
    for kind, address in found:
        yield kind, address, get(client, address)


def seen(client: Client, world: World) -> set[Shown]:
    """The same, read off the pages."""
    return {one for kind, _, html in pages(client, world) for one in read(html, kind)}


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


def targets(html: str, address: str) -> set[str]:
    """Where the forms of a page lead by POST, and its buttons that lead elsewhere."""
    found = set()
    for tag, attributes in TAG.findall(html):
        values = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        if tag == "form" and values.get("method") == "post" and not is_idle(values, html):
            found.add(values.get("action") or address)
        found.add(values.get("formaction", ""))
    return found - {""}


def is_idle(form: dict[str, str], html: str) -> bool:
    """A form that carries buttons which say where they lead, or one without a button to save."""
    name = form.get("id", "")
    return name == "action-form" or (name.endswith("_form") and 'name="_save"' not in html)


@pytest.mark.parametrize("who", PEOPLE[1:])
def test_no_form_is_shown_to_a_person_whom_its_address_would_refuse(who, monkeypatch):
    cache.clear()
    world, column = make_world(monkeypatch), PEOPLE.index(who)
    client, expected = browser_of(make_person(who)), read_table(TABLE, len(PEOPLE))
    known = {re.compile(spelled(address)): cells for address, cells in expected.items()}

    for _, address, html in pages(client, world):
        for target in targets(html, address):
            cells = next(found for one, found in known.items() if one.fullmatch(target))
            assert cells[column][1] not in (403, 404, 405), f"{target} on {address}"


def spelled(address: str) -> str:
    """A pattern for the real addresses behind one of the table."""
    return f"/admin/{re.escape(address).replace('<id>', '[^/]+')}" + r"(\?.*)?"
