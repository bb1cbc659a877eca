"""The steps of a walk: each begins on the page that the checklist led to."""

import time
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, expect

from tests.browser import outside, portal
from tests.browser.chromium import Camera, Person, new_person
from tests.browser.hands import Hand, Mouse
from tests.browser.running_demo import Demo


@dataclass
class Told:
    """What stood at our order, at the store's page of it, and in the customer's mail."""

    at_order: str
    at_store: str
    in_mail: str


@dataclass
class Walker:
    """Staff with a window on the portal, strangers with windows of their own, and a camera.

    `hand` is what all of them work with.
    """

    browser: Browser
    staff: Person
    page: Page
    camera: Camera
    people: list[Person] = field(default_factory=list)
    hand: Hand = field(default_factory=Mouse)
    taken: int = 0

    def stranger(self) -> Page:
        """A browser that knows nothing of the portal's cookies."""
        person = new_person(self.browser)
        self.people.append(person)
        return person.context.new_page()

    def picture(self, name: str, page: Page | None = None) -> None:
        """For the eye, and for the documentation."""
        self.taken += 1
        self.camera.take(page or self.page, f"walk-{self.taken:02}-{name}")


def colleague(walker: Walker, demo: Demo, **options: object) -> Person:
    """A new window of somebody who is signed in already."""
    state = walker.staff.context.storage_state()
    return new_person(walker.browser, storage_state=state, base_url=demo.portal, **options)


def connect(walker: Walker, store: str) -> None:
    """Make the link and hand it over; the partner opens it in their browser and approves."""
    page = walker.page
    walker.hand.press(page.get_by_role("button", name="Create install link"))
    link = page.get_by_label("Install link").input_value()
    walker.picture("install-link")
    partner = walker.stranger()
    outside.approve(walker.hand, partner, link, store)
    walker.picture("approved", partner)


def import_products(walker: Walker, titles: list[str]) -> dict[str, str]:
    """All variants of these, at the markup of the page; our prices as the preview shows them."""
    page = walker.page
    portal.look_until(page, page.get_by_role("checkbox", name=titles[0]))
    expect(page.get_by_label("Markup")).to_have_value("25")
    boxes = [box for title in titles for box in page.get_by_role("checkbox", name=title).all()]
    for box in boxes:
        walker.hand.tick(box)
    expect(page.get_by_text(f"{len(boxes)} variants selected")).to_be_visible()
    walker.picture("catalog")
    walker.hand.press(page.get_by_role("button", name="Preview import"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Import {len(boxes)} variants")
    walker.picture("preview")
    prices = {
        price.get_attribute("aria-label").removeprefix("Our price of "): price.input_value()
        for price in page.get_by_role("textbox", name="Our price of").all()
    }
    walker.hand.press(page.get_by_role("button", name=f"Import {len(boxes)} variants"))
    assert f"Importing {len(boxes)} variants" in portal.said(page)
    expect(page.get_by_text("Completed").first).to_be_visible(timeout=60_000)
    walker.picture("import-run")
    return prices


def set_direct_terms(walker: Walker) -> None:
    """As the hint says: immediately, to the customer."""
    page = walker.page
    walker.hand.choose(page.get_by_label("Place orders"), "Immediately, one per order")
    walker.hand.choose(page.get_by_label("They ship to"), "The customer")
    walker.hand.press(page.get_by_role("button", name="Save", exact=True))


def confirm_terms(walker: Walker) -> None:
    """On the partner's page."""
    assert "Terms confirmed." in portal.press(
        walker.hand, walker.page, "Confirm terms", "Confirm terms"
    )
    walker.picture("terms")


def buy(walker: Walker, shop: Page, titles: list[str]) -> tuple[str, float]:
    """The customer buys one of each, we look at our orders; its number, and how long that took."""
    page = walker.page
    outside.choose(walker.hand, shop, titles)
    walker.picture("storefront", shop)
    number = outside.pay(walker.hand, shop)
    bought = time.monotonic()
    portal.go_to(walker.hand, page, "Orders")
    portal.look_until(page, page.get_by_role("link", name=number, exact=True))
    seconds = time.monotonic() - bought
    walker.picture("orders")
    return number, seconds


def place(walker: Walker, button: str) -> str:
    """Look at the preview, send it, see on the same page that they have it; its reference."""
    page = walker.page
    reference = page.get_by_role("heading", level=1).inner_text()
    walker.picture("partner-order")
    walker.hand.ask(portal.the_button(page, button))
    walker.picture("question")
    walker.hand.press(page.get_by_role("dialog").get_by_role("button", name=button, exact=True))
    assert f"{reference} is being sent to" in portal.said(page)
    expect(page.get_by_text("Placed", exact=True).first).to_be_visible(timeout=60_000)
    walker.picture("placed")
    return reference


def ship_on(walker: Walker, number: str) -> None:
    """From our center to the customer, under a number of our carrier."""
    page = walker.page
    walker.picture("order")
    walker.hand.ask(portal.the_button(page, "Ship to customer"))
    dialog = page.get_by_role("dialog")
    walker.hand.fill(dialog.get_by_label("Tracking number"), number)
    walker.picture("ship")
    walker.hand.press(dialog.get_by_role("button", name="Ship", exact=True))
    assert f"{number} is on its way" in portal.said(page)


def look_at_store(walker: Walker, shop: Page, number: str) -> str:
    """The customer reloads the page of the order until the number is there."""
    portal.look_until(shop, shop.get_by_text(number))
    walker.picture("store", shop)
    return shop.get_by_role("main").inner_text()


def look_at_mail(walker: Walker, mailbox: Page, order: str) -> str:
    """The customer opens the newest mail about the order."""
    text = outside.read_mail(mailbox, order)
    walker.picture("mail", mailbox)
    return text


def look_at_order(walker: Walker, order: str, number: str) -> str:
    """Our page of the order, once it shows that the store and the customer know."""
    page = walker.page
    portal.go_to(walker.hand, page, "Orders")
    walker.hand.press(page.get_by_role("link", name=order, exact=True))
    parcel = page.get_by_role("row").filter(has_text=number)
    portal.look_until(page, parcel.filter(has_text="Published").filter(has_text="Sent"))
    walker.picture("order")
    return parcel.inner_text()
