"""Two purchase orders of one ERP with the same number, and a status nobody knows."""

from dataclasses import replace

import pytest
from django.test import Client

from integrations.models import Connection, SyncRun
from inventory.admin.purchase_order_page import last_changes, ref_of
from inventory.admin.purchase_run_words import names_of_orders
from inventory.models import PurchaseOrder
from tests.integrations.admin_rows import log_in
from tests.inventory.purchasing import make_erp, order, sync

pytestmark = pytest.mark.django_db
LIST = "/admin/inventory/purchaseorder/"


@pytest.fixture
def erp() -> Connection:
    return make_erp()


def twins(supplier: str = "Potters") -> list[object]:
    one, other = order(1, supplier=supplier), order(2, supplier="Weavers")
    return [replace(one, number="PO-X"), replace(other, number="PO-X")]


def test_each_shows_its_own_last_change(erp: Connection) -> None:
    sync(erp, *twins())
    sync(erp, *twins("Potters Ltd"))
    one, other = PurchaseOrder.objects.order_by("pk")
    fields = [
        [(row.field, row.before, row.after) for row in last_changes(it, ref_of(it))]
        for it in (one, other)
    ]
    # The builder keeps the newest run alone, and that one changed nothing of the other.
    assert fields == [[("supplier", "Potters", "Potters Ltd")], []]


def test_a_run_names_neither_of_them_and_leads_to_both(erp: Connection, rf, admin_user) -> None:
    sync(erp, *twins())
    request = rf.get("/")
    request.user = admin_user
    named = names_of_orders(SyncRun.objects.latest("pk"), ["PO-X"], request)["PO-X"]
    assert named.name == "One of 2 purchase orders"
    rows = log_in("Viewer").get(named.url).context["cl"].result_list
    assert {row.supplier for row in rows} == {"Potters", "Weavers"}


def test_an_unknown_status_is_marked_in_the_list_and_explained_on_the_page(erp: Connection) -> None:
    sync(erp, order(1, status=None, status_raw="77"), order(2))
    client: Client = log_in("Viewer")
    unknown, known = PurchaseOrder.objects.order_by("pk")
    assert (unknown.status, unknown.status_known, known.status_known) == ("pending", False, True)
    page = client.get(f"{LIST}{unknown.pk}/change/").text
    assert "<q>77</q>, a status we do not know" in page
    assert "Here it stays pending, and 10 units of it count as on their way" in page
    assert "a status we do not know" not in client.get(f"{LIST}{known.pk}/change/").text
    assert client.get(LIST).text.count("Unknown there") == 1


def test_once_they_say_a_status_we_know_the_mark_goes(erp: Connection) -> None:
    sync(erp, order(1, status=None, status_raw="77"))
    sync(erp, order(1, status="received", status_raw="3"))
    assert PurchaseOrder.objects.get().status_known
    sync(erp, order(1, status=None, status_raw="78"))
    row = PurchaseOrder.objects.get()
    assert (row.status, row.status_known) == ("received", False)


def test_an_order_of_our_own_says_what_changes_it() -> None:
    own = PurchaseOrder.objects.create(number="OWN-1", status="ordered")
    page = log_in("Viewer").get(f"{LIST}{own.pk}/change/").text
    assert "It is ours: no run changes it, a file does." in page
    assert "Managed in" not in page
