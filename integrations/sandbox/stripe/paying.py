"""What happens to a payment: paid, declined, on its way, refunded, disputed."""

from typing import TYPE_CHECKING, Any, Literal

from . import payloads
from .models import Buyer, Line, Merchant, Sale, money
from .webhooks import announce

if TYPE_CHECKING:
    from integrations.sandbox.world import World

SHIPPING = 600
DECLINED = "Your card was declined."
REASONS = ("fraudulent", "product_not_received", "duplicate", "general")
How = Literal["card", "declined", "transfer"]


class Refused(Exception):
    """What was asked for cannot be done; the sentence says why."""


def sell(
    world: "World",
    merchant: Merchant,
    wanted: list[tuple[str, int]],
    buyer: Buyer,
    order_number: str = "",
    shipping: int = SHIPPING,
) -> Sale:
    """An open checkout of these SKUs and units. Raises Refused."""
    sale_id = world.new_id()
    sale = Sale(
        id=f"cs_test_{sale_id}",
        payment=f"pi_{sale_id}",
        charge=f"ch_{sale_id}",
        created_at=world.now(),
        buyer=buyer,
        lines=[_line(world, merchant, sku, units) for sku, units in wanted],
        shipping=shipping,
        order_number=order_number.strip(),
    )
    if not sale.lines:
        raise Refused("Choose at least one item: set a quantity and press Pay again.")
    merchant.sales[sale.id] = sale
    return sale


def _line(world: "World", merchant: Merchant, sku: str, units: int) -> Line:
    item = merchant.item(sku)
    if item is None or units < 1:
        raise Refused(f"{units} of {sku} cannot be bought here.")
    return Line(
        id=f"li_{world.new_id()}", sku=sku, title=item.title, quantity=units, price=item.price
    )


def pay(world: "World", merchant: Merchant, sale: Sale, how: How = "card") -> None:
    """Press Pay: by card, at the second try, or by a transfer that is on its way for days."""
    if sale.status != "open":
        raise Refused(f"{sale.id} is {sale.status} already.")
    if how == "declined":
        sale.error = DECLINED
        _note(world, merchant, sale, "payment_failed", f"declined: {money(sale.total)}")
        _tell_intent(world, merchant, sale, "payment_intent.payment_failed")
    if how == "transfer":
        sale.method, sale.status = "transfer", "processing"
        _note(world, merchant, sale, "payment_begun", f"{money(sale.total)} by bank transfer")
        _tell_session(world, merchant, sale, "checkout.session.completed")
        return
    _succeed(world, merchant, sale, "checkout.session.completed")


def complete(world: "World", merchant: Merchant, sale: Sale) -> None:
    """The transfer arrived. Raises Refused."""
    _need(sale, "processing")
    _succeed(world, merchant, sale, "checkout.session.async_payment_succeeded")


def fail(world: "World", merchant: Merchant, sale: Sale) -> None:
    """The transfer never came. Raises Refused."""
    _need(sale, "processing")
    sale.status, sale.error = "failed", "The bank transfer did not arrive."
    _note(world, merchant, sale, "payment_failed", sale.error)
    _tell_intent(world, merchant, sale, "payment_intent.payment_failed")
    _tell_session(world, merchant, sale, "checkout.session.async_payment_failed")


def refund(world: "World", merchant: Merchant, sale: Sale, amount: int | None = None) -> None:
    """Send a part back, or all that is left. Raises Refused."""
    _need(sale, "paid")
    amount = sale.left if amount is None else amount
    if not 0 < amount <= sale.left:
        raise Refused(f"Between 0.01 and {money(sale.left)} can be refunded.")
    sale.refunded += amount
    _note(world, merchant, sale, "payment_refunded", f"{money(amount)} of {money(sale.total)}")
    about = payloads.charge(merchant, sale)
    announce(world, merchant, "charge.refunded", about, sale.payment)


def open_dispute(world: "World", merchant: Merchant, sale: Sale, reason: str) -> None:
    """The buyer goes to their bank. Raises Refused."""
    _need(sale, "paid")
    if sale.dispute or reason not in REASONS:
        raise Refused(f"Once, for one of these reasons: {', '.join(REASONS)}.")
    sale.dispute = reason
    _note(world, merchant, sale, "payment_disputed", reason)
    about = payloads.dispute(merchant, sale, world.now())
    announce(world, merchant, "charge.dispute.created", about, sale.payment)


def _succeed(world: "World", merchant: Merchant, sale: Sale, session_event: str) -> None:
    sale.status = "paid"
    _note(world, merchant, sale, "payment_paid", f"{money(sale.total)} {merchant.currency}")
    if sale.total:
        _tell_intent(world, merchant, sale, "payment_intent.succeeded")
    _tell_session(world, merchant, sale, session_event)


def _need(sale: Sale, status: str) -> None:
    if sale.status != status:
        raise Refused(f"{sale.payment} is {sale.status}, not {status}.")


def _tell_intent(world: "World", merchant: Merchant, sale: Sale, kind: str) -> None:
    announce(world, merchant, kind, payloads.intent(merchant, sale), sale.payment)


def _tell_session(world: "World", merchant: Merchant, sale: Sale, kind: str) -> None:
    announce(world, merchant, kind, payloads.session(merchant, sale), sale.payment)


def _note(world: "World", merchant: Merchant, sale: Sale, kind: str, summary: str) -> None:
    detail: dict[str, Any] = {"checkout": sale.id, "order": sale.order_number}
    world.record(kind, merchant.account, sale.payment, summary, **detail)
