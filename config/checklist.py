"""The first-run checklist: eleven steps, each with one button that leads to the next thing."""

from config.first_order import place_order, receive_parcel, see_mail, see_order, ship_order
from config.setup_facts import Facts, Step, address, page_of
from orders.services.content import is_address

MANAGE = "integrations.manage_connection"
DEMO_STORE, DEMO_PARTNER = "crossdock-coffee.myshopify.com", "blue-door.myshopify.com"


def find_steps(facts: Facts) -> list[Step]:
    """All steps in order."""
    return [
        Step("Create your account", "You are in.", done=True),
        connect_store(facts),
        fill_in_center(facts),
        connect_partner(facts),
        import_products(facts),
        confirm_terms(facts),
        see_order(facts),
        place_order(facts),
        receive_parcel(facts),
        ship_order(facts),
        see_mail(facts),
    ]


def connect_store(facts: Facts) -> Step:
    """Step 2."""
    title = "Connect your own store"
    if facts.store is not None:
        text = f"{facts.store.name}, {facts.store.account}."
        return Step(title, text, True, "Open", page_of(facts.store))
    text = "Orders come from it, and products you import appear in it."
    url = address("connect_system", "shopify")
    if facts.sandbox:
        text = f"{text} In the demo it is {DEMO_STORE}; leave the rest empty."
        url = f"{url}?shop={DEMO_STORE}&publish_to_online_store=on"
    return Step(title, text, False, "Connect store", url, perm=MANAGE)


def fill_in_center(facts: Facts) -> Step:
    """Step 3."""
    title, url = "Say where your fulfillment center is", page_of(facts.center)
    place = (facts.center and facts.center.address) or {}
    if is_address(place):
        where = ", ".join(filter(None, [place["street1"], place["city"], place.get("state", "")]))
        return Step(title, f"{where}.", True, "Open", url)
    text = "Partners send their parcels there. Nothing is placed with them before it is filled in."
    return Step(title, text, False, "Fill in address", url, perm="inventory.change_location")


def connect_partner(facts: Facts) -> Step:
    """Step 4."""
    title = "Connect a partner store"
    if facts.partner is not None:
        names = ", ".join(partner.name for partner in facts.partners[:3])
        more = len(facts.partners) - 3
        text = f"{names} and {more} more." if more > 0 else f"{names}."
        return Step(title, text, True, "Open", address("integrations_connection_changelist"))
    text = (
        "Make an install link and send it to your first partner. They press one button; you never "
        "see their password."
    )
    url = address("connect_partner")
    if facts.sandbox:
        text = (
            f"Make an install link for {DEMO_PARTNER} and open it: in the demo you play the "
            "partner and press Approve."
        )
        url = f"{url}?account={DEMO_PARTNER}"
    return Step(title, text, False, "Create install link", url, perm=MANAGE, outside=True)


def import_products(facts: Facts) -> Step:
    """Step 5."""
    title, catalog = "Import their products", address("partner_catalog")
    if facts.partner is not None:
        catalog = f"{catalog}?partner={facts.partner.pk}"
    if facts.published:
        text = f"{facts.imported} products imported, {facts.published} variants are in your store."
        return Step(title, text, True, "Open catalog", catalog)
    if facts.imported:
        text = f"{facts.imported} products are being put into your store; this takes a few seconds."
        return Step(title, text, False, "See the run", page_of(facts.importer), outside=True)
    if facts.partner is not None and not facts.seen:
        text = "Their products are being read right now."
        runs = address("integrations_syncrun_changelist")
        return Step(title, text, False, "See the run", runs, outside=True)
    text = "Tick some, keep the markup of 25 %, look at the prices in the preview, import."
    return Step(title, text, False, "Choose products", catalog, perm="catalog.import_product")


def confirm_terms(facts: Facts) -> Step:
    """Step 6."""
    title = "Confirm the partner's terms"
    known = [partner for partner in facts.partners if partner.terms_confirmed_at]
    if known:
        text = "; ".join(f"{one.name}: {one.get_dispatch_display().lower()}" for one in known[:3])
        return Step(title, f"{text}.", True, "Open", page_of(known[0]))
    waiting = f" of {facts.partner.name}" if facts.partner else ""
    text = (
        f"Read the terms{waiting}: when orders are placed, and where parcels go. Nothing is placed "
        "before you press Confirm terms."
    )
    url = page_of(facts.partner, "catalog_partner_changelist")
    return Step(title, text, False, "Open the terms", url, perm="catalog.change_partner")
