"""What staff do in the portal, by the words they read there."""

import re

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as NotInTime

from tests.browser.hands import Hand
from tests.browser.running_demo import Demo

LOOK_AGAIN_MS = 500


def sign_in(page: Page, demo: Demo) -> None:
    """With the login the demo printed."""
    page.goto(demo.portal)
    page.get_by_label("Username").fill(demo.login)
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("navigation", name="Sidebar")).to_be_visible()


def go_to(hand: Hand, page: Page, name: str) -> None:
    """By the sidebar, where a number may stand behind the name."""
    sidebar = page.get_by_role("navigation", name="Sidebar")
    hand.press(sidebar.get_by_role("link", name=re.compile(f"^{name}")))


def open_checklist(hand: Hand, page: Page) -> None:
    """By the first line of the sidebar; once all is done, by the link on the dashboard."""
    go_to(hand, page, "Dashboard")
    from_dashboard = page.get_by_role("link", name="Checklist", exact=True)
    expect(page.get_by_role("heading", level=1, name="Set up").or_(from_dashboard)).to_be_visible()
    if from_dashboard.is_visible():
        hand.press(from_dashboard)


def step(page: Page, title: str) -> Locator:
    """A line of the checklist."""
    return page.get_by_role("listitem").filter(has=page.get_by_text(title))


def follow(hand: Hand, page: Page, title: str, button: str = "") -> Page:
    """Press the button of the step that is next; returns where it leads, maybe a new window.

    A step that waits for others offers to look at them; `button` is what it says afterwards.
    """
    open_checklist(hand, page)
    line = step(page, title)
    expect(line).to_have_class("now", timeout=60_000)
    link = line.get_by_role("link", name=button or None)
    expect(link).to_be_visible(timeout=60_000)
    return open_link(hand, page, link)


def open_link(hand: Hand, page: Page, link: Locator) -> Page:
    """Press it; the page it leads to, which may be a new window."""
    if link.get_attribute("target") != "_blank":
        hand.press(link)
        return page
    with page.context.expect_page() as opened:
        hand.press(link)
    return opened.value


def is_done(page: Page, title: str, seconds: float = 60) -> None:
    """Waits, without a click, until the checklist shows the step as done."""
    expect(step(page, title)).to_have_class("done", timeout=seconds * 1000)


def look_until(page: Page, wanted: Locator, seconds: float = 30) -> None:
    """Reload as an impatient person does until it is there; fails with what it waited for."""
    for _ in range(int(seconds * 1000 / LOOK_AGAIN_MS)):
        try:
            wanted.first.wait_for(timeout=LOOK_AGAIN_MS)
        except NotInTime:
            page.reload()
        else:
            return
    expect(wanted.first).to_be_visible(timeout=1)


def press(hand: Hand, page: Page, button: str, answer: str = "") -> str:
    """Press a button of the page, and the one of its question; returns what the page then says."""
    if answer:
        hand.ask(the_button(page, button))
        hand.press(page.get_by_role("dialog").get_by_role("button", name=answer, exact=True))
    else:
        hand.press(the_button(page, button))
    return said(page)


def the_button(page: Page, label: str) -> Locator:
    """The dots at the end say that it asks first."""
    return page.get_by_role("button", name=re.compile(f"^{re.escape(label)}(…)?$")).first


def said(page: Page) -> str:
    """The message at the top."""
    return page.locator(".messagelist li").first.inner_text()
