"""Everything stored about a customer, as a file staff can send to them."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.forms.models import model_to_dict

from integrations.models import InboundEvent
from orders.models import Notification, Order, OrderContact, PrivacyRequest, Shipment
from orders.services.forgetting import Person
from orders.services.privacy import asked_for, orders_of
from orders.services.raw_bodies import holding, plain

FACTS = (
    "number", "external_id", "placed_at", "paid_at", "canceled_at", "cancel_reason", "currency",
    "total", "tax", "shipping", "refunded_total", "delivery_method", "note", "payment_reference",
)  # fmt: skip
LINE = ("sku", "title", "quantity", "canceled_quantity", "price", "discount")
PARCEL = ("carrier", "service", "tracking_number", "url", "status", "shipped_at", "delivered_at")
MAIL = ("event", "recipient", "subject", "body", "status", "created_at", "sent_at")


def export_person(request: PrivacyRequest, user: AbstractBaseUser, now: datetime) -> bytes:
    """A ZIP with the same in JSON and as text to read; who made it and when is recorded."""
    data = collect(request, now)
    PrivacyRequest.objects.filter(pk=request.pk).update(exported_at=now, exported_by_id=user.pk)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(data, indent=2, ensure_ascii=False, default=str)
        archive.writestr("customer-data.json", text)
        archive.writestr("customer-data.txt", "\n".join(_as_text(data)) + "\n")
    return packed.getvalue()


def collect(request: PrivacyRequest, now: datetime) -> dict[str, Any]:
    """Contact, orders, lines, parcels, e-mails, history and stored webhooks."""
    asked, person = asked_for(request), Person()
    orders = list(orders_of(request).select_related("contact"))
    # Names, streets and telephones are shared: what goes to this customer must be theirs alone.
    person.learn(asked.email)
    person.learn_ids(*asked.order_ids, *(order.external_id for order in orders))
    return {
        "store": request.account,
        "request": asked.request_id,
        "customer": {"id": asked.customer_id, "email": asked.email, "phone": asked.phone},
        "made_at": now,
        "orders": [_order(order) for order in orders],
        "other_emails": _rows(_mails_without_order(asked.email), MAIL),
        "webhooks": _webhooks(person),
    }


def _contact_of(order: Order) -> OrderContact:
    contact: OrderContact | None = getattr(order, "contact", None)
    return contact or OrderContact()


def _order(order: Order) -> dict[str, Any]:
    contact = model_to_dict(_contact_of(order), exclude=["id", "order", "redacted_at"])
    parcels = Shipment.objects.filter(Q(order=order) | Q(partner_order__order=order)).distinct()
    return {
        **{name: getattr(order, name) for name in FACTS},
        "status": order.get_status_display(),
        "contact": contact,
        "lines": _rows(order.lines.order_by("pk"), LINE),
        "shipments": _rows(parcels.order_by("pk"), PARCEL),
        "emails": _rows(order.notifications.order_by("pk"), MAIL),
        "history": _rows(order.events.order_by("pk"), ("at", "message")),
    }


def _mails_without_order(email: str) -> Any:
    mails = Notification.objects.filter(order=None, recipient__iexact=email).order_by("pk")
    return mails if email else mails.none()


def _rows(rows: Any, names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{name: getattr(row, name) for name in names} for row in rows]


def _webhooks(person: Person) -> list[dict[str, Any]]:
    found = InboundEvent.objects.filter(pk__in=holding(person.terms, person.ids))
    return [
        {"topic": row.topic, "received_at": row.received_at, "body": _body(row)}
        for row in found.order_by("pk")
    ]


def _body(row: InboundEvent) -> Any:
    try:
        return json.loads(bytes(row.body))
    except (ValueError, RecursionError):
        return plain(bytes(row.body))


def _as_text(value: Any, depth: int = 0) -> Iterator[str]:
    """One line per fact, indented as deep as it lies."""
    pad = "  " * depth
    if not isinstance(value, dict | list):
        yield f"{pad}{value}"
        return
    pairs = value.items() if isinstance(value, dict) else enumerate(value, 1)
    for name, one in pairs:
        if isinstance(one, dict | list):
            yield f"{pad}{name}:"
            yield from _as_text(one, depth + 1)
        elif one not in (None, ""):
            yield f"{pad}{name}: {one}"
