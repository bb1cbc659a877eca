"""What alerts and webhooks are about, by one query and under the name it has everywhere."""

from types import SimpleNamespace

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from catalog.models import Listing, Partner, Product, Variant
from integrations.admin.places import row_url
from integrations.admin.subjects import read_subjects
from integrations.models import Connection, InboundEvent, SyncRun
from orders.models import Notification, Order, PartnerOrder, PrivacyRequest, Shipment
from tests.many_rows import fill

pytestmark = pytest.mark.django_db
NAMED = [
    *(Connection, InboundEvent, SyncRun, Partner, Product, Variant, Order, PartnerOrder),
    *(Shipment, Notification, PrivacyRequest),
]


def about(*subjects: Model) -> list[SimpleNamespace]:
    """Rows about these."""
    kinds = ContentType.objects.get_for_models(*map(type, subjects))
    return [
        SimpleNamespace(content_type_id=kinds[type(row)].pk, object_id=row.pk) for row in subjects
    ]


def test_all_kinds_together_are_read_by_one_query(django_assert_num_queries):
    fill(1, 2)
    wanted = [row for model in NAMED for row in model.objects.all()]
    rows = about(*wanted)
    with django_assert_num_queries(1) as caught:
        read_subjects(rows)

    assert [row.about for row in rows] == wanted
    assert [str(row.about) for row in rows] == [str(row) for row in wanted]
    assert [row_url(row.about) for row in rows] == [row_url(row) for row in wanted]
    assert "secrets" not in caught.captured_queries[0]["sql"]


def test_a_parcel_without_a_number_is_called_by_its_key():
    fill(1, 1)
    parcel = Shipment.objects.get()
    Shipment.objects.update(tracking_number="")
    rows = about(parcel)
    read_subjects(rows)

    assert str(rows[0].about) == f"Shipment {parcel.pk}"


def test_a_kind_whose_name_needs_more_is_read_whole():
    fill(1, 1)
    listing = Listing.objects.get()
    rows = about(listing)
    read_subjects(rows)

    assert str(rows[0].about) == "Theirs-001"


def test_what_is_gone_and_what_never_was_is_nothing():
    fill(1, 1)
    rows = about(Order.objects.get())
    rows[0].object_id += 1
    rows.append(SimpleNamespace(content_type_id=None, object_id=None))
    read_subjects(rows)

    assert [row.about for row in rows] == [None, None]
