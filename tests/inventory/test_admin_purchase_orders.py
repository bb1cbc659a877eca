"""Purchase orders as staff see them, and Run now."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from integrations import registry
from integrations.models import Connection, SyncRun
from inventory.admin import pull_orders_page
from inventory.models import PurchaseOrder
from tests.catalog.builders import make_connection, make_variant
from tests.integrations.admin_rows import log_in
from tests.inventory.purchasing import line as purchase_line
from tests.inventory.purchasing import order, sync

pytestmark = pytest.mark.django_db
LIST = "/admin/inventory/purchaseorder/"
RUN = "/admin/inventory/purchase-orders/run/"


@pytest.fixture
def erp():
    return make_connection("erp")


def line(number: int = 1, **facts: Any) -> Any:
    return purchase_line(number, **{"sku": "SKU-1"} | facts)


def remote(nth: int = 1, **facts: Any) -> Any:
    """An order with a warehouse and its days."""
    values = {
        "supplier": "Acme", "warehouse": "Main", "total": Decimal("99.50"),
        "ordered_on": date(2026, 11, 1), "expected_on": date(2026, 12, 1), "lines": (line(),),
    } | facts  # fmt: skip
    number = values.pop("number", f"PO-{nth}")
    return replace(order(nth, *values.pop("lines"), **values), number=number)


def pull(erp: Connection, answer: list[Any]) -> None:
    sync(erp, *answer)


def numbers(answer):
    return {order.number for order in answer.context["cl"].result_list}


@pytest.mark.parametrize(
    ("view", "found"),
    [
        ("", {"PO-1", "PO-2"}),
        ("overdue", {"PO-1"}),
        ("received", {"PO-3"}),
        ("canceled", {"PO-4"}),
        ("all", {"PO-1", "PO-2", "PO-3", "PO-4", "PO-5"}),
    ],
)
def test_each_tab_has_its_orders(erp, view, found):
    past = date(2020, 1, 1)
    pull(
        erp,
        [
            remote(1, expected_on=past),
            remote(2, status="pending", expected_on=None),
            remote(3, status="completed", expected_on=past),
            remote(4, status="canceled", expected_on=past),
            remote(5, status="draft", expected_on=past),
        ],
    )

    answer = log_in("Viewer").get(f"{LIST}?view={view}")

    assert numbers(answer) == found


@pytest.mark.parametrize("query", ["PO-7", "Zeta", "OTHER-SKU", "7001"])
def test_an_order_is_found_by_number_supplier_sku_and_their_id(erp, query):
    wanted = remote(7001, number="PO-7", supplier="Zeta", lines=(line(sku="OTHER-SKU"),))
    pull(erp, [remote(1), wanted])

    answer = log_in("Viewer").get(f"{LIST}?view=all&q={query}", follow=True)

    if "cl" in answer.context:
        assert numbers(answer) == {"PO-7"}
    else:
        assert answer.context["original"].number == "PO-7"


def test_the_page_says_what_is_still_to_come_and_what_changed(erp):
    make_variant("SKU-1")
    pull(erp, [remote()])
    pull(erp, [remote(expected_on=date(2026, 12, 9), lines=(line(received=4),))])
    order = PurchaseOrder.objects.get()

    answer = log_in("Viewer").get(f"{LIST}{order.pk}/change/")

    assert answer.context["next_line"] == {"on": date(2026, 12, 9), "units": 6}
    assert [cells[:4] for cells in answer.context["changes"]] == [
        ("expected on", "", "2026-12-01", "2026-12-09"),
        ("received", "SKU-1", 0, 4),
    ]
    assert "Managed in" in answer.text


def test_the_variant_and_its_list_say_what_is_incoming(erp):
    variant = make_variant("SKU-1")
    pull(erp, [remote()])

    client = log_in("Viewer")
    page = client.get(f"/admin/catalog/variant/{variant.pk}/change/")
    rows = client.get("/admin/catalog/variant/").context["cl"].result_list

    assert page.context["incoming"].value == 10
    assert page.context["incoming"].note == "next Dec 01, 2026"
    assert [row.coming for row in rows] == [10]


def test_the_file_has_the_orders_of_the_list(erp):
    pull(erp, [remote(supplier="=Acme")])

    answer = log_in("Manager").get(reverse("admin:purchase_orders_csv"))

    assert answer.text.splitlines()[1] == (
        "PO-1,'=Acme,Main,Ordered,2026-11-01,2026-12-01,10,0,99.5000,USD"
    )


# --- run now


@pytest.fixture
def reading(erp, monkeypatch):
    monkeypatch.setattr(
        pull_orders_page, "reading_connections", lambda: type(erp).objects.filter(pk=erp.pk)
    )
    assert "purchase_orders" in registry.flows()
    return erp


def test_run_now_asks_for_these_days_and_statuses_and_records_who(reading):
    client = log_in("Operator")

    answer = client.post(
        RUN,
        {
            "connection": reading.pk,
            "created_from": "2026-11-01",
            "created_to": "2026-11-02",
            "statuses": ["received", "ordered"],
        },
    )

    run = SyncRun.objects.get()
    assert answer.url == f"/admin/integrations/syncrun/{run.pk}/change/"
    assert (run.flow, run.trigger, run.status) == ("purchase_orders", "staff", "queued")
    assert run.user is not None
    assert run.params["statuses"] == ["ordered", "received"]
    start, end = (datetime.fromisoformat(run.params[f"created_{x}"]) for x in ("from", "to"))
    assert (end - start).total_seconds() == 2 * 86400 - 1
    assert start.astimezone(UTC).date() in (date(2026, 10, 31), date(2026, 11, 1))


def test_days_in_the_wrong_order_ask_for_nothing(reading):
    data = {"connection": reading.pk, "created_from": "2026-11-02", "created_to": "2026-11-01"}

    answer = log_in("Operator").post(RUN, data)

    assert "It ends before it starts." in answer.text
    assert SyncRun.objects.count() == 0


def test_a_viewer_may_not_run_it(reading):
    assert log_in("Viewer").post(RUN, {"connection": reading.pk}).status_code == 403
    assert SyncRun.objects.count() == 0


def test_run_now_on_a_page_asks_the_system_of_the_order_for_what_changed(reading):
    pull(reading, [remote()])
    SyncRun.objects.all().delete()
    order = PurchaseOrder.objects.get()
    data = {"confirmed": "1", "updated_from": "2026-11-01", "updated_to": "2026-11-01"}

    answer = log_in("Operator").post(f"{LIST}{order.pk}/do/run_now/", data)

    run = SyncRun.objects.get()
    assert answer.url == f"/admin/integrations/syncrun/{run.pk}/change/"
    assert (run.connection, run.flow, run.trigger) == (reading, "purchase_orders", "staff")
    start, end = (datetime.fromisoformat(run.params[f"updated_{x}"]) for x in ("from", "to"))
    assert (end - start).total_seconds() == 86400 - 1
    assert set(run.params) == {"updated_from", "updated_to"}


def test_an_order_of_our_own_has_no_system_to_ask(reading):
    order = PurchaseOrder.objects.create(number="OWN-1", status="ordered")

    client = log_in("Operator")
    page = client.get(f"{LIST}{order.pk}/change/")
    client.post(f"{LIST}{order.pk}/do/run_now/", {"confirmed": "1"})

    assert "/do/run_now/" not in page.text
    assert SyncRun.objects.count() == 0


# --- what is still to come, and where it is managed


@pytest.mark.parametrize(("status", "units"), [("ordered", 16), ("draft", 0), ("completed", 0)])
def test_still_to_come_counts_every_line_whatever_its_day(erp, status, units):
    early = line(1, received=4, expected_on=date(2026, 12, 1))
    late = line(2, expected_on=date(2026, 12, 9))
    over = line(3, received=11)
    pull(erp, [remote(status=status, lines=(early, late, over))])

    page = log_in("Viewer").get(f"{LIST}{PurchaseOrder.objects.get().pk}/change/")

    assert page.context["to_come"] == units


@pytest.mark.parametrize(
    ("sandbox", "address"),
    [
        ("", "https://erp.example/po/41"),
        (
            "https://sandbox.example",
            "https://sandbox.example/sellercloud/erp.example/purchase-orders/41",
        ),
    ],
)
def test_open_there_leads_into_the_sandbox_while_it_plays_the_erp(settings, sandbox, address):
    settings.SANDBOX_URL = sandbox
    erp = make_connection("erp", "sellercloud")
    erp.account = "erp.example"
    erp.settings = {
        "base_url": "https://erp.example/rest", "web_address": "https://erp.example/po/{id}"
    }  # fmt: skip
    erp.save()
    pull(erp, [remote(41)])

    page = log_in("Viewer").get(f"{LIST}{PurchaseOrder.objects.get().pk}/change/")

    assert page.context["erp_url"] == address
