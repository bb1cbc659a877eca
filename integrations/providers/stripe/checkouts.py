"""A paid checkout as an order of a customer: its lines, its totals, and where it goes."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, get_args

from integrations.errors import BadResponse
from integrations.providers.stripe.config import Settings
from integrations.providers.stripe.events import PAID, is_sale, payment_of, reference_of
from integrations.providers.stripe.values import (
    Body,
    currency,
    mapping,
    moment,
    money,
    need_id,
    part,
    text,
    whole,
)
from integrations.types import Address, ChannelLine, ChannelOrder, Contact, Payment

SHORT = 8
# The words of Extensiv's contract (requirements ORD-24), so that one name goes all the way through.
DELIVERY_KEY, ZONE_KEY = "delivery_method", "delivery_zone"
Way = Literal["ship", "pickup", "delivery"]
WAYS: tuple[Way, ...] = get_args(Way)


def is_paid(session: Body) -> bool:
    """Whether goods are to be sent for this checkout."""
    return is_sale(session) and session.get("payment_status") in PAID


def order_of(
    session: Body, lines: list[Body], payment: Payment, settings: Settings
) -> ChannelOrder:
    """The order behind a checkout. Raises BadResponse."""
    code = currency(session.get("currency"))
    totals = mapping(session.get("total_details"), "totals of the checkout")
    session_id = need_id(session.get("id"), "checkout")
    placed_at = moment(session.get("created"), "the time of the checkout")
    number = reference_of(session, settings.order_key)
    return ChannelOrder(
        external_id=session_id,
        number=number or f"S-{session_id[-SHORT:].upper()}",
        placed_at=placed_at,
        version=placed_at,
        currency=code,
        lines=tuple(_line(one, code, settings.sku_key) for one in lines),
        contact=_contact(session),
        total=money(session.get("amount_total"), code, "amount_total"),
        tax=money(totals.get("amount_tax"), code, "amount_tax"),
        shipping=money(totals.get("amount_shipping") or 0, code, "amount_shipping"),
        paid_at=payment.at,
        payment_reference=payment_of(session),
        delivery_method=_delivery(session),
        delivery_zone=text(part(session, "metadata").get(ZONE_KEY)).strip(),
    )


def _delivery(session: Body) -> Way:
    """Stripe knows no such thing: whoever makes the checkout writes it into the metadata.

    Where it says nothing it is a parcel. Raises BadResponse for a word we do not know: a parcel
    sent to somebody who waits in the store helps nobody.
    """
    said = text(part(session, "metadata").get(DELIVERY_KEY)).strip().lower()
    way: Way | None = next((one for one in WAYS if one == (said or "ship")), None)
    if way is None:
        raise BadResponse(f"The checkout says {DELIVERY_KEY} {said!r}: it is {', '.join(WAYS)}.")
    return way


def _line(line: Body, code: str, sku_key: str) -> ChannelLine:
    price = part(line, "price")
    product = part(price, "product")
    quantity = whole(line.get("quantity"), "quantity")
    return ChannelLine(
        external_id=need_id(line.get("id"), "line"),
        sku=_sku(price, product, sku_key),
        title=text(line.get("description")) or text(product.get("name")),
        quantity=quantity,
        price=_price(line, price, quantity, code),
        discount=money(line.get("amount_discount"), code, "amount_discount"),
        requires_shipping=product.get("shippable") is not False,
    )


def _sku(price: Body, product: Body, key: str) -> str:
    """From the product, else its price, else the price's lookup key; "" where none says it."""
    for place in (part(product, "metadata"), part(price, "metadata")):
        if sku := text(place.get(key)).strip():
            return sku
    return text(price.get("lookup_key")).strip()


def _price(line: Body, price: Body, quantity: int, code: str) -> Decimal:
    """Of one unit. The price's own, unless the customer paid in another currency or amount."""
    subtotal = money(line.get("amount_subtotal"), code, "amount_subtotal")
    own = price.get("unit_amount")
    if own is not None and text(price.get("currency")).upper() == code:
        unit = money(own, code, "unit_amount")
        if unit * quantity == subtotal:
            return unit
    if quantity < 1:
        raise BadResponse("Stripe sent a line of a checkout without units.")
    return (subtotal / quantity).quantize(subtotal, rounding=ROUND_HALF_UP)


def _contact(session: Body) -> Contact:
    """Shipping details where they were asked for, else the billing address."""
    customer = part(session, "customer_details")
    collected = part(part(session, "collected_information"), "shipping_details")
    shipping = collected or part(session, "shipping_details")
    phone = text(customer.get("phone"))
    name = text(shipping.get("name")) or text(customer.get("name"))
    where = part(shipping, "address") or part(customer, "address")
    return Contact(
        name=text(customer.get("name")) or name,
        email=text(customer.get("email")),
        phone=phone,
        address=_address(where, name, phone),
    )


def _address(where: Body, name: str, phone: str) -> Address:
    if not where:
        return Address()
    return Address(
        name=name,
        street1=text(where.get("line1")),
        street2=text(where.get("line2")),
        city=text(where.get("city")),
        state=text(where.get("state")),
        zip=text(where.get("postal_code")),
        country=text(where.get("country")),
        phone=phone,
    )
