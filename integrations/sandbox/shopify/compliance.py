"""The three topics of the law (GDPR): what is asked about, and for, customers and shops."""

import uuid
from typing import TYPE_CHECKING, Any

from .models import App, Store, Subscription
from .refusals import Refusal
from .webhooks import News, queue

if TYPE_CHECKING:
    from integrations.sandbox.world import World

DATA_REQUEST, CUSTOMER_REDACT = "customers/data_request", "customers/redact"
TOPICS = {
    DATA_REQUEST: "CUSTOMERS_DATA_REQUEST",
    CUSTOMER_REDACT: "CUSTOMERS_REDACT",
    "shop/redact": "SHOP_REDACT",
}


def send_compliance(
    world: "World", store: Store, app: App, topic: str, email: str = "", uri: str = ""
) -> dict[str, Any]:
    """Queue one of the three for an app, installed or not; the body. Raises Refusal."""
    if topic not in TOPICS:
        raise Refusal(f"{topic} is none of {', '.join(TOPICS)}.")
    if topic != "shop/redact" and not email:
        raise Refusal("Say whose data it is about: the e-mail address is missing.")
    address = uri or _address(store, app)
    body = _body(world, store, topic, email)
    now, subject = world.now(), email or store.name
    told = Subscription(id=0, topic=TOPICS[topic], uri=address, created_at=now, updated_at=now)
    queue(world, store, News(app.client_id, told, body, subject, str(uuid.uuid4())))
    summary = f"{topic} for {subject} sent to {app.title}"
    world.record("compliance_sent", store.domain, topic, summary, uri=address)
    world.on_delivery()
    return body


def _address(store: Store, app: App) -> str:
    """The app's own address for these topics, or where its webhooks of this store go or went."""
    installation = store.installations.get(app.client_id)
    live = [one.uri for one in installation.subscriptions] if installation else []
    known = [app.compliance_uri, *live, store.former_addresses.get(app.client_id, "")]
    found = next((one for one in known if one), "")
    if not found:
        raise Refusal(f"{app.title} has no address for this topic: give one as uri.")
    return found


def _body(world: "World", store: Store, topic: str, email: str) -> dict[str, Any]:
    shop: dict[str, Any] = {"shop_id": store.id, "shop_domain": store.domain}
    if topic == "shop/redact":
        return shop
    known = store.customers.get(email)
    orders = [one.id for one in store.orders.values() if email in (one.email, one.customer_email)]
    customer = {
        "id": known.id if known else world.new_id(),
        "email": email,
        "phone": known.phone if known else None,
    }
    if topic == DATA_REQUEST:
        request = {"id": world.new_id()}
        return shop | {
            "orders_requested": orders,
            "customer": customer,
            "data_request": request,
        }
    return shop | {"customer": customer, "orders_to_redact": orders}
