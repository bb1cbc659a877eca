"""The plain storefront: look, buy, and see what became of the order."""

from decimal import Decimal
from typing import Any

from integrations.sandbox.messages import Request, Response, redirect
from integrations.sandbox.render import page
from integrations.sandbox.world import World

from .models import Store, money
from .orders import Address, Fulfillment, Order
from .people import likely_customer
from .products import Product, Variant
from .refusals import Refusal
from .selling import WantedLine, WantedOrder, place_order
from .stock import left_of

SHIPPING = ("Standard shipping", Decimal("6.00"))
MOST_UNITS = 99
REQUIRED = {"first_name": "first name", "last_name": "last name", "email": "e-mail"} | {
    "address1": "street",
    "city": "city",
    "zip": "postal code",
    "country_code": "country",
}


def shelf(world: World, request: Request, shop: str) -> Response:
    """GET /stores/{shop}/: what is for sale, and the order form."""
    with world.lock:
        store = world.store(shop)
        return _shelf(store, likely_customer(store.next_order_number), {}, "")


def _shelf(
    store: Store, person: dict[str, str], wanted: dict[str, str], error: str, status: int = 200
) -> Response:
    online = store.publications[0][0]
    live = [
        product
        for product in store.products.values()
        if product.status == "ACTIVE" and online in product.published_on
    ]
    return page(
        "storefront.html",
        status=status,
        title=store.name,
        store=store,
        products=[_product(store, product, wanted) for product in live],
        person=person,
        shipping=f"{SHIPPING[0]} {money(SHIPPING[1])} {store.currency}",
        error=error,
    )


def _product(store: Store, product: Product, wanted: dict[str, str]) -> dict[str, Any]:
    return {
        "title": product.title,
        "handle": product.handle,
        "vendor": product.vendor,
        "kind": product.product_type,
        "text": product.text,
        "variants": [_variant(store, variant, wanted) for variant in product.variants],
    }


def _variant(store: Store, variant: Variant, wanted: dict[str, str]) -> dict[str, str]:
    left = left_of(store, variant)
    return {
        "id": str(variant.id),
        "title": "" if variant.is_default else variant.title,
        "sku": variant.sku or "",
        "price": money(variant.price),
        "stock": "" if left is None else str(max(0, left)),
        "sold_out": "yes" if left is not None and left <= 0 else "",
        "quantity": wanted.get(f"qty-{variant.id}", "0"),
    }


def buy(world: World, request: Request, shop: str) -> Response:
    """POST /stores/{shop}/orders/: place the order, or show again what is wrong."""
    form = request.form
    with world.lock:
        store = world.store(shop)
        try:
            order = place_order(world, store, _wanted(store, form), "storefront")
        except Refusal as exc:
            return _shelf(store, form, form, exc.message, status=422)
        return redirect(f"/stores/{store.domain}/orders/{order.token}/")


def _wanted(store: Store, form: dict[str, str]) -> WantedOrder:
    lines = []
    for name, value in form.items():
        quantity = int(value) if value.isdecimal() and value.isascii() else 0
        if name.startswith("qty-") and name[4:].isdecimal() and 0 < quantity <= MOST_UNITS:
            lines.append(WantedLine(quantity=quantity, variant_id=int(name[4:])))
    if not lines:
        raise Refusal("Choose at least one product: set a quantity and press Buy again.")
    missing = [label for name, label in REQUIRED.items() if not form.get(name, "").strip()]
    if missing:
        raise Refusal(f"Fill in your {', '.join(missing)}.")
    address = Address(**{name: form[name].strip() for name in Address.model_fields if name in form})
    return WantedOrder(
        lines=lines,
        email=form["email"].strip(),
        phone=form.get("phone") or None,
        first_name=form["first_name"].strip(),
        last_name=form["last_name"].strip(),
        shipping_address=address,
        billing_address=address.model_copy(),
        shipping_title=SHIPPING[0],
        shipping_price=SHIPPING[1],
        note=form.get("note") or None,
    )


def thanks(world: World, request: Request, shop: str, token: str) -> Response:
    """GET /stores/{shop}/orders/{token}/: the customer's order page."""
    with world.lock:
        store = world.store(shop)
        order = next((one for one in store.orders.values() if one.token == token), None)
        if order is None:
            message = "There is no such order."
            return page("refused.html", status=404, title="Not found", message=message)
        return page("thanks.html", title=f"Order {order.name}", store=store, **order_shown(order))


def order_shown(order: Order) -> dict[str, Any]:
    """An order for a page: lines, figures, parcels with tracking."""
    return {
        "order": order,
        "order_id": str(order.id),
        "placed": f"{order.created_at:%Y-%m-%d %H:%M}",
        "state": state_words(order),
        "total": f"{money(order.current_total)} {order.currency}",
        "shipping": f"{money(order.shipping_price)} {order.currency}",
        "discount": money(order.discounts) if order.discounts else "",
        "lines": [
            {
                "id": str(line.id),
                "name": line.name,
                "sku": line.sku or "",
                "quantity": str(line.current_quantity),
                "shipped": str(line.fulfilled),
                "open": str(line.open_quantity),
                "price": money(line.price),
            }
            for line in order.lines
        ],
        "parcels": [_parcel_shown(one) for one in order.fulfillments],
    }


def _parcel_shown(parcel: Fulfillment) -> dict[str, Any]:
    urls = [*parcel.urls, *("" for _ in parcel.numbers)]
    return {
        "id": str(parcel.id),
        "name": parcel.name,
        "company": parcel.company or "",
        "units": str(sum(part.quantity for part in parcel.lines)),
        "delivered": "yes" if parcel.delivered_at else "",
        "canceled": "yes" if parcel.status == "CANCELLED" else "",
        "tracking": [
            {"number": number, "url": url}
            for number, url in zip(parcel.numbers, urls, strict=False)
        ],
    }


def state_words(order: Order) -> str:
    """What people read: Canceled, On hold, In progress, Partly shipped and so on."""
    if order.cancelled_at is not None:
        return "Canceled"
    words = {
        "UNFULFILLED": "Not shipped yet",
        "PARTIALLY_FULFILLED": "Partly shipped",
        "ON_HOLD": "On hold",
        "IN_PROGRESS": "In progress",
    }
    return words.get(order.display_status, "Shipped")
