"""A customer who is easy to find again, and where in the database anything of them is."""

import base64
import gzip
import hashlib
import hmac
import json
import os
import subprocess
from typing import Any
from urllib.parse import quote_plus

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_q.models import Failure

from integrations.models import ApiCall, Connection, InboundEvent, SyncChange, SyncRun
from integrations.services.alerts import raise_alert
from integrations.services.webhooks import handle
from orders.models import Order, PrivacyRequest, Shipment
from orders.services.history import record
from orders.services.notifications import notify, send
from orders.tasks import redact

HUSH = "own-app-secret"
EMAIL, PHONE = "zoe.marker@personal.example", "+15550109876"
NAME, STREET = "Zoë Markerson", "77 Secretlane Ct"
WORDS = (EMAIL, PHONE, NAME, STREET)
ORDER_ID = 5501020304


def give_secret(store: Connection) -> Connection:
    store.secrets = {"client_id": "own-app", "client_secret": HUSH}
    store.save()
    return store


def order_body(number: int = ORDER_ID, **fields: Any) -> dict[str, Any]:
    """An order as Shopify sends it, of the marked customer."""
    money = {"shop_money": {"amount": "24.00", "currency_code": "USD"}}
    free = {"shop_money": {"amount": "0.00", "currency_code": "USD"}}
    address = {
        "first_name": "Zoë", "last_name": "Markerson", "name": NAME, "address1": STREET,
        "address2": "", "phone": PHONE, "city": "Oakland", "zip": "94607", "province_code": "CA",
        "country_code": "US", "company": "Markerson and Daughters",
    }  # fmt: skip
    line = {
        "id": number * 10, "sku": "SKU-1", "name": "Beans", "quantity": 1, "current_quantity": 1,
        "price_set": money, "price": "24.00", "requires_shipping": True, "gift_card": False,
        "discount_allocations": [],
    }  # fmt: skip
    body = {
        "id": number, "name": f"#{number}", "created_at": "2026-11-19T08:00:00Z",
        "updated_at": "2026-11-19T08:00:00Z", "currency": "USD", "line_items": [line],
        "email": EMAIL, "contact_email": EMAIL, "phone": PHONE, "financial_status": "paid",
        "processed_at": "2026-11-19T08:00:00Z", "shipping_address": address,
        "billing_address": address, "shipping_lines": [], "current_total_price_set": money,
        "current_total_tax_set": free, "total_shipping_price_set": free, "refunds": [],
        "payment_gateway_names": ["card"], "note": f"Ring for {NAME}", "test": False,
        "cancelled_at": None, "cancel_reason": None, "total_price_set": money,
        "current_total_price": "24.00", "current_total_tax": "0.00", "total_price": "24.00",
    }  # fmt: skip
    return body | fields


def parcel_body(number: int = ORDER_ID) -> dict[str, Any]:
    """All of the order leaves the store."""
    line = {"id": number * 10, "sku": "SKU-1", "quantity": 1}
    return {
        "id": number + 7, "order_id": number, "status": "success", "line_items": [line],
        "created_at": "2026-11-20T08:00:00Z", "updated_at": "2026-11-20T08:00:00Z",
        "tracking_company": "UPS", "tracking_number": "1Z1", "tracking_numbers": ["1Z1"],
        "tracking_urls": [], "shipment_status": None, "email": EMAIL,
        "destination": {"name": NAME, "address1": STREET},
    }  # fmt: skip


def post(
    store: Connection, topic: str, body: bytes, delivery: str = "", secret: str = HUSH
) -> InboundEvent:
    """A signed delivery to the store's own address; it is stored, not handled."""
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    headers = {
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": store.account,
        "X-Shopify-Webhook-Id": delivery or hashlib.sha256(topic.encode() + body).hexdigest(),
        "X-Shopify-Hmac-Sha256": signature.decode(),
    }
    answer = Client().post(
        f"/hooks/{store.hook_key}/", body, content_type="application/json", headers=headers
    )
    assert answer.status_code == 200
    return InboundEvent.objects.latest("pk")


def tell(store: Connection, topic: str, body: dict[str, Any], delivery: str = "") -> InboundEvent:
    """The same, and a worker handles it."""
    row = post(store, topic, json.dumps(body).encode(), delivery)
    handle(row.pk, sleep=lambda seconds: None)
    row.refresh_from_db()
    return row


def odd_bodies() -> list[bytes]:
    """Bodies with the customer in them that nobody can read."""
    text = json.dumps(order_body(), ensure_ascii=False)
    return [
        gzip.compress(text.encode()),
        text.encode("utf-16"),
        f"id={ORDER_ID}&email={quote_plus(EMAIL)}".encode(),
        b"{" + EMAIL.upper().encode(),
    ]


