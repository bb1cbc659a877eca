"""The hint beside the checklist: a second partner that ships straight to the customer."""

from catalog.models import Partner, Product, ShipTo
from config.checklist import MANAGE
from config.first_order import shop_url
from config.setup_facts import Facts, Step, address, page_of
from orders.models import PartnerOrder

DEMO_PARTNER = "kettle-crane.myshopify.com"


def second_partner(facts: Facts) -> list[Step]:
    """Four steps, each with the link that leads on."""
    partner = _partner(facts)
    placed = PartnerOrder.objects.filter(partner=partner).order_by("id") if partner else None
    order = placed.select_related("connection").first() if placed is not None else None
    return [
        _connect(facts, partner),
        _set_terms(partner),
        _buy(facts, partner, order),
        _send(facts, order),
    ]


def _partner(facts: Facts) -> Partner | None:
    """The one that ships to customers, else the second one, else nobody yet."""
    direct = [one for one in facts.partners if one.ship_to == ShipTo.CUSTOMER]
    return next(iter([*direct, *facts.partners[1:]]), None)


def _connect(facts: Facts, partner: Partner | None) -> Step:
    title, url = "Connect a second partner", address("connect_partner")
    if partner is not None:
        return Step(title, f"{partner.name} is connected.", True)
    which = DEMO_PARTNER if facts.sandbox else "another partner"
    url = f"{url}?account={DEMO_PARTNER}" if facts.sandbox else url
    return Step(
        title, f"One more install link, for {which}.", False, "Create install link", url, MANAGE
    )


def _set_terms(partner: Partner | None) -> Step:
    direct = partner is not None and partner.ship_to == ShipTo.CUSTOMER
    done = direct and partner is not None and partner.terms_confirmed_at is not None
    text = "Place orders: immediately. They ship to: the customer. Save, then press Confirm terms."
    url = page_of(partner, "catalog_partner_changelist")
    return Step("Set its terms", text, done, "Open the terms", url)


def _buy(facts: Facts, partner: Partner | None, order: PartnerOrder | None) -> Step:
    title, text = "Import and buy", "Import one of its products, then buy it in your store."
    store = shop_url(facts, facts.store)
    if order is not None or partner is None:
        return Step(title, text, order is not None, "Choose products", address("partner_catalog"))
    if store and Product.objects.filter(source_partner=partner).exists():
        return Step(title, text, False, "Open the storefront", store, new_tab=True)
    url = f"{address('partner_catalog')}?partner={partner.pk}"
    return Step(title, text, False, "Choose products", url)


def _send(facts: Facts, order: PartnerOrder | None) -> Step:
    title = "Send it, let it ship"
    text = (
        "Approve the partner order. When the partner ships, the customer is told at once; nothing "
        "comes by your center."
    )
    if order is None:
        return Step(title, text, False, "Partner orders", address("orders_partnerorder_changelist"))
    if order.shipments.filter(bound_for=ShipTo.CUSTOMER).exists():
        return Step(title, text, True)
    back_office = shop_url(facts, order.connection, "admin/")
    if order.submitted_at and back_office:
        return Step(title, text, False, "Open their back office", back_office, new_tab=True)
    return Step(title, text, False, "Open the partner order", page_of(order))
