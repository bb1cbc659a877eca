"""Customers' rights: requests come in by webhook, are answered in time, and leave a row."""

import hashlib
import logging
from datetime import date, datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from integrations.errors import ProviderError
from integrations.jobs import enqueue
from integrations.models import InboundEvent
from integrations.services.alerts import close_alert, raise_alert
from integrations.services.webhooks import Ignored, Unreadable, read_events
from integrations.types import PersonRequest
from orders.models import Order, OrderContact, PrivacyRequest, Shipment
from orders.services.approving import hold_order
from orders.services.forgetting import forget_contact, forget_person
from orders.services.raw_bodies import ENDED, wipe, wipe_late

log = logging.getLogger(__name__)
Kind, Status = PrivacyRequest.Kind, PrivacyRequest.Status
TASK = "orders.tasks.redact"

ANSWER_WITHIN = timedelta(days=30)
MARGIN = timedelta(days=3)  # so much before the day it is done whether the order shipped or not
AT_ONCE = 50  # orders per job: the next job goes on
PER_NIGHT = 2000
TOGETHER = timedelta(days=2)  # so long a store repeats a webhook that did not arrive
DELETED_MEANWHILE = "Deleted meanwhile: nothing of this customer is stored any more."
REMEMBERED = timedelta(days=90)  # an order that comes in this late is still forgotten
AFTER_CLOSE = timedelta(days=180)
ENDED_ORDERS = (Order.Status.SHIPPED, Order.Status.DELIVERED, Order.Status.CANCELED)


def take_request(row: InboundEvent, kind: str, asked: PersonRequest) -> PrivacyRequest:
    """Keep a request, once however often it is sent; what can be done by itself is done at once."""
    words = asked.request_id or row.dedupe_key
    due_on = (row.received_at + ANSWER_WITHIN).date()
    with transaction.atomic():
        request, created = PrivacyRequest.objects.get_or_create(
            account=row.account,
            key=hashlib.sha256(f"{kind}:{words}".encode()).hexdigest(),
            defaults={
                "kind": kind,
                "provider": row.provider,
                "connection": row.connection,
                "event": row,
                "order_ids": list(asked.order_ids),
                "customer_id": asked.customer_id[:60],
                "due_on": due_on,
            },
        )
        if created:
            InboundEvent.objects.filter(pk=row.pk).update(due_on=due_on)
            tell(request)
        elif request.event_id != row.pk or request.status == Status.DONE:
            row.is_to_be_forgotten = True  # a repeat: the first one is what is answered
        if request.kind == Kind.DATA and _close_if_deleted(request, row.received_at):
            row.is_to_be_forgotten = True
        if request.status == Status.OPEN and kind != Kind.DATA:
            enqueue(TASK, request.pk)
    return request


def tell(request: PrivacyRequest) -> None:
    """One alert while it is open."""
    whose = request.connection.name if request.connection else request.account
    if request.kind == Kind.DATA:
        advice = "Open the request, export what is stored, send it to the customer, mark it sent."
    else:
        advice = "It is done by itself: who has an order under way is deleted when that shipped."
    raise_alert(
        _fingerprint(request),
        "privacy",
        f"{whose}: a customer {_wish(request)} until {request.due_on:%b %d, %Y}",
        advice,
        request,
    )


def _wish(request: PrivacyRequest) -> str:
    return "must get their data" if request.kind == Kind.DATA else "must be forgotten"


def _fingerprint(request: PrivacyRequest) -> str:
    return f"privacy:{request.pk}"


def asked_for(request: PrivacyRequest) -> PersonRequest:
    """Whom it is about, from the webhook it came with; once that is wiped the ids are left."""
    known = PersonRequest(customer_id=request.customer_id, order_ids=tuple(request.order_ids))
    event = request.event
    if event is None or not event.body:
        return known
    try:
        events = read_events(event)
    except (Unreadable, Ignored, ProviderError):
        log.warning("the webhook of privacy request %s cannot be read", request.pk)
        return known
    return next((one.data for one in events if isinstance(one.data, PersonRequest)), known)


def orders_of(request: PrivacyRequest) -> "models.QuerySet[Order]":
    """The orders of the account it speaks of: by their ids, and by the customer's e-mail."""
    orders = Order.objects.filter(connection__account=request.account).order_by("pk")
    if request.kind == Kind.SHOP:
        return orders
    asked = asked_for(request)
    theirs = Q(external_id__in=asked.order_ids)
    if asked.email:
        theirs |= Q(contact__email__iexact=asked.email)
    return orders.filter(theirs)


def redact(request: PrivacyRequest, now: datetime) -> bool:
    """Forget whom it names, as far as their orders are done; True if nothing is left to do.

    Harmless when repeated. An order under way keeps its customer until it shipped, at the latest
    until three days before the request must be answered; then it is put on hold instead.
    """
    if request.kind == Kind.DATA or request.status == Status.DONE:
        return request.status == Status.DONE
    if request.kind == Kind.SHOP:
        wipe(_bodies_of(request), now)
    left = not_forgotten(orders_of(request))
    if forced := now.date() >= request.due_on - MARGIN:
        _hold_what_waits(left)
    ready = left if forced else left.filter(_is_ready())
    chosen = list(ready[:AT_ONCE])
    if chosen or not left.exists():
        forget_person(chosen, asked_for(request), now)
    return _settle(request, left, forced or ready.exists(), now)


