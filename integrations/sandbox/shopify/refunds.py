"""Giving money back, for units or without: what shop staff do to a customer's order."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from integrations.words import counted

from .models import Store, money
from .orders import ZERO, Line, Order, Refund, RefundLine
from .refund_payloads import refund_body
from .refusals import Refusal
from .selling import record_order, touch
from .stock import give_back, put_back
from .webhooks import announce

if TYPE_CHECKING:
    from integrations.sandbox.world import World

CENT = Decimal("0.01")


def refund_order(
    world: "World",
    store: Store,
    order: Order,
    quantities: Mapping[int, int],
    amount: Decimal | None,
    restock: bool,
    source: str,
) -> Refund:
    """Take these units by line id off the order and give money back.

    `amount` None means what the units cost. Announces refunds/create and orders/updated. Raises
    Refusal; then nothing changed.
    """
    wanted = {line_id: quantity for line_id, quantity in quantities.items() if quantity}
    lines = [_line(world, order, *one, restock) for one in wanted.items()]
    given = sum((one.subtotal for one in lines), ZERO) if amount is None else amount
    _check(order, lines, given)
    refund = Refund(
        id=world.new_id(),
        transaction_id=world.new_id(),
        created_at=world.now(),
        amount=given,
        lines=lines,
    )
    for part in lines:
        _take_off(world, store, order, part)
    order.refunds.append(refund)
    order.received -= given
    if given:
        order.financial_status = "PARTIALLY_REFUNDED" if order.received > 0 else "REFUNDED"
    _tell(world, store, order, refund, source)
    return refund


def _line(world: "World", order: Order, line_id: int, quantity: int, restock: bool) -> RefundLine:
    line = order.line(line_id)
    if line is None or quantity < 0 or quantity > line.current_quantity:
        raise Refusal("Refund line items quantity cannot refund more items than were purchased")
    kind = "cancel" if quantity <= line.open_quantity else "return"
    return RefundLine(
        id=world.new_id(),
        line_id=line_id,
        quantity=quantity,
        restock=kind if restock else "no_restock",
        subtotal=_worth(line, quantity),
    )


def _worth(line: Line, quantity: int) -> Decimal:
    whole = line.price * line.quantity - line.discount
    return (whole * quantity / line.quantity).quantize(CENT, ROUND_HALF_UP)


def _check(order: Order, lines: list[RefundLine], amount: Decimal) -> None:
    if order.cancelled_at is not None:
        raise Refusal("A canceled order has been refunded already")
    if not lines and not amount:
        raise Refusal("Choose units or an amount to refund")
    if amount < 0 or amount > order.received:
        raise Refusal(f"At most {money(order.received)} {order.currency} can be refunded")


def _take_off(world: "World", store: Store, order: Order, part: RefundLine) -> None:
    line = order.line(part.line_id)
    if line is None:
        return
    unshipped = min(part.quantity, line.open_quantity)
    line.current_quantity -= part.quantity
    variant = store.variant(line.variant_id) if line.variant_id is not None else None
    if variant is None:
        return
    sellable = part.restock != "no_restock"
    back = min(line.claimed, unshipped)
    give_back(world, store, variant, back, sellable)
    line.claimed -= back
    if sellable and part.quantity > unshipped:
        put_back(world, store, variant, part.quantity - unshipped)


def _tell(world: "World", store: Store, order: Order, refund: Refund, source: str) -> None:
    units = sum(part.quantity for part in refund.lines)
    amount = f"{money(refund.amount)} {order.currency}"
    summary = f"{order.name}: {amount} for {counted(units, 'unit')} refunded by {source}"
    record_order(world, store, order, "order_refunded", summary, source)
    body = refund_body(store, order, refund)
    announce(world, store, "REFUNDS_CREATE", body, order.name)
    touch(world, store, order)
