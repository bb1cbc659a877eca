"""The API of orders, stock and products: what scripts read, and the buttons they press."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from catalog.models import Brand, Variant
from integrations.errors import Rejected, Unconfirmed
from integrations.models import SyncRun
from integrations.services.api_keys import make_key
from orders.models import Order, PartnerOrder, Submission
from orders.services.capture import capture_order
from tests.integrations.api.calling import Caller, problem
from tests.orders.builders import (
    channel_line,
    channel_order,
    make_order,
    make_partner,
    make_variant,
)
from tests.orders.steps import place, send

pytestmark = pytest.mark.django_db
SCOPES = ["catalog:read", "inventory:read", "orders:read", "orders:write"]


def key_of(*scopes: str) -> Caller:
    owner, _ = User.objects.get_or_create(username="olga", is_staff=True)
    owner.groups.add(Group.objects.get(name="Owner"))
    now = timezone.now()
    return Caller(make_key(owner, "Scripts", list(scopes), timedelta(days=30), now)[1])


@pytest.fixture
def caller(db) -> Caller:
    return key_of(*SCOPES)


@pytest.fixture
def warehouse(partner):
    return make_partner("straight", dispatch="immediate", ship_to="customer")


@pytest.fixture
def order(own_store, warehouse) -> Order:
    return make_order(own_store, make_variant("MUG", warehouse).sku, number="#1001")


def of(order: Order, what: str) -> str:
    return f"/api/v1/orders/{quote(order.number, safe='')}/{what}"


def test_placement_tells_status_last_attempt_error_and_attempts(caller, order, system):
    assert caller.get(of(order, "placement")).json()["placements"][0]["status"] == "pending"
    system.script = [Rejected("They do not know it.")]
    place(order=order)
    answer = caller.get(of(order, "placement")).json()
    (row,) = answer["placements"]
    assert (answer["order"], answer["attention"]) == ("#1001", "placement_failed")
    assert (row["status"], row["error"], row["retry_count"]) == (
        "failed",
        "They do not know it.",
        1,
    )
    assert row["last_attempt"].endswith("Z")


def test_a_failed_order_is_tried_again_and_then_there_is_nothing_to_do(caller, order, system):
    system.script = [Rejected("They do not know it.")]
    placed = place(order=order)
    said = caller.post(of(order, "placement")).json()
    assert said == {"success": True, "message": f"{placed.reference} is tried again."}
    send(Submission.objects.get())
    answer = caller.get(of(order, "placement")).json()
    assert (answer["status"], answer["placements"][0]["status"]) == ("exported", "exported")
    again = caller.post(of(order, "placement")).json()
    assert again == {"success": False, "message": "Nothing of it waits to be sent."}
    assert len(system.pushed) == 2


def test_what_waits_is_sent_and_what_cannot_go_says_why(caller, order, warehouse, system):
    type(warehouse).objects.filter(pk=warehouse.pk).update(terms_confirmed_at=None)
    said = caller.post(of(order, "placement")).json()
    assert said["success"] is False
    assert "Confirm the terms of Straight first." in said["message"]
    type(warehouse).objects.filter(pk=warehouse.pk).update(terms_confirmed_at=timezone.now())
    said = caller.post(of(order, "placement")).json()
    assert said["message"].endswith("is being sent.")
    assert Submission.objects.get().approved_by.username == "olga"


def test_a_weekly_order_is_not_sent_early_for_one_customer(caller, own_store, partner, system):
    order = make_order(own_store, make_variant("BEANS", partner).sku, number="#1001")
    weekly = PartnerOrder.objects.get()
    assert weekly.order is None
    said = caller.post(of(order, "placement")).json()
    assert said["success"] is False
    assert said["message"].startswith(f"{weekly.reference}: It carries goods of other orders too")
    assert not Submission.objects.exists()
    system.script = [Rejected("They do not know it.")]
    place(pk=weekly.pk)
    said = caller.post(of(order, "placement")).json()
    assert said == {"success": True, "message": f"{weekly.reference} is tried again."}


def test_of_one_in_doubt_it_says_that_it_is_asked_first(caller, order, system):
    system.script = [("after", Unconfirmed("Lost."))]
    placed = place(order=order)
    first = f"{placed.reference}: whether they have it is asked first, within two minutes."

    for what in ("placement", "tracking"):
        assert caller.post(of(order, what)).json() == {"success": False, "message": first}
    Submission.objects.update(retry_at=None)
    said = caller.post(of(order, "tracking")).json()["message"]
    assert said == (
        f"{placed.reference}: whether they have it is for a person to say, on its page in the "
        "portal."
    )
    assert len(system.pushed) == 1


def test_tracking_of_what_is_over_has_nobody_to_ask(caller, order, system):
    place(order=order)
    PartnerOrder.objects.update(status="delivered")
    said = caller.post(of(order, "tracking")).json()["message"]
    assert said == "It is over, or its partner's system cannot be asked."


def test_tracking_says_of_two_partners_that_they_are_asked(caller, own_store, warehouse, system):
    both = (warehouse, make_partner("second", dispatch="immediate", ship_to="customer"))
    skus = [make_variant(f"MUG-{one.code}", one).sku for one in both]
    remote = channel_order([channel_line(sku) for sku in skus], number="#1001")
    order, _ = capture_order(own_store, remote)
    for one in both:
        place(partner=one)
    said = caller.post(of(order, "tracking")).json()
    assert said == {"success": True, "message": "Second, Straight are being asked."}


def test_tracking_asks_its_systems_for_this_order(caller, order, system):
    said = caller.post(of(order, "tracking")).json()
    nobody = "No partner has it yet: there is nobody to ask."
    assert said == {"success": False, "message": nobody}
    placed = place(order=order)
    said = caller.post(of(order, "tracking")).json()
    assert said == {"success": True, "message": "Straight is being asked."}
    run = SyncRun.objects.get(flow="shipments")
    assert (run.params, run.user.username) == ({"orders": [placed.pk]}, "olga")


@pytest.mark.parametrize("what", ["placement", "tracking"])
def test_an_order_nobody_has_is_not_found(caller, what):
    answer = caller.post(f"/api/v1/orders/%239/{what}")
    assert problem(answer) == (404, "not_found", "There is no order #9.")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/v1/products"),
        ("get", "/api/v1/inventory"),
        ("get", "/api/v1/orders/%231001/placement"),
        ("post", "/api/v1/orders/%231001/placement"),
        ("post", "/api/v1/orders/%231001/tracking"),
    ],
)
def test_a_key_for_something_else_is_refused(order, method, path):
    answer = getattr(key_of("sync:read"), method)(path)
    assert problem(answer)[:2] == (403, "scope_missing")
    assert not Submission.objects.exists()


def test_products_are_searched_and_narrowed_by_brand(caller):
    for number in range(3):
        make_variant(f"GUM-{number}")
    brand = Brand.objects.create(name="Greenline", name_key="greenline")
    variant = Variant.objects.select_related("product").get(sku="GUM-1")
    variant.thc, variant.batch = "3 mg", "L26-1, LOT-77"
    variant.save()
    variant.product.brand = brand
    variant.product.save()
    answer = caller.get("/api/v1/products?brand=GREENLINE").json()
    (product,) = answer["products"]
    assert (answer["total"], product["brand"]) == (1, "Greenline")
    (shown,) = product["variants"]
    assert (shown["sku"], shown["thc"], shown["batch"]) == (
        "GUM-1",
        "3 mg",
        "L26-1, LOT-77",
    )
    assert shown["price"] == "24.0000"
    assert caller.get("/api/v1/products?batch=L26-1").json()["products"] == [product]
    assert caller.get("/api/v1/products?batch=LOT-77").json()["total"] == 1
    assert caller.get("/api/v1/products?batch=L26").json()["total"] == 0
    assert caller.get("/api/v1/products?q=um-2").json()["total"] == 1
    page = caller.get("/api/v1/products?page_size=2&page=2").json()
    assert (page["total"], len(page["products"])) == (3, 1)
    assert caller.get(f"/api/v1/products/{product['id']}").json() == product
    assert problem(caller.get("/api/v1/products/999999"))[0] == 404


@pytest.mark.parametrize("query", ["page=0", "page_size=201", "page=x", "colour=red"])
def test_a_wrong_page_or_an_unknown_parameter_is_said(caller, query):
    assert problem(caller.get(f"/api/v1/products?{query}"))[:2] == (422, "invalid")
    assert problem(caller.get(f"/api/v1/inventory?{query}"))[:2] == (422, "invalid")


def test_a_sku_nobody_has_is_not_found(caller):
    answer = caller.get("/api/v1/inventory/NOPE")
    assert problem(answer) == (404, "not_found", "No product variant found for SKU NOPE.")


def test_more_rows_take_no_more_queries(caller, warehouse, django_assert_max_num_queries):
    for number in range(20):
        make_variant(f"MUG-{number}", warehouse)
    with django_assert_max_num_queries(16):
        assert len(caller.get("/api/v1/inventory").json()["items"]) == 20
    with django_assert_max_num_queries(10):
        assert len(caller.get("/api/v1/products").json()["products"]) == 20
    assert not PartnerOrder.objects.exists()