def _settle(
    request: PrivacyRequest, left: "models.QuerySet[Order]", more: bool, now: datetime
) -> bool:
    waiting = left.count()
    if not waiting:
        for other in PrivacyRequest.objects.filter(_open_data(), account=request.account):
            if _is_same_customer(request, other) and not not_forgotten(orders_of(other)).exists():
                finish(other, DELETED_MEANWHILE, now)
        return finish(request, "Everything about them was deleted.", now)
    said = f"{waiting} of their orders did not ship yet: deleted after that."
    PrivacyRequest.objects.filter(pk=request.pk).update(outcome=said)
    if more:
        enqueue(TASK, request.pk)
    return False


def _open_data() -> Q:
    return Q(kind=Kind.DATA, status=Status.OPEN)


def _is_same_customer(request: PrivacyRequest, other: PrivacyRequest) -> bool:
    """Of one store: by their id there, an order both name, or the e-mail of both."""
    if request.kind == Kind.SHOP or set(request.order_ids) & set(other.order_ids):
        return True
    if request.customer_id and request.customer_id == other.customer_id:
        return True
    email = asked_for(request).email.lower()
    return bool(email) and email == asked_for(other).email.lower()


def _close_if_deleted(request: PrivacyRequest, received_at: datetime) -> bool:
    """Its customer was forgotten before this data request was handled: nothing is left to send.

    Only where both came together; who asks long after they were forgotten gets a person's answer.
    """
    since = received_at - TOGETHER
    redactions = PrivacyRequest.objects.exclude(kind=Kind.DATA).filter(
        account=request.account, status=Status.DONE, done_at__gte=since
    )
    if not any(_is_same_customer(one, request) for one in redactions):
        return False
    if not_forgotten(orders_of(request)).exists():
        return False
    finish(request, DELETED_MEANWHILE, timezone.now())
    return True


def _bodies_of(request: PrivacyRequest) -> "models.QuerySet[InboundEvent]":
    return InboundEvent.objects.filter(account=request.account, status__in=ENDED, due_on=None)


def not_forgotten(orders: "models.QuerySet[Order]") -> "models.QuerySet[Order]":
    """Those whose customer is still stored."""
    return orders.exclude(contact__redacted_at__isnull=False)


def _is_ready() -> Q:
    """It ended, and the mail that says so is out."""
    mailing = Order.objects.filter(notifications__status__in=["queued", "sending"])
    return Q(status__in=ENDED_ORDERS) & ~Q(pk__in=mailing.values("pk"))


def _hold_what_waits(left: "models.QuerySet[Order]") -> None:
    """Nothing is sent to an address that is about to be gone."""
    for order in left.exclude(status__in=ENDED_ORDERS)[:AT_ONCE]:
        hold_order(order, None, "Its customer asked to be forgotten.")
        raise_alert(
            f"privacy-order:{order.pk}",
            "privacy",
            f"{order.number} did not ship before its customer had to be forgotten",
            "Their name and address are deleted. Cancel it in the store, or ask them again.",
            order,
        )


def finish(
    request: PrivacyRequest, outcome: str, now: datetime, user: AbstractBaseUser | None = None
) -> bool:
    """It is answered: its webhook is wiped, its alert closes. False if it was done already."""
    by = user.pk if user else None
    with transaction.atomic():
        if not request.move(Status.OPEN, Status.DONE, outcome=outcome, done_at=now, done_by_id=by):
            return False
        if request.event_id:
            asked = InboundEvent.objects.filter(pk=request.event_id)
            asked.update(due_on=None, body=b"", forgotten_at=now)
        close_alert(_fingerprint(request), now)
    return True


def open_redactions() -> list[int]:
    """What the tick wakes: redactions that are not done, those due first."""
    rows = PrivacyRequest.objects.exclude(kind=Kind.DATA).filter(status=Status.OPEN)
    return list(rows.order_by("due_on", "pk").values_list("pk", flat=True)[:100])


def look_after(now: datetime) -> dict[str, int]:
    """What every night does: orders that came in late, old contacts, what could not be read."""
    for request in PrivacyRequest.objects.filter(_open_data()):
        _close_if_deleted(request, request.created_at)
    return {
        "late orders": _forget_late(now),
        "old contacts": forget_old(now),
        "late bodies": wipe_late(_forgotten_ids(now), now),
    }


def _forget_late(now: datetime) -> int:
    """An order that was named in a request and came in only after it was done."""
    done = PrivacyRequest.objects.filter(
        kind=Kind.REDACT, status=Status.DONE, done_at__gte=now - REMEMBERED
    )
    number = 0
    for request in done.exclude(order_ids=[]):
        late = list(not_forgotten(orders_of(request)).filter(_is_ready())[:AT_ONCE])
        number += forget_person(late, PersonRequest(), now) if late else 0
    return number


def forget_old(now: datetime) -> int:
    """Customers of orders that ended half a year ago: nothing needs them any more."""
    before = now - AFTER_CLOSE
    old = Order.objects.filter(status__in=ENDED_ORDERS, placed_at__lt=before)
    fresh = Shipment.objects.filter(Q(shipped_at__gte=before) | Q(delivered_at__gte=before))
    old = old.exclude(pk__in=fresh.exclude(order=None).values("order"))
    old = not_forgotten(old).exclude(canceled_at__gte=before).order_by("pk")
    return sum(forget_contact(order, now) for order in old[:PER_NIGHT])


def _forgotten_ids(now: datetime) -> "models.QuerySet[OrderContact, str]":
    recent = OrderContact.objects.filter(redacted_at__gte=now - REMEMBERED)
    return recent.values_list("order__external_id", flat=True)


def is_due_soon(request: PrivacyRequest, today: date | None = None) -> bool:
    """Open, and to be answered within a week."""
    day = today or timezone.localdate()
    return request.status == Status.OPEN and request.due_on - day <= timedelta(days=7)
