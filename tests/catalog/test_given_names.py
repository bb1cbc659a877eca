"""Names staff gave a variant: on a store's orders, at the ERP; and taking one back."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied

from catalog.models import Listing, SkuAlias, UnmatchedSku, Variant
from catalog.services.given_names import CannotForget, forget_name, names_of
from catalog.services.link_skus import CannotLink, link_sku
from catalog.skus import find_at, find_variant
from integrations.models import Connection
from orders.models import Order, OrderLine
from orders.services.approving import reroute
from orders.services.capture import capture_order
from tests.catalog.builders import make_connection, make_variant
from tests.catalog.erp import make_erp, unmatched
from tests.catalog.people import log_in, said, texts
from tests.orders.builders import channel_line, channel_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Connection:
    return make_connection("our-store", provider="shopify")


@pytest.fixture
def mug() -> Variant:
    return make_variant("MUG")


def press(url: str, group: str = "Manager", **data: str):
    return log_in(group).post(url, {"confirmed": "1", **data}, follow=True)


# --- orders


def test_a_sku_of_an_order_is_linked_and_its_line_finds_the_variant(store, mug, admin_user):
    capture_order(store, channel_order([channel_line("MUG BIG")]))
    row = UnmatchedSku.objects.get()
    answer = press(f"/admin/catalog/unmatchedsku/{row.pk}/do/link_it/", sku="MUG")
    (message,) = said(answer)
    assert message == (
        "MUG BIG of Our Store is MUG. Press Route again on its orders. "
        '<a href="/admin/orders/order/?q=MUG+BIG">Orders with it</a>'
    )
    assert UnmatchedSku.objects.count() == 0
    reroute(Order.objects.get(), admin_user)
    line = OrderLine.objects.get()
    assert (line.variant, line.sku) == (mug, "MUG BIG")
    assert line.parts.get().partner.is_us


def test_the_next_order_needs_nobody(store, mug, admin_user):
    link_sku(unmatched(store, "MUG BIG", "order"), mug, admin_user)
    capture_order(store, channel_order([channel_line("MUG BIG")]))
    assert OrderLine.objects.get().variant == mug
    assert UnmatchedSku.objects.count() == 0


def test_it_is_a_name_of_that_store_alone(store, mug, admin_user):
    link_sku(unmatched(store, "MUG BIG", "order"), mug, admin_user)
    other = make_connection("other", provider="shopify")
    assert find_at(store.pk, "MUG BIG") == (mug, "")
    expected = (None, "No product variant found for SKU MUG BIG.")
    assert find_at(other.pk, "MUG BIG") == find_at(None, "MUG BIG") == expected
    assert find_variant("MUG BIG") == expected


def test_a_variant_that_has_the_sku_itself_goes_before_what_staff_said(store, mug, admin_user):
    link_sku(unmatched(store, "MUG BIG", "order"), mug, admin_user)
    made = make_variant("MUG BIG")
    assert find_at(store.pk, "MUG BIG") == (made, "")


def test_a_name_means_one_thing(store, mug, admin_user):
    row = unmatched(store, "MUG BIG", "order")
    link_sku(row, mug, admin_user)
    again = unmatched(store, "MUG BIG", "order")
    with pytest.raises(CannotLink, match="MUG BIG of Our Store is MUG already"):
        link_sku(again, make_variant("CUP"), admin_user)
    assert SkuAlias.objects.get().variant == mug
    assert UnmatchedSku.objects.get() == again
    link_sku(again, mug, admin_user)
    assert SkuAlias.objects.count() == 1


# --- taking a name back


def test_the_page_shows_the_name_and_takes_it_back(store, mug, admin_user):
    link_sku(unmatched(store, "MUG BIG", "order"), mug, admin_user)
    page = f"/admin/catalog/variant/{mug.pk}"
    html = texts(log_in("Viewer").get(f"{page}/change/"))
    assert '<td class="m-e">In orders</td>' in html
    assert "Unlink a name" not in html
    (name,) = names_of(mug)
    answer = press(f"{page}/do/unlink/", name=name.key)
    assert said(answer) == ["MUG BIG of Our Store is no longer MUG."]
    assert SkuAlias.objects.count() == 0
    entry = LogEntry.objects.get(change_message__startswith="Unlink")
    assert (entry.object_id, str(entry.user)) == (str(mug.pk), "manager-person")


def test_a_name_at_the_erp_is_taken_back_and_keeps_its_numbers(monkeypatch, mug, admin_user):
    erp = make_erp(monkeypatch)
    link_sku(unmatched(erp, "X-1"), mug, admin_user)
    (name,) = names_of(mug)
    assert (name.sku, name.system, name.of_orders) == ("X-1", "The Erp", False)
    forget_name(mug, name.key, admin_user)
    assert Listing.objects.get().variant is None
    assert names_of(mug) == []


def test_a_place_in_a_store_is_no_given_name(store, mug):
    Listing.objects.create(
        connection=store, external_id="1", external_product_id="1", sku="MUG", title="Mug",
        currency="USD", variant=mug, seen_at=mug.created_at,
    )  # fmt: skip
    assert names_of(mug) == []
    answer = press(f"/admin/catalog/variant/{mug.pk}/do/unlink/", name="l1")
    assert said(answer) == ["Unlink a name is not possible: nobody gave it another name."]


def test_who_may_not_and_what_is_gone_are_refused(store, mug, admin_user, django_user_model):
    alias = link_sku(unmatched(store, "MUG BIG", "order"), mug, admin_user)
    nobody = django_user_model.objects.create_user("nobody")
    with pytest.raises(PermissionDenied):
        forget_name(mug, f"a{alias.pk}", nobody)
    with pytest.raises(CannotForget, match="no name of MUG any more"):
        forget_name(mug, "a0", admin_user)
    with pytest.raises(CannotForget):
        forget_name(make_variant("CUP"), f"a{alias.pk}", admin_user)
    assert SkuAlias.objects.get() == alias
