"""Lists in Chromium: how much fits, what joins an open one, all rows, phones, no JavaScript."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from integrations.models import BulkAction, Connection
from orders.models import Order
from tests.browser.chromium import DESKTOP, PHONE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
ORDERS = "/admin/orders/order/"
SOON_MS = "300"


def make_orders(number: int, **fields: Any) -> list[Order]:
    store, _ = Connection.objects.get_or_create(
        provider="shopify", slug="own", defaults={"name": "Own", "status": "active"}
    )
    now, before = timezone.now(), Order.objects.count()
    return Order.objects.bulk_create(
        Order(
            number=f"#{before + n:04}",
            connection=store,
            external_id=str(before + n),
            source_version=now,
            placed_at=now - timedelta(minutes=1000 - before - n),
            currency="USD",
            total=before + n,
            **fields,
        )
        for n in range(number)
    )


def full_rows(page: Page) -> int:
    """Rows between the head of the table and its foot that are wholly in the window."""
    return page.evaluate("""() => {
        const foot = document.querySelector(".pager").getBoundingClientRect().top;
        return [...document.querySelectorAll("#result_list tbody tr")]
            .map((row) => row.getBoundingClientRect())
            .filter((box) => box.top >= 0 && box.bottom <= foot + 1).length;
    }""")


def test_sixteen_orders_fit_a_laptop(staff: Any) -> None:
    make_orders(60)
    page = staff(viewport=DESKTOP)
    page.goto(ORDERS)

    assert full_rows(page) >= 16


def test_the_head_of_a_list_stays_in_sight(staff: Any) -> None:
    make_orders(60)
    page = staff(viewport=DESKTOP)
    page.goto(ORDERS)
    page.evaluate("window.scrollTo(0, 900)")

    head = page.get_by_role("columnheader", name="Order", exact=True).bounding_box()
    bar = page.locator("#header").bounding_box()
    assert head
    assert bar
    assert abs(head["y"] - (bar["y"] + bar["height"])) <= 1


def hurry(page: Page) -> None:
    """The list asks at once instead of every 30 seconds."""

    def answer(route: Any) -> None:
        response = route.fetch()
        body = response.text().replace('live-every="30000"', f'live-every="{SOON_MS}"')
        route.fulfill(response=response, body=body)

    page.route(re.compile(f"{ORDERS}$"), answer)


def test_an_open_list_says_what_joined_it_and_moves_no_row(staff: Any) -> None:
    make_orders(3)
    page = staff(viewport=DESKTOP)
    hurry(page)
    with page.expect_response(re.compile("/new/")):
        page.goto(ORDERS)
    make_orders(2)

    note = page.get_by_role("link", name="2 new orders · Refresh")
    expect(note).to_be_visible()
    assert page.locator("#result_list tbody tr").count() == 3
    note.click()
    expect(page.locator("#result_list tbody tr")).to_have_count(5)
    expect(note).to_be_hidden()


def test_a_tab_nobody_looks_at_asks_nothing(staff: Any) -> None:
    make_orders(1)
    page = staff(viewport=DESKTOP)
    hurry(page)
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => true })")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(ORDERS)
    page.wait_for_timeout(4 * int(SOON_MS))

    assert not [url for url in asked if "/new/" in url]


def test_all_rows_of_all_pages_lead_to_one_question(staff: Any) -> None:
    make_orders(60)
    page = staff(viewport=DESKTOP)
    page.goto(ORDERS)
    page.locator("#action-toggle").check()
    page.get_by_role("button", name="Select all 60").click()
    expect(page.get_by_text("All 60 ticked")).to_be_visible()
    page.get_by_role("button", name="Hold…").click()

    expect(page.get_by_role("heading", name="Hold: 60 orders?")).to_be_visible()
    page.get_by_role("button", name="Hold", exact=True).dblclick()
    expect(page.get_by_role("heading", name="Hold: 60 orders")).to_be_visible()
    expect(page.get_by_text("0 of 60.")).to_be_visible()
    assert BulkAction.objects.get().status == "queued"


def test_row_buttons_can_be_pressed_on_a_phone(staff: Any) -> None:
    (order,) = make_orders(1, held_at=timezone.now(), attention="on_hold")
    page = staff(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(ORDERS)
    button = page.get_by_role("button", name="Release")
    box = button.bounding_box()
    assert box
    assert box["height"] >= 24
    assert box["x"] + box["width"] <= PHONE["width"]
    button.tap()

    expect(page.get_by_text("1 order released")).to_be_visible()
    order.refresh_from_db()
    assert order.held_at is None


def test_filters_and_page_sizes_work_without_javascript(staff: Any) -> None:
    make_orders(60)
    page = staff(viewport=DESKTOP, java_script_enabled=False)
    page.goto(ORDERS)
    total = page.locator(".chip", has=page.locator("summary", has_text="Total"))
    total.locator("summary").click()
    total.get_by_label("From").fill("10")
    total.get_by_label("To").fill("39")
    total.get_by_role("button", name="Show").click()
    expect(page.locator("summary", has_text="Total: 10 – 39")).to_be_visible()  # noqa: RUF001
    expect(page.locator("#result_list tbody tr")).to_have_count(30)

    page.locator(".sizes summary").click()
    page.get_by_role("link", name="25 rows").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(25)
    page.get_by_role("link", name="Remove filter total").click()
    expect(page.get_by_text("of 60")).to_be_visible()
    expect(page.locator("#result_list tbody tr")).to_have_count(25)
