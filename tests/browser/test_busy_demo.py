"""The busy demo: told by the portal's own flows, it ends on a morning full of troubles."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import portal
from tests.browser.chromium import new_person
from tests.browser.running_demo import start_demo

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
WITHIN_S = 300
TROUBLES = [
    "Orders need work",
    "Ready to ship",
    "Placement failed",
    "Unconfirmed",
    "To reconnect",
    "Unreadable webhook",
    "Open alerts",
]

LEFT_TO_CONNECT = "tall-pine.myshopify.com"


def test_the_busy_demo_opens_on_its_troubles(browser: Browser, tmp_path: Path) -> None:
    demo = start_demo(tmp_path / "busy", WITHIN_S, BUSY="1")
    person = new_person(browser, base_url=demo.portal)
    try:
        page = person.context.new_page()
        portal.sign_in(page, demo)

        page.goto("/admin/")

        cards = page.locator(".attn")
        for title in TROUBLES:
            expect(cards).to_contain_text(title)
        page.goto("/admin/integrations/connection/")
        expect(page.get_by_text("blue-door.myshopify.com").first).to_be_visible()
        expect(page.get_by_text(LEFT_TO_CONNECT)).to_have_count(0)
        assert person.take_complaints() == []
        page.goto(demo.sandbox)
        expect(page.get_by_text("Tall Pine Pottery").first).to_be_visible()
    finally:
        person.context.close()
        demo.stop()
