"""The keys of the portal in Chromium: each does what the list behind `?` says of it."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page, expect

from tests.browser.axe import Axe
from tests.browser.chromium import PHONE
from tests.browser.test_lists import make_orders

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
USERS, HEALTH = "/admin/auth/user/", "/admin/health/"
SHOWN = """() => [...document.querySelectorAll("kbd")]
    .filter((key) => key.checkVisibility() && key.textContent === "/")
    .map((key) => key.parentElement.querySelector("input").id)"""


@pytest.fixture
def page(staff: Any) -> Page:
    return staff()


def title(page: Page) -> Any:
    return page.get_by_role("heading", level=1)


@pytest.mark.parametrize(("address", "box"), [(USERS, "searchbar"), (HEALTH, "jump")])
def test_a_slash_goes_where_it_is_drawn(page: Page, address: str, box: str) -> None:
    page.goto(address)
    assert page.evaluate(SHOWN) == [box]
    assert page.locator("[aria-keyshortcuts='/']").get_attribute("id") == box
    page.keyboard.press("/")

    expect(page.locator(f"#{box}")).to_be_focused()
    expect(page.locator(f"#{box}")).to_have_value("")
    assert page.evaluate(SHOWN) == []


def test_without_a_script_no_key_is_drawn(staff: Any) -> None:
    page = staff(java_script_enabled=False)
    page.goto(USERS)

    expect(page.locator(".search kbd, .jump kbd")).to_have_count(0)
    expect(page.get_by_role("button", name="Keyboard")).to_have_count(0)


def test_g_and_a_letter_goes_there(page: Page) -> None:
    page.goto(USERS)
    page.keyboard.press("g")
    page.keyboard.press("o")

    expect(title(page)).to_have_text("Orders")


def test_rows_are_walked_and_opened(page: Page) -> None:
    for name in ("ann", "bob"):
        User.objects.create_user(name)
    page.goto(USERS)
    for key in ("j", "j", "j", "k", "Enter"):
        page.keyboard.press(key)

    expect(title(page)).to_have_text("bob")


def test_a_row_is_ticked(page: Page) -> None:
    make_orders(3)
    page.goto("/admin/orders/order/")
    for key in ("j", "j", "x"):
        page.keyboard.press(key)

    expect(page.get_by_role("group", name="Actions on ticked rows")).to_contain_text("1 ticked")
    expect(page.locator("#result_list tbody tr").nth(1).get_by_role("checkbox")).to_be_checked()


def test_a_question_mark_lists_the_keys_and_escape_leaves_them(page: Page, axe: Axe) -> None:
    page.goto(USERS)
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_be_visible()
    for line in ("/Search", "g oOrders", "j kRow down", "xTick"):
        expect(keys).to_contain_text(line)
    expect(keys.get_by_role("button", name="Close")).to_be_focused()
    assert axe.look(page, parts=False) == []
    page.keyboard.press("Escape")

    expect(keys).to_be_hidden()


def test_the_keys_are_found_from_the_account_menu_and_switched_off_there(page: Page) -> None:
    page.goto(USERS)
    page.get_by_label("Account").click()
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_role("button", name="Turn keyboard shortcuts off").click()
    page.keyboard.press("Escape")
    assert page.evaluate(SHOWN) == []
    page.keyboard.press("?")

    expect(page.get_by_role("dialog")).to_be_hidden()


# --- what else is new in the shell


def test_rights_are_ticked_on_a_phone(staff: Any, axe: Axe) -> None:
    page = staff(viewport=PHONE)
    group = Group.objects.create(name="Buyers")
    page.goto(f"/admin/auth/group/{group.pk}/change/")
    page.get_by_label("View orders", exact=True).check()
    page.get_by_label("Approve or discard held runs").check()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert axe.look(page, parts=False) == []
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/auth/group/")

    names = set(group.permissions.values_list("codename", flat=True))
    assert names == {"view_order", "release_run"}


def test_a_zone_is_chosen_from_the_account_menu_without_a_script(staff: Any) -> None:
    page = staff(java_script_enabled=False)
    page.goto(USERS)
    page.get_by_label("Account").click()
    page.get_by_role("link", name="Your time zone").click()
    page.get_by_label("Your time zone").select_option("Asia/Kolkata")
    page.get_by_role("button", name="Use this time zone").click()

    expect(page.get_by_role("link", name="Times in IST")).to_be_visible()


def test_the_page_of_the_zone_is_plain_to_everybody(page: Page, axe: Axe) -> None:
    page.goto("/admin/time-zone/")

    assert axe.look(page, parts=True) == []
