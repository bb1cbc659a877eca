"""What needs work on an order: what happened, what to do, and the buttons that do it."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils import timezone

from catalog.admin.links import page_of
from integrations.models import Alert, Connection
from integrations.words import counted, sentence
from orders.admin.address_buttons import old_addresses, tellable
from orders.admin.banner import Banner
from orders.admin.order_decisions import decisions, difference_lines
from orders.admin.order_facts import OrderFacts
from orders.admin.order_words import WAITS
from orders.admin.payment_banners import alarms_of_money, mismatch, money_left
from orders.admin.remote_links import (
    is_payment_service,
    remote_order_url,
    system_name,
    where_sold,
)
from orders.admin.shortfall_buttons import BUTTONS, describe_shortfall, is_short
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services.canceling import is_canceled_by_word
from orders.services.refusals import explain_refusal
from orders.services.short_shipped import fingerprint
from orders.services.waiting import why_out

Attention = Order.Attention
CATALOG = "admin:partner_catalog"


def banners(facts: OrderFacts) -> list[Banner]:
    """The worst first."""
    order = facts.order
    short = [part for part in facts.parts if is_short(part)]
    found = alarms_of_money(order)
    found += [_submission(row, submission, short) for row, submission in facts.troubled]
    found += [waiting_banner(one, page_of(one)) for one in facts.waiting_for]
    found += _not_all_shipped(facts)
    unrouted = [part for part in facts.parts if part.partner_id is None]
    if unrouted and not order.canceled_at:
        found.append(_unrouted(order, unrouted))
    makers: dict[str, Callable[[OrderFacts], Banner | None]] = {
        Attention.ON_HOLD: _on_hold,
        Attention.PAYMENT_MISMATCH: lambda facts: mismatch(facts.order, _store(facts)),
        Attention.CANCELED_AFTER_SEND: _differs,
        Attention.CHANGED_AFTER_SEND: _differs,
    }
    if (maker := makers.get(order.attention)) and (banner := maker(facts)):
        found.append(banner)
    if order.attention == Attention.CHANGED_AFTER_SEND and old_addresses(order):
        found.append(_moved(facts))
    found += money_left(order)
    told = [row for banner in found for _, row in banner.actions]
    left = [part for part in short if part not in told]
    return found if order.canceled_at else [*found, *_shortfalls(facts, left)]


def _not_all_shipped(facts: OrderFacts) -> list[Banner]:
    """Its partner says that it left, and units are in no parcel."""
    ours = {fingerprint(row): row for row in facts.partner_orders}
    open_ones = Alert.objects.filter(fingerprint__in=ours, closed_at=None).order_by("pk")
    return [
        Banner(
            "warn",
            f"{alert.title}.",
            alert.advice,
            links=[(f"Open {ours[alert.fingerprint]}", page_of(ours[alert.fingerprint]))],
        )
        for alert in open_ones
    ]


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


def _differs(facts: OrderFacts) -> Banner | None:
    """What partners have, or the customer got, that nobody wants: what a person may do about it."""
    order = facts.order
    lines = difference_lines(order)
    if not lines:
        return None
    where, sold = "Changed in the store", where_sold(order.connection)
    if order.canceled_at is not None or is_payment_service(order.connection):
        where = "Canceled" if order.canceled_at else "Changed"
    text = f"Refunds are made in {sold}; nothing is moved from here."
    rows = [decision.row for decision in decisions(order)]
    links = [*((f"Open {row}", page_of(row)) for row in rows), *_store(facts)]
    actions: list[tuple[str, Any]] = [("ask", order), ("keep", order)]
    actions += [("they_canceled", row) for row in rows if is_canceled_by_word(row)]
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
