"""Bought on the checkout page, and nobody touches anything but the warehouse's back office."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field

from playwright.sync_api import Page, expect

from tests.browser import portal
from tests.browser.chromium import new_person
from tests.browser.running_demo import KEPT, Demo
from tests.browser.steps import Walker
from tests.e2e.stack import ROOT

ACCOUNT, WAREHOUSE = "acct_crossdock", "wms.crossdock.example"
SHOP = "Canvas tote", "Calm tincture, 30 ml"


@dataclass
class Followed:
    """What the portal said of the order, stage by stage, and the mails that came."""

    number: str = ""
    stages: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    tracking: str = ""
    complaints: list[str] = field(default_factory=list)


def walk_by_warehouse(walker: Walker, demo: Demo) -> Followed:
    """From the checkout to the door."""
    seen, somebody = Followed(), new_person(walker.browser)
    page, staff = somebody.context.new_page(), walker.page
    _buy(page, demo)
    seen.number = _find_order(staff, demo)
    _see(seen, staff, "With partner")
    order = _open_at_warehouse(page, demo)
    for button, word in (("Start picking", "Picking"), ("It is packed", "Packed")):
        page.get_by_role("button", name=button).click()
        _hours_pass(demo)
        _see(seen, staff, word)
    page.get_by_label("Tracking number").fill("1ZDOOR1")
    page.get_by_role("button", name="Ship", exact=True).click()
    _hours_pass(demo)
    _see(seen, staff, "Shipped")
    seen.tracking = staff.locator("main").inner_text()
    page.get_by_role("button", name="Delivered").click()
    expect(page.locator("#status")).to_have_text("delivered")
    _hours_pass(demo)
    _see(seen, staff, "Delivered")
    walker.camera.take(staff, f"warehouse-order-{order}")
    seen.subjects = _mails(page, demo, seen.number)
    seen.complaints = [str(one) for one in somebody.take_complaints()]
    somebody.context.close()
    return seen


def _buy(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.sandbox}/checkout/{ACCOUNT}/")
    for title in SHOP:
        page.get_by_label(f"Quantity of {title}").fill("0")
    page.get_by_label("Quantity of Calm tincture, 30 ml").fill("2")
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")


def _find_order(staff: Page, demo: Demo) -> str:
    """The newest order of the checkout, by its number."""
    staff.goto(f"{demo.portal}/admin/orders/order/")
    link = staff.get_by_role("link", name=re.compile(r"S-[0-9A-Z]{8}"))
    portal.look_until(staff, link, 60)
    number = link.first.inner_text()
    link.first.click()
    return number


def _see(seen: Followed, staff: Page, word: str) -> None:
    """The order's page says so, sooner or later; nobody presses anything there."""
    portal.look_until(staff, staff.locator("main .badge", has_text=re.compile(f"^{word}$")), 60)
    seen.stages.append(word)


def _open_at_warehouse(page: Page, demo: Demo) -> str:
    page.goto(f"{demo.sandbox}/warehouses/{WAREHOUSE}/")
    link = page.locator("#orders a").first
    number = link.inner_text()
    link.click()
    expect(page.locator("#status")).to_have_text("new")
    return number


def _hours_pass(demo: Demo) -> None:
    """What the schedule does every five minutes, without waiting for it."""
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    subprocess.run(
        [sys.executable, "manage.py", "sync", "valley", "order_status"],
        cwd=ROOT,
        env=env | {"ENV_FILE": str(demo.folder / ".env")},
        check=True,
        timeout=60,
    )


def _mails(page: Page, demo: Demo, number: str) -> list[str]:
    page.goto(f"{demo.sandbox}/mail/")
    portal.look_until(page, page.get_by_role("link", name=f"Your order {number} has arrived"), 60)
    links = page.get_by_role("link", name=re.compile(re.escape(number)))
    return sorted(links.all_inner_texts())
