"""Every address x every person x GET and POST, against the table; and what a refusal leaves."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import responses
from django.conf import settings as portal
from django.core.cache import cache

from integrations.services import connections
from tests.config.access.addresses import admin_addresses, other_addresses, read_table
from tests.config.access.asking import Answer, Asker
from tests.config.access.pages import OTHERS
from tests.config.access.people import GROUPS, PEOPLE, make_person
from tests.config.access.policy import STRICT, loose_sources
from tests.config.access.table import TABLE
from tests.config.access.world import World, make_world

pytestmark = pytest.mark.django_db
REFUSED = (403, 404, 405)
# A download leaves a line in the history: who took how much.
NOTED = {
    *("catalog/listings.csv", "catalog/variants.csv", "inventory/ledger.csv"),
    *("inventory/purchase-orders.csv", "inventory/stock.csv"),
    *("orders/orders.csv", "orders/shipments.csv"),
}
BUTTONS_OF_PAGES = {"catalog/import/", "catalog/refresh/", "logout/"}
POPUPS = ("/", "/add/", "/change/")


EXPECTED = read_table(TABLE, len(PEOPLE))
EXPECTED_OTHERS = read_table(OTHERS, 2)


@pytest.fixture
def world(monkeypatch, settings) -> Iterator[World]:
    """Where no system answers and nobody waits for one."""
    settings.WHITENOISE_AUTOREFRESH = True  # no scan of every static file for each client
    monkeypatch.setattr(connections, "time", SimpleNamespace(sleep=lambda seconds: None))
    cache.clear()
    with responses.RequestsMock(assert_all_requests_are_fired=False):
        yield make_world(monkeypatch)


def test_the_table_names_every_address_of_the_admin_and_none_that_is_gone():
    assert set(EXPECTED) == admin_addresses()


def test_the_second_table_names_every_other_address():
    assert set(EXPECTED_OTHERS) == other_addresses()


def test_every_button_of_the_table_refuses_to_be_opened():
    rows = {a: cells for a, cells in EXPECTED.items() if "/do/" in a or a in BUTTONS_OF_PAGES}
    gets = {get for a, cells in rows.items() if "<none>" not in a for get, _ in cells[1:]}

    assert len(rows) > 80
    assert gets == {405}


def test_who_has_more_rights_may_do_all_that_who_has_fewer_may():
    for address, cells in EXPECTED.items():
        for method in (0, 1):
            allowed = [cell[method] not in REFUSED for cell in cells[1:]]
            assert allowed == sorted(allowed), address


@pytest.mark.parametrize("who", PEOPLE)
def test_every_address_answers_as_the_table_says(world, who):
    asker, column = Asker(make_person(who), world), PEOPLE.index(who)

    wrong = [
        f"{method} {address}: {problem}"
        for address, cells in EXPECTED.items()
        for method, status in zip(("GET", "POST"), cells[column], strict=True)
        if status
        for problem in problems(asker.ask(method, address), status, method, address, who)
    ]

    assert not wrong, "\n".join(wrong)


def problems(answer: Answer, status: int, method: str, address: str, who: str) -> Iterator[str]:
    """What is wrong with one answer."""
    if answer.status != status:
        yield f"{answer.status} instead of {status}"
    refused = status in REFUSED or who == "anonymous"
    if answer.writes and (refused or method == "GET") and address not in NOTED:
        yield f"wrote {answer.writes[0]}"
    if loose := loose_sources(answer.policy):
        yield f"allows {loose}"
    if answer.inline:
        yield f"has {answer.inline} in it"
    if who == "anonymous" and status == 302 and not answer.wants_login and address != "logout/":
        yield f"sends nobody to {answer.to}"
    if who != "anonymous" and answer.wants_login:
        yield "asks for a login again"


@pytest.mark.parametrize("who", ["no rights", "Viewer", "Owner"])
def test_a_popup_shows_no_more_than_its_page(world, who):
    asker, column = Asker(make_person(who), world), PEOPLE.index(who)
    pages = [a for a in EXPECTED if a.count("/") > 1 and a.endswith(POPUPS) and "/do/" not in a]

    answers = {a: asker.ask("GET", a, "?_popup=1").status for a in pages}

    assert len(pages) > 100
    assert answers == {a: EXPECTED[a][column][0] for a in pages}


@pytest.mark.parametrize("who", ["anonymous", "Owner"])
def test_no_address_of_the_admin_takes_a_post_without_a_token(world, who):
    asker = Asker(make_person(who), world, enforce_csrf_checks=True)

    answers = {address: asker.ask("POST", address) for address in EXPECTED}

    assert {a: one.status for a, one in answers.items() if one.status != 403} == {}
    assert [address for address, one in answers.items() if one.writes] == []


@pytest.mark.parametrize("who", ["anonymous", "Owner"])
def test_the_other_addresses_answer_who_sends_no_token_as_the_table_says(world, who):
    asker = Asker(make_person(who), world, enforce_csrf_checks=True)
    column = ["anonymous", "Owner"].index(who)

    answers = {
        address: tuple(
            asker.ask_path(method, f"/{address.lstrip('^').replace('<id>', 'shopify')}").status
            for method in ("GET", "POST")
        )
        for address in EXPECTED_OTHERS
    }

    assert answers == {address: cells[column] for address, cells in EXPECTED_OTHERS.items()}


def test_the_policy_of_contents_has_no_exception():
    directives = portal.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert directives["default-src"] == ["'self'"]
    assert {source for sources in directives.values() for source in sources} <= STRICT


def test_each_group_is_a_column_of_the_table():
    assert PEOPLE[2:] == GROUPS