def spelled(word: str) -> set[bytes]:
    """The word as a table or a dump may hold it: escaped, packed in base64, in hex."""
    forms = {word.encode(), json.dumps(word)[1:-1].encode(), quote_plus(word).encode()}
    forms |= {word.encode("utf-16-le"), word.encode("utf-16-be")}
    packed = set()
    for form in forms:
        packed |= {form.hex().encode(), form.hex().upper().encode()}
        for shift in range(3):  # where the word begins within three bytes changes its base64
            text = base64.b64encode(b"x" * shift + form)
            packed.add(text[4 if shift else 0 : -4])
    return {form.lower() for form in forms} | packed


def is_there(value: bytes) -> bool:
    low = value.lower()
    return any(form in low or form in value for word in WORDS for form in spelled(word))


def where_stored() -> set[str]:
    """Every table and column that holds anything of the customer, whatever its type."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                found |= {
                    f"{table}.{name}"
                    for name, value in zip(names, row, strict=True)
                    if is_there(as_bytes(value))
                }
    if any(is_there(json.dumps(one.get_decoded()).encode()) for one in Session.objects.all()):
        found.add("django_session.session_data")
    return found


def as_bytes(value: Any) -> bytes:
    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    return gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw


def dump() -> bytes:
    """The whole database as its own tool writes it."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return "\n".join(connection.connection.iterdump()).encode()
    known = connection.settings_dict
    command = ["pg_dump", "-h", known["HOST"], "-p", str(known["PORT"] or 5432)]
    command += ["-U", known["USER"], "-w", known["NAME"]]
    env = os.environ | {"PGPASSWORD": known["PASSWORD"] or ""}
    done = subprocess.run(command, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def redact_body(number: int = ORDER_ID, email: str = EMAIL) -> dict[str, Any]:
    return {
        "shop_id": 1,
        "shop_domain": "own-store.myshopify.com",
        "customer": {"id": 191167, "email": email, "phone": PHONE},
        "orders_to_redact": [number] if number else [],
    }


def data_body(number: int = ORDER_ID) -> dict[str, Any]:
    asked = redact_body(number)
    return {
        "shop_id": 1, "shop_domain": asked["shop_domain"], "customer": asked["customer"],
        "orders_requested": asked["orders_to_redact"], "data_request": {"id": 9999},
    }  # fmt: skip


def today() -> Any:
    return timezone.now().date()


def fill(store: Connection) -> Order:
    """The customer orders, is shipped to and mailed; then everybody writes them down somewhere."""
    tell(store, "orders/create", order_body())
    order = Order.objects.get()
    for body in odd_bodies():
        handle(post(store, "orders/updated", body).pk, sleep=lambda seconds: None)
    tell(store, "fulfillments/create", parcel_body())
    send(notify(order, "shipment.shipped", Shipment.objects.get()))
    InboundEvent.objects.filter(status="unreadable").update(error=f"No order of {EMAIL}.")
    record(order, "note", f"{NAME} called.", text={"who": [NAME, {EMAIL: STREET}]})
    raise_alert("a", "stale", f"{NAME} waits", f"Write to {EMAIL.upper()}.", order)
    run = SyncRun.objects.create(
        connection=store, flow="stock", trigger="staff", error=STREET, params={"q": NAME}
    )
    SyncChange.objects.create(run=run, key="k", outcome="rejected", message=f"For {EMAIL}")
    ApiCall.objects.create(
        connection=store, method="GET", path=f"/c?q={EMAIL}", ms=1, attempt=1, at=timezone.now()
    )
    LogEntry.objects.create(
        user=User.objects.create_user("mia"), object_repr="x", action_flag=CHANGE,
        content_type=ContentType.objects.get_for_model(Order), object_id=order.pk,
        change_message=f"It goes to {EMAIL} again.",
    )  # fmt: skip
    Failure.objects.create(
        id="f" * 32, name="f", func="x", result=f"Key (email)=({EMAIL})", success=False,
        started=timezone.now(), stopped=timezone.now(),
    )  # fmt: skip
    session = SessionStore()
    session["_messages"] = f"Sent to {EMAIL}"
    session.save()
    return order


def ask(
    store: Connection, body: dict[str, Any] | None = None, topic: str = "customers/redact"
) -> PrivacyRequest:
    """They ask to be forgotten, and a worker sees to it."""
    tell(store, topic, body or redact_body())
    request = PrivacyRequest.objects.latest("pk")
    redact(request.pk)
    request.refresh_from_db()
    return request
