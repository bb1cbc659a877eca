"""The portal with the keyboard alone: the whole first walk, and what else has keys."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import Axe
from tests.browser.chromium import PHONE, Person
from tests.browser.hands import Keyboard
from tests.browser.running_demo import Demo
from tests.browser.steps import Walker, colleague
from tests.browser.walks import LAST_LEG, Seen

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_importing_buying_submitting_and_shipping_need_no_mouse(
    by_our_center: Seen, keyboard: Keyboard
) -> None:
    assert LAST_LEG in by_our_center.told.at_store
    assert keyboard.stops > 150


def test_the_focus_could_be_seen_at_every_stop(by_our_center: Seen, keyboard: Keyboard) -> None:
    assert list(dict.fromkeys(keyboard.complaints)) == []


def test_every_dialog_took_the_focus_and_gave_it_back(
    by_our_center: Seen, keyboard: Keyboard
) -> None:
    # The terms, the partner order, the parcel: each was left with Escape and opened again.
    assert keyboard.dialogs == 3


@pytest.fixture
def staff(straight: Seen, walker: Walker, demo: Demo) -> Iterator[Person]:
    person = colleague(walker, demo)
    yield person
    person.context.close()


@pytest.fixture
def page(staff: Person) -> Page:
    """The list of orders, with nothing pressed yet."""
    page = staff.context.new_page()
    page.goto("/admin/orders/order/")
    return page


def test_a_slash_begins_a_search_and_enter_opens_the_hit(page: Page, straight: Seen) -> None:
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.type(straight.order.lstrip("#"))
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(straight.order)


def test_rows_are_walked_ticked_and_acted_on(page: Page, keyboard: Keyboard, axe: Axe) -> None:
    page.goto("/admin/integrations/connection/")
    bulk = page.get_by_role("group", name="Actions on ticked rows")
    expect(bulk).to_be_hidden()
    for key in "jjx":
        page.keyboard.press(key)
    expect(bulk).to_contain_text("1 ticked")
    keyboard.press(bulk.get_by_role("button", name="Pause…"))

    title = page.get_by_role("heading", level=1)
    expect(title).to_contain_text("Pause")
    assert axe.look(page, parts=False) == []
    keyboard.press(page.get_by_role("link", name="Back", exact=True))
    expect(title).to_have_text("Connections")


def test_a_menu_is_opened_walked_and_left(page: Page, keyboard: Keyboard) -> None:
    keyboard.press(page.get_by_role("link", name="#1002", exact=True))
    more = page.locator("details.menu summary", has_text="More")
    keyboard.press(more)
    page.keyboard.press("Tab")
    inside = "document.activeElement.closest('details.menu .pop') !== null"
    expect(page.get_by_role("link", name="History")).to_be_visible()
    assert page.evaluate(inside)
    page.keyboard.press("Escape")

    expect(more).to_be_focused()
    expect(page.get_by_role("link", name="History")).to_be_hidden()


def test_a_dialog_of_a_menu_gives_the_focus_back_to_the_menu(
    page: Page, keyboard: Keyboard
) -> None:
    page.goto("/admin/integrations/connection/1/change/")
    more = page.locator("details.menu summary", has_text="More")
    keyboard.press(more)
    keyboard.press(page.get_by_role("button", name="Pause…"))
    expect(page.get_by_role("dialog").get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(more).to_be_focused()


def test_tab_stays_in_an_open_dialog(page: Page, keyboard: Keyboard) -> None:
    page.goto("/admin/integrations/connection/1/change/")
    keyboard.press(page.locator("details.menu summary", has_text="More"))
    keyboard.press(page.get_by_role("button", name="Pause…"))
    outside = (
        "!document.activeElement.closest('dialog') && document.activeElement !== document.body"
    )
    for key in ["Tab"] * 8 + ["Shift+Tab"] * 8:
        page.keyboard.press(key)
        assert not page.evaluate(outside)


def test_the_letters_can_be_switched_off(page: Page, keyboard: Keyboard, axe: Axe) -> None:
    keyboard.press(page.get_by_label("Account"))
    assert axe.look(page, parts=False) == []
    keyboard.press(page.get_by_role("button", name="Keyboard"))
    keyboard.press(page.get_by_role("button", name="Turn keyboard shortcuts off"))
    page.reload()
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.keyboard.press("/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
    expect(page.get_by_role("searchbox", name="Search")).not_to_be_focused()


def test_the_sidebar_of_a_phone_opens_and_closes(
    straight: Seen, walker: Walker, demo: Demo, keyboard: Keyboard
) -> None:
    person = colleague(walker, demo, viewport=PHONE)
    page = person.context.new_page()
    page.goto("/admin/orders/order/")
    menu, sidebar = page.get_by_label("Menu"), page.get_by_role("navigation", name="Sidebar")
    keyboard.press(menu)
    expect(sidebar).to_be_visible()
    page.keyboard.press("Escape")
    expect(sidebar).to_be_hidden()
    expect(menu).to_be_focused()
    person.context.close()
