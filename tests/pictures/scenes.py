"""What a page looks like once somebody has done something on it: name, where, what."""

from collections.abc import Callable

from playwright.sync_api import Page

Act = Callable[[Page], object]


def tick_three(page: Page) -> None:
    """Three rows ticked: the bulk bar."""
    for box in page.locator("#result_list tbody input[type=checkbox]").all()[:3]:
        box.check(force=True)


def open_filter(page: Page) -> None:
    """The first filter open."""
    page.locator(".filters summary").first.click()


def ask_to_hold(page: Page) -> None:
    """The dialog of an order's first asking button."""
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("button", name="Hold").first.click()


def open_menu(page: Page) -> None:
    """The sidebar on a phone; on a desk it is there anyway."""
    button = page.get_by_role("button", name="Menu")
    if button.is_visible():
        button.click()


SCENES: dict[str, tuple[str, Act]] = {
    "orders-ticked": ("/admin/orders/order/", tick_three),
    "orders-filter": ("/admin/orders/order/", open_filter),
    "order-dialog": ("/admin/orders/order/?view=waiting", ask_to_hold),
    "menu": ("/admin/?dashboard=1", open_menu),
}
