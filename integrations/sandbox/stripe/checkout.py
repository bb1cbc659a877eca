"""The checkout: a small shop, the buyer's details, and a way to pay."""

from typing import get_args
from urllib.parse import quote

from integrations.sandbox.messages import Request, Response, redirect
from integrations.sandbox.render import page
from integrations.sandbox.shopify.people import likely_customer
from integrations.sandbox.world import World

from .models import Buyer, Delivery, Merchant, Sale, money
from .paying import SHIPPING, How, Refused, pay, sell

MOST_UNITS = 99
WAYS = {
    "card": "Card: pay now",
    "declined": "Card: declined first, then paid with another",
    "transfer": "Bank transfer: paid some days later",
}
DELIVERIES = {
    "ship": "A parcel",
    "pickup": "I fetch it",
    "delivery": "Brought by a driver",
}
STATES = {
    "paid": "Paid",
    "processing": "The bank transfer is on its way",
    "failed": "Not paid: the bank transfer did not arrive",
    "open": "Not paid yet",
}
REQUIRED = {"name": "name", "email": "e-mail", "line1": "street", "city": "city"}


def shelf(world: World, request: Request, account: str) -> Response:
    """GET /checkout/{account}/: what is for sale, and the form."""
    with world.lock:
        merchant = world.stripe(account)
        return _shelf(merchant, _likely(len(merchant.sales)), "")


def _likely(number: int) -> dict[str, str]:
    one = likely_customer(number)
    return {
        "name": f"{one['first_name']} {one['last_name']}",
        "email": one["email"],
        "phone": one["phone"],
        "line1": one["address1"],
        "city": one["city"],
        "state": one["province_code"],
        "postal_code": one["zip"],
        "country": one["country_code"],
    }


def _shelf(merchant: Merchant, form: dict[str, str], error: str) -> Response:
    items = [
        {
            "sku": one.sku,
            "title": one.title,
            "price": money(one.price),
            "quantity": form.get(f"qty-{one.sku}", "0"),
        }
        for one in merchant.items
    ]
    return page(
        "checkout.html",
        status=422 if error else 200,
        title=f"{merchant.name}: checkout",
        merchant=merchant,
        currency=merchant.currency.upper(),
        items=items,
        form=form,
        shipping=money(SHIPPING),
        ways=WAYS.items(),
        how=form.get("how", "card"),
        deliveries=DELIVERIES.items(),
        delivery=form.get("delivery", "ship"),
        error=error,
    )


def buy(world: World, request: Request, account: str) -> Response:
    """POST /checkout/{account}/pay/: pay, or show again what is wrong."""
    form = request.form
    with world.lock:
        merchant = world.stripe(account)
        try:
            sale = _pay(world, merchant, form)
        except Refused as exc:
            return _shelf(merchant, form, str(exc))
        return redirect(f"/checkout/{quote(account)}/{sale.id}/")


def _pay(world: World, merchant: Merchant, form: dict[str, str]) -> Sale:
    if missing := [label for name, label in REQUIRED.items() if not form.get(name, "").strip()]:
        raise Refused(f"Fill in your {', '.join(missing)}.")
    how = next((one for one in get_args(How) if one == form.get("how", "card")), None)
    if how is None:
        raise Refused("Choose how to pay.")
    buyer = Buyer(**{name: form[name].strip() for name in Buyer.model_fields if name in form})
    wanted = form.get("delivery", "ship")
    delivery = next((one for one in get_args(Delivery) if one == wanted), None)
    if delivery is None:
        raise Refused("Choose how it gets to you.")
    sale = sell(world, merchant, _wanted(form), buyer, form.get("order_number", ""))
    sale.delivery, sale.zone = delivery, form.get("zone", "").strip()[:60]
    pay(world, merchant, sale, how)
    return sale


def _wanted(form: dict[str, str]) -> list[tuple[str, int]]:
    """The units chosen of each SKU."""
    chosen = []
    for name, value in form.items():
        units = int(value) if value.isdecimal() and value.isascii() else 0
        if name.startswith("qty-") and 0 < units <= MOST_UNITS:
            chosen.append((name.removeprefix("qty-"), units))
    return chosen


def thanks(world: World, request: Request, account: str, sale: str) -> Response:
    """GET /checkout/{account}/{session}/: what became of it."""
    with world.lock:
        merchant = world.stripe(account)
        found = merchant.sales.get(sale)
        if found is None:
            message = "There is no such checkout."
            return page("refused.html", status=404, title="Not found", message=message)
        return page(
            "checkout_done.html",
            title="Thank you",
            merchant=merchant,
            sale=found,
            state=STATES[found.status],
            lines=[
                {"title": one.title, "quantity": str(one.quantity), "total": money(one.total)}
                for one in found.lines
            ],
            shipping=money(found.shipping),
            total=f"{money(found.total)} {merchant.currency.upper()}",
        )
