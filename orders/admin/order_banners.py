"""What needs work on an order: what happened, what to do, and the buttons that do it."""

from dataclasses import dataclass, field
from typing import Any

from catalog.admin.links import page_of
from orders.admin.order_facts import OrderFacts
from orders.admin.remote_links import remote_order_url, system_name
from orders.admin.shortfall_buttons import BUTTONS, describe_shortfall, is_short
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission

Attention = Order.Attention


@dataclass
class Banner:
    """`actions`: (name, row) of buttons; `links`: (label, address)."""

    tone: str
    title: str
    text: str = ""
    actions: list[tuple[str, Any]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)


def banners(facts: OrderFacts) -> list[Banner]:
    """The worst first."""
    order = facts.order
    found = [_submission(row, submission) for row, submission in facts.troubled]
    unrouted = [part for part in facts.parts if part.partner_id is None]
    if unrouted and not order.canceled_at:
        found.append(_unrouted(order, unrouted))
    makers = {
        Attention.ON_HOLD: _on_hold,
        Attention.PAYMENT_MISMATCH: _mismatch,
        Attention.CANCELED_AFTER_SEND: _canceled,
        Attention.CHANGED_AFTER_SEND: _changed,
    }
    if maker := makers.get(Attention(order.attention)):
        found.append(maker(facts))
    return found if order.canceled_at else [*found, *_shortfalls(facts)]


def _submission(row: PartnerOrder, submission: Submission) -> Banner:
    link = [(f"Open {row}", page_of(row))]
    if submission.status == Submission.Status.FAILED:
        title = f"{row.partner} did not take {submission}."
        return Banner("bad", title, submission.error, [("retry", row)], link)
    text = f"We ask for {submission} by its reference before anything is sent again."
    return Banner("warn", f"{row.partner} may have it, the answer was lost.", text, [], link)


def _unrouted(order: Order, parts: list[PartnerOrderLine]) -> Banner:
    count = len(parts)
    title = f"{count} line{'s go' if count > 1 else ' goes'} nowhere."
    reasons = " ".join(dict.fromkeys(part.route_reason for part in parts))
    advice = "Import the product or correct the SKU in the store, then route it again."
    return Banner("bad", title, f"{reasons} {advice}", [("route", order)])


def _on_hold(facts: OrderFacts) -> Banner:
    text = "What was not sent waits here; what a partner already has goes on."
    return Banner("warn", "On hold.", text, [("release", facts.order)])


def _shortfalls(facts: OrderFacts) -> list[Banner]:
    """One per line that is short, with what may be done about it."""
    found = []
    for part in facts.parts:
        if is_short(part):
            title, text = describe_shortfall(part)
            buttons: list[tuple[str, Any]] = [(name, part) for name in BUTTONS]
            found.append(Banner("warn", title, text, buttons, _store(facts)))
    return found


def _mismatch(facts: OrderFacts) -> Banner:
    text = "Compare the payment with the order in the store before anything is sent."
    return Banner("bad", "What was paid is not what is owed.", text, [], _store(facts))


def _canceled(facts: OrderFacts) -> Banner:
    text = (
        f"{_who_has_it(facts)} Ask them to cancel it. If the goods arrive all the same, press "
        "Received on the parcel and keep them."
    )
    return Banner("bad", "Canceled in the store after it was sent.", text, [], _sent_links(facts))


def _changed(facts: OrderFacts) -> Banner:
    text = (
        f"{_who_has_it(facts)} Ask them to change it to the numbers below. What arrives too much "
        "stays at your center."
    )
    return Banner("bad", "Changed in the store after it was sent.", text, [], _sent_links(facts))


def _who_has_it(facts: OrderFacts) -> str:
    names = [
        f"{row.partner} has it as {row.external_number or row.reference}."
        for row in facts.partner_orders
        if row.closed_at
    ]
    return " ".join(names)


def _sent_links(facts: OrderFacts) -> list[tuple[str, str]]:
    rows = [row for row in facts.partner_orders if row.closed_at]
    return [*((f"Open {row}", page_of(row)) for row in rows), *_store(facts)]


def _store(facts: OrderFacts) -> list[tuple[str, str]]:
    order = facts.order
    url = remote_order_url(order.connection, order.external_id)
    return [(f"Open in {system_name(order.connection)}", url)] if url else []
