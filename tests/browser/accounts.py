"""A colleague of each group, made and signed in on the pages staff use for it."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import Person, new_person
from tests.browser.running_demo import Demo

PASSWORD = "correct horse battery"
NO_GROUP = "nobody-yet"


def make_account(page: Page, name: str, group: str = "") -> None:
    """The owner adds a person, lets them in, and puts them into a group."""
    page.goto("/admin/auth/user/add/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password confirmation").fill(PASSWORD)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_label("Staff status").check()
    if group:
        page.get_by_role("checkbox", name=group, exact=True).check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist li")).to_contain_text("was changed successfully")


def sign_in(browser: Browser, demo: Demo, name: str) -> Person:
    """A window of their own, on whatever the portal shows them first."""
    person = new_person(browser, base_url=demo.portal)
    page = person.context.new_page()
    page.goto("/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Log in")
    return person
