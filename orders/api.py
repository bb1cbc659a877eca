"""Endpoints of orders: how far an order is with its partners, and pressing the buttons of that."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Path, Router, Schema

from integrations.api.callers import callers
from integrations.api.problems import Problem
from integrations.api.sync import caller_of, refuse_unknown
from integrations.models.base import ImpossibleMove
from integrations.words import is_or_are
from orders.models import Order, PartnerOrder, Submission
from orders.services import closing, deciding
from orders.services.asking import ask_now
from orders.services.confirming import SOON, is_soon

router = Router(tags=["orders"])
READ, WRITE = "orders:read", "orders:write"
Sending = Submission.Status
NUMBER = "Number of the order, like #1001 (sent as %231001)"
SHARED = (
    "It carries goods of other orders too: it is placed at its time, or by Submit now on its page."
)
Number = Annotated[str, Path(max_length=60, description=NUMBER)]
# What scripts are told of the last outbound write; `exported`: the partner has it.
WORDS = {
    Sending.PENDING: "pending",
    Sending.SUBMITTING: "sending",
    Sending.SUBMITTED: "exported",
    Sending.UNCONFIRMED: "unconfirmed",
    Sending.FAILED: "failed",
    Sending.DROPPED: "given_up",
}


class PlacementOut(Schema):
    """One partner's part of an order."""

    partner: str = Field(description="Who fulfills it")
    reference: str = Field(description="What we call it, there too")
    external_id: str = Field(description="What they call it; empty until they have it")
    status: str = Field(
        description="pending, sending, exported, unconfirmed, failed (after five attempts, or "
        "refused) or given_up"
    )
    fulfillment: str = Field(description="How far the partner is: submitted, picking, packed ...")
    last_attempt: datetime | None = Field(description="When it was last tried, UTC")
    error: str = Field(description="Why the last attempt did not succeed; empty if it did")
    retry_count: int = Field(description="Attempts so far")


class PlacementsOut(Schema):
    """How far an order is with its partners."""

    order: str = Field(description="Number of the order")
    status: str = Field(description="Status of the whole order: paid, exported, shipped ...")
    attention: str = Field(description="What needs a person: placement_failed ...; empty: nothing")
    placements: list[PlacementOut] = Field(description="One for each partner order")


class DoneOut(Schema):
    """Whether something was set going."""

    success: bool = Field(description="Whether anything was done")
    message: str = Field(description="What was done, or why nothing was; for people")


def _extra(scope: str) -> dict[str, Any]:
    return {"auth": callers(scope), "openapi_extra": {"x-scope": scope}}


@router.get(
    "/{number}/placement",
    response=PlacementsOut,
    operation_id="read_placement",
    summary="How far an order is with its partners",
    description="Of each partner order: status, last attempt, error, attempts.",
    **_extra(READ),
)
def read_placement(request: HttpRequest, number: Number) -> PlacementsOut:
    """How far an order is with its partners."""
    refuse_unknown(request)
    order = _order(number)
    rows = [_placement(row) for row in _partner_orders(order)]
    return PlacementsOut(
        order=order.number, status=order.status, attention=order.attention, placements=rows
    )


@router.post(
    "/{number}/placement",
    response=DoneOut,
    operation_id="force_placement",
    summary="Place an order now",
    description="Sends what waits and tries again what failed, as the buttons of the portal do. "
    "Nothing is ever sent twice: what is in doubt is asked about first. A daily or weekly order "
    "that carries other customers' goods keeps its time; if it failed, it is tried again.",
    **_extra(WRITE),
)
def force_placement(request: HttpRequest, number: Number) -> DoneOut:
    """Place an order now."""
    refuse_unknown(request)
    rows, user = _partner_orders(_order(number)), caller_of(request).user
    done, reasons = [], []
    for row in rows:
        try:
            if word := _force(row, user):
                done.append(f"{row.reference} {word}")
        except closing.CannotSubmit as exc:
            reasons.append(f"{row.reference}: {exc}")
        except ImpossibleMove:
            reasons.append(f"{row.reference}: it changed meanwhile.")
    if done:
        return DoneOut(success=True, message=f"{'; '.join(done)}. {' '.join(reasons)}".strip())
    nothing = "Nothing of it waits to be sent." if rows else "No partner order was made for it yet."
    return DoneOut(success=False, message=" ".join(reasons) or nothing)


