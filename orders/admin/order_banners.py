"""What needs work on an order: what happened, what to do, and the buttons that do it."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils import timezone

from catalog.admin.links import page_of
from catalog.money import say_money
from integrations.models import Connection
from integrations.words import counted, sentence
from orders.admin.address_buttons import old_addresses, tellable
from orders.admin.order_decisions import decisions, difference_lines
from orders.admin.order_facts import OrderFacts
from orders.admin.order_words import WAITS
from orders.admin.payment_buttons import payment_url
from orders.admin.remote_links import remote_order_url, system_name
from orders.admin.shortfall_buttons import BUTTONS, describe_shortfall, is_short
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services.refund_decisions import left_to_refund
from orders.services.refusals import explain_refusal
from orders.services.waiting import why_out

Attention = Order.Attention
CATALOG = "admin:partner_catalog"


@dataclass
class Banner:
    """`lines` below the text; `actions`: (name, row) of buttons; `links`: (label, address)."""

    tone: str
    title: str
    text: str = ""
    actions: list[tuple[str, Any]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def banners(facts: OrderFacts) -> list[Banner]:
    """The worst first."""
    order = facts.order
    short = [part for part in facts.parts if is_short(part)]
    found = [_submission(row, submission, short) for row, submission in facts.troubled]
    found += [waiting_banner(one, page_of(one)) for one in facts.waiting_for]
    unrouted = [part for part in facts.parts if part.partner_id is None]
    if unrouted and not order.canceled_at:
        found.append(_unrouted(order, unrouted))
    makers = {
        Attention.ON_HOLD: _on_hold,
        Attention.PAYMENT_MISMATCH: _mismatch,
        Attention.CANCELED_AFTER_SEND: _differs,
        Attention.CHANGED_AFTER_SEND: _differs,
    }
    if (maker := makers.get(Attention(order.attention))) and (banner := maker(facts)):
        found.append(banner)
    if order.attention == Attention.CHANGED_AFTER_SEND and old_addresses(order):
        found.append(_moved(facts))
    found += _money_left(order)
    told = [row for banner in found for _, row in banner.actions]
    left = [part for part in short if part not in told]
    return found if order.canceled_at else [*found, *_shortfalls(facts, left)]


def _submission(row: PartnerOrder, submission: Submission, short: list[PartnerOrderLine]) -> Banner:
    """What can be done about the one line they have too little of stands here, once."""
    link = [(f"Open {row}", page_of(row))]
    if submission.status == Submission.Status.FAILED:
        refusal = explain_refusal(submission)
        lacking = [part for part in short if part.submission_id == submission.pk]
        ways = [(name, lacking[0]) for name in BUTTONS] if len(lacking) == 1 else [("retry", row)]
        actions: list[tuple[str, Any]] = [*ways, ("drop", row)]
        return Banner("bad", f"{refusal.title}.", refusal.text, actions, link)
    text = f"We ask for {submission} by its reference before anything is sent again."
    return Banner("warn", f"{row.partner} may have it, the answer was lost.", text, [], link)


def waiting_banner(connection: Connection, url: str) -> Banner:
    """Of what waits for a connection, on the page of an order and of a partner order."""
    text = why_out(connection, timezone.now())
    lost = connection.status == Connection.Status.NEEDS_ATTENTION
    title = f"{WAITS} {connection}."
    actions: list[tuple[str, Any]] = [("reconnect_lost", connection)] if lost else []
    return Banner("bad" if lost else "warn", title, text, actions, [("Open connection", url)])


def _unrouted(order: Order, parts: list[PartnerOrderLine]) -> Banner:
    count = len(parts)
    title = f"{counted(count, 'line')} {'has' if count == 1 else 'have'} no partner."
    reasons = [sentence(one) for one in dict.fromkeys(part.route_reason for part in parts) if one]
    text = " ".join([*reasons, *_ways_out(parts)])
    actions: list[tuple[str, Any]] = [("ship_ourselves", order), ("route", order)]
    return Banner("bad", title, text, actions, [("Import products", reverse(CATALOG))])


def _ways_out(parts: list[PartnerOrderLine]) -> list[str]:
    """Advice by cause: a product nobody knows, or one that lost its partner."""
    known = {bool(part.variant_id or part.order_line.variant_id) for part in parts}
    advice = {
        False: "Import the product, or correct the SKU in the store, then press Route again; if it "
        "is your own, press We ship it.",
        True: "Press Route again once a partner has it; or press We ship it.",
    }
    return [advice[one] for one in sorted(known)]


def _on_hold(facts: OrderFacts) -> Banner:
    told = any(part.is_sent for part in facts.parts)
    rest = "; what a partner already has goes on." if told else "."
    return Banner(
        "warn", "On hold.", f"What was not sent waits here{rest}", [("release", facts.order)]
    )


def _shortfalls(facts: OrderFacts, short: list[PartnerOrderLine]) -> list[Banner]:
    """One per line that is short, with what may be done about it."""
    found = []
    for part in short:
        title, text = describe_shortfall(part)
        buttons: list[tuple[str, Any]] = [(name, part) for name in BUTTONS]
        found.append(Banner("warn", title, text, buttons, _store(facts)))
    return found


def _mismatch(facts: OrderFacts) -> Banner:
    order = facts.order
    text = f"{order.payment_problem} Nothing is sent until you decide."
    actions: list[tuple[str, Any]] = [("accept_payment", order), ("refuse_payment", order)]
    links = [*_payment_link(order), *_store(facts)]
    return Banner("bad", "What was paid is not what is owed.", text, actions, links)


def _money_left(order: Order) -> list[Banner]:
    """Of a canceled order that was paid: what happens with the money is for a person to say."""
    left = left_to_refund(order)
    if not left:
        return []
    title = f"{say_money(left, order.currency)} was paid and did not go back."
    text = "Pay it back where it was paid, or note what was decided. No money moves from here."
    return [Banner("warn", title, text, [("note_refund", order)], _payment_link(order))]


def _payment_link(order: Order) -> list[tuple[str, str]]:
    url = payment_url(order)
    return [("Open the payment", url)] if url else []


def _differs(facts: OrderFacts) -> Banner | None:
    """What partners have, or the customer got, that nobody wants: what a person may do about it."""
    order = facts.order
    lines = difference_lines(order)
    if not lines:
        return None
    where = "Changed in the store" if order.canceled_at is None else "Canceled"
    text = "Refunds are made in the store; nothing is moved from here."
    rows = [decision.row for decision in decisions(order)]
    links = [*((f"Open {row}", page_of(row)) for row in rows), *_store(facts)]
    actions = [("ask", order), ("keep", order)]
    return Banner("bad", f"{where} after it was sent.", text, actions, links, lines)


def _moved(facts: OrderFacts) -> Banner:
    """A partner ships to where the customer was before."""
    rows = old_addresses(facts.order)
    lines = [
        f"{row.partner} shipped {row} to the old address."
        if row.status == PartnerOrder.Status.SHIPPED
        else f"{row.partner} was told to ship {row} to the old address."
        for row in rows
    ]
    can_send = bool(tellable(facts.order))
    text = (
        "Send them the new one, or agree with the customer; then say so here."
        if can_send
        else "Tell them the new one, or agree with the customer; then say so here."
    )
    names = ["send_address", "address"] if can_send else ["address"]
    links = [*((f"Open {row}", page_of(row)) for row in rows), *_store(facts)]
    title = "The address changed after it was sent."
    return Banner("bad", title, text, [(name, facts.order) for name in names], links, lines)


def _store(facts: OrderFacts) -> list[tuple[str, str]]:
    order = facts.order
    url = remote_order_url(order.connection, order.external_id)
    return [(f"Open in {system_name(order.connection)}", url)] if url else []
