"""What customers and partners do outside the portal: on the pages of the sandbox."""

from playwright.sync_api import Page, expect

from tests.browser import portal
from tests.browser.hands import Hand


def approve(hand: Hand, page: Page, link: str, store: str) -> None:
    """The partner opens the install link and allows it."""
    page.goto(link)
    expect(page.get_by_role("heading", name="Install")).to_be_visible()
    expect(page.locator("main")).to_contain_text(store)
    hand.press(page.get_by_role("button", name="Approve"))
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{store} is connected")


def choose(hand: Hand, page: Page, titles: list[str]) -> None:
    """One of each, as soon as the store has it in stock."""
    amounts = [page.get_by_label(f"Quantity of {title}").first for title in titles]
    for amount in amounts:
        portal.look_until(page, amount.and_(page.locator(":enabled")))
    for amount in amounts:
        hand.fill(amount, "1")


def pay(hand: Hand, page: Page) -> str:
    """The customer's details are filled in already; returns the order's number."""
    hand.press(page.get_by_role("button", name="Buy"))
    thanks = page.get_by_role("heading", level=1)
    expect(thanks).to_contain_text("Thank you, order #")
    return thanks.inner_text().rpartition(" ")[2]


def ship(hand: Hand, page: Page, reference: str) -> str:
    """The partner ships everything of one order; returns the tracking number they used."""
    row = page.get_by_role("row").filter(has_text=reference)
    portal.look_until(page, row)
    hand.press(row.get_by_role("link", name="Ship"))
    number = page.get_by_label("Tracking number").input_value()
    hand.press(page.get_by_role("button", name="Ship", exact=True))
    expect(page.locator("[data-test=tracking-number]")).to_have_text(number)
    return number


def read_mail(page: Page, order: str) -> str:
    """Open the newest mail about an order; returns its text."""
    subject = page.get_by_role("link", name=f"Your order {order} is on its way")
    portal.look_until(page, subject)
    subject.first.click()
    return page.locator("#mail-text").inner_text()