def _force(row: PartnerOrder, user: Any) -> str:
    """What was set going for one partner order; empty if there was nothing to do."""
    last = row.submissions.order_by("pk").last()
    is_shared = row.order_id is None
    if is_shared and (last is None or last.status == Sending.PENDING):
        raise closing.CannotSubmit(SHARED)
    if last is None:
        closing.close_and_submit(row, user)
        return "is being sent"
    if last.status == Sending.UNCONFIRMED:
        raise closing.CannotSubmit(_doubt(last))
    ways: dict[str, tuple[Callable[..., bool], str]] = {
        Sending.FAILED: (deciding.retry, "is tried again"),
        Sending.PENDING: (closing.approve, "is approved and being sent"),
    }
    act, word = ways.get(last.status, (None, ""))
    return word if act is not None and act(last, user) else ""


def _doubt(last: Submission) -> str:
    """What happens with one that they may have or not."""
    if last.retry_at is None:
        return "whether they have it is for a person to say, on its page in the portal."
    now = timezone.now()
    when = SOON if is_soon(last.retry_at, now) else f"at {last.retry_at:%H:%M} UTC"
    return f"whether they have it is asked first, {when}."


@router.post(
    "/{number}/tracking",
    response=DoneOut,
    operation_id="force_tracking",
    summary="Ask for progress and parcels now",
    description="Asks the systems of its partners how far they are and which parcels there are. "
    "The answer of this call does not wait for theirs: read the placement a moment later.",
    **_extra(WRITE),
)
def force_tracking(request: HttpRequest, number: Number) -> DoneOut:
    """Ask for progress and parcels now."""
    refuse_unknown(request)
    rows = _partner_orders(_order(number))
    runs = ask_now(rows, caller_of(request).user)
    if not runs:
        return DoneOut(success=False, message=_why_nobody(rows))
    names = sorted({str(run.connection) for run in runs})
    said = f"{', '.join(names)} {is_or_are(len(names))} being asked."
    return DoneOut(success=True, message=said)


def _why_nobody(rows: list[PartnerOrder]) -> str:
    """Why no system can be asked how far it is."""
    doubts = [
        f"{row.reference}: {_doubt(last)}"
        for row in rows
        if (last := _last(row)) and last.status == Sending.UNCONFIRMED
    ]
    if doubts:
        return " ".join(doubts)
    if not any(row.external_id for row in rows):
        return "No partner has it yet: there is nobody to ask."
    return "It is over, or its partner's system cannot be asked."


def _last(row: PartnerOrder) -> Submission | None:
    return max(row.submissions.all(), key=lambda one: one.pk, default=None)


def _order(number: str) -> Order:
    order = Order.objects.filter(number=number).first()
    if order is None:
        raise Problem(404, "not_found", f"There is no order {number}.")
    return order


def _partner_orders(order: Order) -> list[PartnerOrder]:
    """Those its lines are in, its own and consolidated ones."""
    rows = PartnerOrder.objects.filter(lines__order_line__order=order).distinct()
    found = rows.select_related("partner", "connection").prefetch_related("submissions")
    return list(found.order_by("pk"))


def _placement(row: PartnerOrder) -> PlacementOut:
    last = _last(row)
    failed = last is not None and last.status != Sending.SUBMITTED
    return PlacementOut(
        partner=row.partner.name,
        reference=row.reference,
        external_id=row.external_id,
        status=WORDS[Sending(last.status)] if last else "pending",
        fulfillment=row.status,
        last_attempt=last.sent_at if last else None,
        error=last.error if last and failed else "",
        retry_count=last.attempts if last else 0,
    )
