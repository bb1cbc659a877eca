"""The second half of the checklist: the way of the first customer order to the customer's door."""

from config.setup_facts import Facts, Step, address, page_of
from integrations.models import Connection
from orders.models import Shipment
from orders.services.shipments import publishes


def shop_url(facts: Facts, connection: Connection | None, page: str = "") -> str:
    """A store of the sandbox; empty where there is no sandbox."""
    if not facts.sandbox or connection is None:
        return ""
    return f"{facts.sandbox}/stores/{connection.account}/{page}"


def see_order(facts: Facts) -> Step:
    """Step 7."""
    title = "See the first customer order"
    if facts.order is not None:
        text = f"{facts.order.number}, {facts.order.get_status_display().lower()}."
        return Step(title, text, True, "Open", page_of(facts.order))
    url = shop_url(facts, facts.store)
    if facts.sandbox:
        text = (
            "Open the storefront and buy two of the things you imported. "
            "The order is here within seconds."
        )
        return Step(title, text, False, "Open the storefront", url, new_tab=True, outside=True)
    text = "Buy something you imported in your own store. The order is here within seconds."
    orders = address("orders_order_changelist")
    return Step(title, text, False, "Open orders", orders, outside=True)


def place_order(facts: Facts) -> Step:
    """Step 8."""
    title = "Place the partner order"
    if facts.placed is not None:
        text = f"{facts.placed.reference} was placed with {facts.placed.partner}."
        return Step(title, text, True, "Open", page_of(facts.placed))
    perm = "orders.submit_partnerorder"
    if facts.open_batch is not None:
        text = "Look at what will be sent, then press Submit now: the partner gets one order."
        return Step(title, text, False, "Preview it", page_of(facts.open_batch), perm=perm)
    if facts.order is not None:
        text = f"No line of {facts.order.number} is with a partner yet: open it to see why."
        return Step(title, text, False, "Open the order", page_of(facts.order), outside=True)
    text = "What customers bought is collected per partner. You look at it and send it."
    return Step(title, text, False, "Partner orders", address("orders_partnerorder_changelist"))


def receive_parcel(facts: Facts) -> Step:
    """Step 9."""
    title, perm = "Receive their parcel", "orders.change_shipment"
    parcel = facts.parcel
    if parcel is not None and parcel.received_at:
        text = f"{parcel} was received at your fulfillment center."
        return Step(title, text, True, "Open", page_of(parcel))
    if parcel is not None:
        text = (
            f"{parcel} is on its way to your center. When it is there, open it and press Received."
        )
        return Step(title, text, False, "Open the parcel", page_of(parcel), perm=perm)
    if facts.to_customer is not None:
        text = "Not needed: the partner shipped straight to the customer."
        return Step(title, text, True, "Open", page_of(facts.to_customer))
    url = shop_url(facts, facts.placed.connection if facts.placed else None, "admin/")
    if url:
        text = "Play the partner: ship the order in their back office. Then come back here."
        button = "Open their back office"
        return Step(title, text, False, button, url, new_tab=True, outside=True)
    text = "When the partner ships, the parcel appears here. When it arrives, press Received."
    shipments = address("orders_shipment_changelist")
    return Step(title, text, False, "Open shipments", shipments, outside=True)


def ship_order(facts: Facts) -> Step:
    """Step 10."""
    title = "Ship to the customer"
    if facts.to_customer is not None:
        text = f"{facts.to_customer} is on its way to the customer{_who_knows(facts.to_customer)}."
        there = shop_url(facts, facts.store, "admin/")
        if there:
            return Step(title, text, True, "Open your store", there, new_tab=True)
        return Step(title, text, True, "Open", page_of(facts.to_customer))
    text = (
        "Open the order and press Ship to customer. Your store gets the tracking number, the "
        "customer a mail."
    )
    if facts.sandbox:
        text = f"{text} In the demo any tracking number will do."
    url = page_of(facts.order, "orders_order_changelist")
    return Step(title, text, False, "Open the order", url, perm="orders.change_shipment")


def _who_knows(parcel: Shipment) -> str:
    """Whether the store has the number; empty where the order came from no store."""
    channel = parcel.order.connection if parcel.order else None
    if channel is None or not publishes(channel):
        return ""
    if parcel.publish_status == Shipment.Publish.PUBLISHED:
        return "; your store knows the number"
    return "; your store is being told"


def see_mail(facts: Facts) -> Step:
    """Step 11."""
    title = "See the customer's mail"
    url = f"{facts.sandbox}/mail/" if facts.sandbox else address("orders_notification_changelist")
    button = "Open the mailbox" if facts.sandbox else "Open notifications"
    if facts.mailed:
        text = "Sent, with the tracking number."
        return Step(title, text, True, button, url, new_tab=bool(facts.sandbox))
    text = "It goes out within seconds after the parcel was shipped."
    return Step(title, text, False, button, url, new_tab=bool(facts.sandbox), outside=True)
