"""Every address a person is shown, or may open by the table: nothing refused, nothing violated."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.accounts import NO_GROUP, make_account, sign_in
from tests.browser.axe import Axe
from tests.browser.chromium import policy_of
from tests.browser.crawl import START, Crawl
from tests.browser.running_demo import Demo
from tests.browser.steps import Walker
from tests.browser.walks import Seen
from tests.config.access.addresses import read_table
from tests.config.access.people import GROUPS, PEOPLE
from tests.config.access.policy import loose_sources
from tests.config.access.table import TABLE

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
PERSONS = {"no rights": NO_GROUP} | {group: group.lower() for group in GROUPS}
EXPECTED = read_table(TABLE, len(PEOPLE))
# A file is no page, and nobody is sent on by us to somebody else's page.
ELSEWHERE = {"icons.svg", "jsi18n/", "autocomplete/", "catalog/variants.csv", "connect/<id>/"}


@pytest.fixture(scope="session")
def accounts(straight: Seen, walker: Walker, demo: Demo, browser: Browser) -> dict[str, str]:
    context = browser.new_context(
        storage_state=walker.staff.context.storage_state(), base_url=demo.portal
    )
    for who, name in PERSONS.items():
        make_account(context.new_page(), name, who if who in GROUPS else "")
    context.close()
    return PERSONS


@pytest.mark.parametrize("who", PERSONS)
def test_nothing_that_is_shown_to_a_person_is_refused_or_broken(
    who: str, accounts: dict[str, str], browser: Browser, demo: Demo
) -> None:
    person = sign_in(browser, demo, accounts[who])
    crawl = Crawl(person, demo.portal)

    crawl.follow(START)
    crawl.follow(addresses_of(who, crawl.newest))

    person.context.close()
    assert len(crawl.shown) >= (4 if who == "no rights" else 50)
    assert not crawl.wrong, "\n".join(crawl.wrong)


def addresses_of(who: str, rows: dict[str, int]) -> Iterator[str]:
    """What the table lets this person open, with rows that the crawl came by."""
    column = PEOPLE.index(who)
    for address, cells in EXPECTED.items():
        kind = "/".join(address.split("/")[:2])
        if cells[column][0] != 200 or address in ELSEWHERE:
            continue
        if "<id>" not in address:
            yield f"/admin/{address}"
        elif kind in rows:
            yield f"/admin/{address.replace('<id>', str(rows[kind]))}"


def test_a_page_that_is_refused_says_so_in_our_words(
    accounts: dict[str, str], browser: Browser, demo: Demo, axe: Axe
) -> None:
    person = sign_in(browser, demo, accounts["Viewer"])
    page = person.context.pages[0]

    answer = page.goto("/admin/auth/user/")

    assert answer.status == 403
    expect(page.get_by_role("heading", level=1)).to_have_text("You may not do this")
    assert [*loose_sources(policy_of(answer)), *axe.look(page, parts=False)] == []
    assert person.take_complaints() == []
    person.context.close()


def test_who_may_open_nothing_yet_gets_a_page_that_helps(
    accounts: dict[str, str], browser: Browser, demo: Demo, axe: Axe
) -> None:
    person = sign_in(browser, demo, accounts["no rights"])
    page = person.context.pages[0]

    expect(page.get_by_role("listitem").filter(has_text=demo.login)).to_be_visible()
    assert axe.look(page, parts=True) == []
    page.get_by_label("Account").click()
    with page.expect_response("**/admin/logout/") as left:
        page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are logged out")
    assert [*loose_sources(policy_of(left.value)), *axe.look(page, parts=False)] == []
    assert person.take_complaints() == []
    person.context.close()
