"""Every page staff can come to in the filled demo: lists, details, and the pages beside them."""

import re

from playwright.sync_api import Page

BESIDE = {
    "dashboard": "/admin/?dashboard=1",
    "set-up": "/admin/setup/",
    "connect-partner": "/admin/connect-partner/",
    "connect-erp": "/admin/connect/sellercloud/",
    "run-purchase-orders": "/admin/inventory/purchase-orders/run/",
    "import-file": "/admin/import/variants/",
    "make-api-key": "/admin/api-keys/new/",
    "api": "/api/v1/docs",
    "search-none": "/admin/search/?q=nothing-like-it",
    "search-many": "/admin/search/?q=coffee",
    "password": "/admin/password_change/",
    "time-zone": "/admin/time-zone/",
    "kit": "/admin/kit/",
    "not-found": "/admin/nothing-here/",
}
STRANGERS = {"login": "/admin/login/", "bad-link": "/connect/shopify/not-a-link/"}
# Lists of which more than the first row is worth a look.
ROWS = {"Orders": 2, "Shipments": 3, "Runs": 4, "Partners & terms": 3, "Connections": 3}


def find_surfaces(page: Page) -> dict[str, str]:
    """Name and path of every page, by walking the sidebar and opening the first rows."""
    found: dict[str, str] = {}
    sidebar = page.get_by_role("navigation", name="Sidebar")
    links = {
        link.locator("span").first.inner_text(): link.get_attribute("href")
        for link in sidebar.get_by_role("listitem").get_by_role("link").all()
    }
    for name, path in links.items():
        key = re.sub(r"\W+", "-", name.lower())
        found[key] = path
        page.goto(path)
        rows = page.locator("#result_list tbody tr th a").all()[: ROWS.get(name, 1)]
        for number, row in enumerate(rows, start=1):
            found[f"{key}-{number}"] = row.get_attribute("href")
    found |= BESIDE
    found["history"] = found["partners-terms-1"].replace("/change/", "/history/")
    found["button"] = found["orders-1"].replace("/change/", "/do/hold/")
    found["account"] = found["users-1"].replace("/change/", "/password/")
    found["new-account"] = found["users"] + "add/"
    found["own-store"] = "/admin/connect/shopify/"
    found["preview"] = _preview(page)
    return found


def _preview(page: Page) -> str:
    """The preview of importing whatever is not imported yet."""
    page.goto("/admin/catalog/")
    for box in page.locator("input.pick").all():
        box.check()
    page.get_by_role("button", name="Preview import").click()
    page.wait_for_url("**/catalog/preview/**")
    return page.url.partition("/admin/")[2].join(["/admin/", ""])
