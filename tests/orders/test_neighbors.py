"""Who lives in the same house, or has the same name, is somebody else."""

import io
import json
import zipfile

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from integrations.models import InboundEvent
from orders.models import OrderContact, PrivacyRequest
from orders.services.person_export import export_person
from orders.tasks import redact
from tests.orders.builders import make_own_store
from tests.orders.marked import (
    EMAIL,
    NAME,
    ORDER_ID,
    data_body,
    give_secret,
    order_body,
    redact_body,
    tell,
)

pytestmark = pytest.mark.django_db
NEIGHBOR = "bo@other.example"


@pytest.fixture
def store(db):
    return give_secret(make_own_store())


def neighbor() -> dict[str, object]:
    """An order of somebody else of the same name, at the same street."""
    first = order_body()
    address = first["shipping_address"] | {"phone": ""}
    mine = {"email": NEIGHBOR, "contact_email": NEIGHBOR, "phone": "", "note": ""}
    return order_body(ORDER_ID + 1, **mine) | {
        "shipping_address": address,
        "billing_address": address,
        "customer": {"id": 77, "email": NEIGHBOR, "phone": None},
    }


def test_the_export_holds_nothing_of_a_neighbor_or_a_namesake(store):
    tell(store, "orders/create", order_body())
    tell(store, "orders/create", neighbor())
    tell(store, "customers/data_request", data_body())

    packed = export_person(
        PrivacyRequest.objects.get(), User.objects.create_user("mia"), timezone.now()
    )

    text = zipfile.ZipFile(io.BytesIO(packed)).read("customer-data.json").decode()
    data = json.loads(text)
    assert [order["number"] for order in data["orders"]] == [f"#{ORDER_ID}"]
    assert EMAIL in text
    assert NEIGHBOR not in text
    assert str(ORDER_ID + 1) not in text
    assert len(data["webhooks"]) == 2


def test_forgetting_somebody_leaves_the_webhooks_of_a_neighbor_and_namesake(store):
    tell(store, "orders/create", order_body(cancelled_at="2026-11-19T09:00:00Z"))
    tell(store, "orders/create", neighbor())
    tell(store, "customers/redact", redact_body())

    redact(PrivacyRequest.objects.get().pk)

    kept = OrderContact.objects.get(email=NEIGHBOR)
    assert (kept.name, kept.redacted_at) == (NAME, None)
    theirs, others = InboundEvent.objects.filter(topic="orders/create").order_by("pk")
    assert not theirs.body
    assert NEIGHBOR.encode() in bytes(others.body)
