"""Decisions: what a partner has that nobody wants any more, and what a person does about it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from catalog.services.partners import can_append
from integrations.models.base import locked
from integrations.providers.base import CancelsOrders
from integrations.services.alerts import close_alert
from orders.models import Order, OrderLine, PartnerOrder, PartnerOrderLine, Submission
from orders.services.alarms import fingerprint
from orders.services.canceling import ask_for_less, ask_to_cancel, is_canceled_by_word
from orders.services.closing import IN_FLIGHT, CannotSubmit
from orders.services.content import lowered_of
from orders.services.history import record
from orders.services.locking import live_parts, lock_orders
from orders.services.status import refresh_status, units_to_customer
from orders.services.surplus import AT_WORK, EARLY, Over, gone_too_many, lines_of, overs

Sending, Kind = Submission.Status, Submission.Kind


@dataclass(frozen=True)
class Decision:
    """What one partner has too much of for one customer's order, and what was said about it."""

    order: Order
    row: PartnerOrder
    overs: tuple[Over, ...]
    submissions: tuple[Submission, ...] = ()

    @property
    def asked(self) -> Submission | None:
        """What is on its way to the partner; until it is settled nothing else can be said."""
        return next((one for one in self.submissions if one.status in IN_FLIGHT), None)

    @property
    def refused(self) -> Submission | None:
        """The question the partner said no to last."""
        asked = [one for one in self.submissions if takes_back(one)]
        return asked[-1] if asked and asked[-1].status == Sending.FAILED else None

    @property
    def units(self) -> int:
        """Units that are too many."""
        return sum(over.units for over in self.overs)

    @property
    def stoppable(self) -> int:
        """Units of them that were not shipped yet."""
        return sum(over.stoppable for over in self.overs)

    @property
    def what(self) -> str:
        """The units and what they are of."""
        return ", ".join(f"{over.units} x {over.part.order_line.title}" for over in self.overs)


def takes_back(submission: Submission) -> bool:
    """Whether it asks a partner for less than it was told: to cancel, or to send fewer."""
    return submission.kind == Kind.CANCEL or bool(lowered_of(submission))


def decisions_of(order: Order) -> list[Decision]:
    """One per partner order that has more than this order wants; by their age."""
    found: dict[int, list[Over]] = {}
    for over in overs(lines_of(order), live_parts(order)):
        found.setdefault(over.part.partner_order_id or 0, []).append(over)
    rows = PartnerOrder.objects.filter(pk__in=found).select_related("partner", "connection")
    return [
        Decision(order, row, tuple(found[row.pk]), tuple(row.submissions.order_by("seq")))
        for row in rows.order_by("pk")
    ]


def way_to_ask(decision: Decision) -> str:
    """How the partner can be asked: "cancel" the order, send "less", or "" (see `why_not_ask`)."""
    row = decision.row
    if decision.asked or decision.refused or not decision.stoppable:
        return ""
    if row.status in (*EARLY, *AT_WORK) and _takes_cancel(row) and _is_all(decision):
        return "cancel"
    return "less" if row.status in EARLY and can_append(row.partner) else ""


def why_not_ask(decision: Decision) -> str:
    """Why the partner cannot be asked by pressing a button, as a sentence; empty if it can."""
    row = decision.row
    if way_to_ask(decision):
        return ""
    if decision.asked:
        return f"{row.partner} is being told {decision.asked}: wait for its outcome."
    if decision.refused:
        return f"{row.partner} did not agree: {decision.refused.error}"
    if not decision.stoppable:
        return f"{row.partner} shipped it already."
    if row.status not in EARLY:
        return f"{row.partner} began work on {row}."
    then = " If they cancel it, press They canceled it." if is_canceled_by_word(row) else ""
    return f"{row.partner}'s system takes no changes. Ask them yourself.{then}"


def _takes_cancel(row: PartnerOrder) -> bool:
    return row.connection is not None and issubclass(row.connection.provider_class, CancelsOrders)


def _is_all(decision: Decision) -> bool:
    """Whether nobody wants anything of what the partner was told with this order."""
    too_many = {over.part.pk: over.stoppable for over in decision.overs}
    parts = decision.row.lines.filter(canceled_at=None).select_related("submission")
    told = [part for part in parts if part.is_sent]
    return all(too_many.get(part.pk) == part.quantity for part in told)


def ask_partner(
    order: Order, row: PartnerOrder, user: AbstractBaseUser, reason: str = ""
) -> Submission:
    """Ask the partner to cancel, or to send less, of what this order does not want any more.

    Raises CannotSubmit with a sentence where that is not possible (any more).
    """
    with transaction.atomic():
        lock_orders(row)
        decision = _decision(order, row)
        if (way := way_to_ask(decision)) == "cancel":
            return ask_to_cancel(row, reason or f"{order} does not need it any more.", user)
        if way != "less":
            raise CannotSubmit(why_not_ask(decision))
        remaining = {over.part.pk: over.part.quantity - over.stoppable for over in decision.overs}
        return ask_for_less(row, remaining, user)


def _decision(order: Order, row: PartnerOrder) -> Decision:
    fresh = Order.objects.get(pk=order.pk)
    for decision in decisions_of(fresh):
        if decision.row.pk == row.pk:
            return decision
    raise CannotSubmit(f"{row.partner} has nothing of {order} any more that it does not want.")


def keep(order: Order, user: AbstractBaseUser, rows: Iterable[PartnerOrder] | None = None) -> int:
    """A person agrees: what is too many comes all the same. Returns how many units that are.

    `rows` narrows it to some partner orders. What a partner is being asked about stays open; a
    question it said no to is closed. What the customer has got too much of is noted with it.
    """
    with transaction.atomic():
        order = locked(Order.objects.all()).get(pk=order.pk)
        chosen = None if rows is None else {row.pk for row in rows}
        kept = [
            decision
            for decision in decisions_of(order)
            if decision.asked is None and (chosen is None or decision.row.pk in chosen)
        ]
        for decision in kept:
            _keep(decision, user)
        noted = _note_gone(order, user)
        refresh_status(order)
    return sum(decision.units for decision in kept) or noted


def _keep(decision: Decision, user: AbstractBaseUser) -> None:
    for over in decision.overs:
        part = PartnerOrderLine.objects.filter(pk=over.part.pk)
        part.update(kept=F("kept") + over.units)
    if refused := decision.refused:
        settled = {"decided_by_id": user.pk, "settled_at": timezone.now()}
        refused.move(Sending.FAILED, Sending.DROPPED, **settled)
        close_alert(fingerprint(refused))
    text = f"Kept though nobody wants it: {decision.what} from {decision.row.partner}."
    record(decision.order, "kept", text, user=user, reference=decision.row.reference)
    record(decision.row, "kept", f"{text} It was for {decision.order}.", user=user)


def gone(order: Order) -> dict[OrderLine, int]:
    """Units on their way to the customer, or there, that are not wanted and not noted yet."""
    shipped, _ = units_to_customer(order)
    return gone_too_many(lines_of(order), shipped)


def _note_gone(order: Order, user: AbstractBaseUser) -> int:
    extra = gone(order)
    for line, units in extra.items():
        OrderLine.objects.filter(pk=line.pk).update(noted=F("noted") + units)
    if extra:
        what = ", ".join(f"{units} x {line.title}" for line, units in extra.items())
        record(order, "noted", f"Noted: the customer has got {what} too many.", user=user)
    return sum(extra.values())
