"""The two ways through the demo, pressing only what the checklist and its pages offer."""

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.browser import outside, portal, steps
from tests.browser.steps import Walker

BLUE_DOOR, KETTLE = "Blue Door Roasters", "Kettle & Crane"
COFFEES = [
    "Colombia Huila",
    "Ethiopia Guji Natural",
    "Front Step Espresso",
    "Guatemala Antigua",
    "Night Ferry Decaf",
]
TEA = "Alishan High Mountain Oolong"
LAST_LEG = "1ZCROSSDOCK0042"


@dataclass
class Seen:
    """What a walk saw on its way, for the tests to judge."""

    prices: dict[str, str]
    order: str
    order_visible_after_s: float
    their_number: str
    told: steps.Told


def walk_by_our_center(walker: Walker) -> Seen:
    """The whole checklist, with the partner whose parcels we receive and send on."""
    page = walker.page
    walker.picture("checklist")
    portal.follow(walker.hand, page, "Connect a partner store")
    steps.connect(walker, BLUE_DOOR)
    portal.open_checklist(walker.hand, page)
    portal.is_done(page, "Connect a partner store")
    portal.follow(walker.hand, page, "Import their products", "Choose products")
    prices = steps.import_products(walker, COFFEES)
    portal.open_checklist(walker.hand, page)
    portal.is_done(page, "Import their products")
    portal.follow(walker.hand, page, "Confirm the partner's terms")
    steps.confirm_terms(walker)
    shop = portal.follow(walker.hand, page, "See the first customer order")
    bought, seconds = steps.buy(walker, shop, COFFEES[:2])
    portal.follow(walker.hand, page, "Place the partner order")
    reference = steps.place(walker, "Submit now")
    their_number = _receive(walker, reference)
    portal.follow(walker.hand, page, "Ship to the customer")
    steps.ship_on(walker, LAST_LEG)
    return Seen(prices, bought, seconds, their_number, _look(walker, shop, bought, LAST_LEG))


def _receive(walker: Walker, reference: str) -> str:
    """The partner ships, the checklist notices by itself, we press Received; their number."""
    page, title = walker.page, "Receive their parcel"
    office = portal.follow(walker.hand, page, title)
    number = outside.ship(walker.hand, office, reference)
    walker.picture("back-office", office)
    expect(portal.step(page, title)).to_contain_text(f"{number} is on its way to your center")
    portal.follow(walker.hand, page, title)
    walker.picture("parcel")
    assert f"Received {number}" in portal.press(walker.hand, page, "Received")
    walker.picture("received")
    return number


def walk_straight_to_the_customer(walker: Walker) -> Seen:
    """The hint beside the checklist: nothing is pressed once the partner order was sent."""
    _hint(walker, "Connect a second partner")
    steps.connect(walker, KETTLE)
    _hint(walker, "Set its terms")
    steps.set_direct_terms(walker)
    steps.confirm_terms(walker)
    _hint(walker, "Import and buy")
    prices = steps.import_products(walker, [TEA])
    shop = _hint(walker, "Import and buy")
    bought, seconds = steps.buy(walker, shop, [TEA])
    _hint(walker, "Send it, let it ship")
    reference = steps.place(walker, "Approve & send")
    office = _hint(walker, "Send it, let it ship")
    number = outside.ship(walker.hand, office, reference)
    return Seen(prices, bought, seconds, number, _look(walker, shop, bought, number))


def _hint(walker: Walker, title: str) -> Page:
    """Follow a line of the second list; returns the page it leads to."""
    portal.open_checklist(walker.hand, walker.page)
    line = portal.step(walker.page, title)
    return portal.open_link(walker.hand, walker.page, line.get_by_role("link"))


def _look(walker: Walker, shop: Page, order: str, number: str) -> steps.Told:
    """Who was told the number: our order page, the store's, the customer."""
    at_store = steps.look_at_store(walker, shop, number)
    portal.open_checklist(walker.hand, walker.page)
    line = portal.step(walker.page, "See the customer's mail")
    mailbox = portal.open_link(walker.hand, walker.page, line.get_by_role("link"))
    mail = steps.look_at_mail(walker, mailbox, order)
    return steps.Told(steps.look_at_order(walker, order, number), at_store, mail)
