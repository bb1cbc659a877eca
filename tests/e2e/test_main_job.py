"""The whole business over real HTTP, with real workers, judged by the sandbox's ledger."""

import base64
import hashlib
import hmac
import json
import threading
from pathlib import Path

import pytest
import requests
from django.contrib.auth.models import User

from catalog.models import Listing
from integrations.jobs import enqueue
from integrations.models import Connection, InboundEvent
from orders.models import Notification, Order, PartnerOrder, Shipment
from orders.services.center import receive_shipment, ship_to_customer
from orders.services.closing import close_and_submit
from tests.e2e import play
from tests.e2e.stack import API_SECRET, Stack, eventually

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
CUSTOMER = {
    "first_name": "Dana", "last_name": "Petrov", "address1": "4 Market St",
    "city": "San Francisco", "province_code": "CA", "country_code": "US", "zip": "94103",
}  # fmt: skip
FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "shopify"


@pytest.fixture
def user(stack: Stack) -> User:
    return User.objects.create_superuser("mia")


def test_products_in_order_out_tracking_back_through_both_doors(stack: Stack, user: User) -> None:
    own = play.connect_own_store()
    center = play.connect_partner(play.BLUE_DOOR, user)
    direct = play.connect_partner(play.KETTLE, user)
    play.confirm_terms(center, trigger="paid")
    play.confirm_terms(direct, trigger="paid", dispatch="immediate", ship_to="customer")
    theirs = [row for row in play.wait_for_products(center) if row.sku and row.available][:5]
    others = [row for row in play.wait_for_products(direct) if row.sku and row.available][:1]
    play.import_all(center, theirs, user)
    play.import_all(direct, others, user)

    bought = [own_listing(own, row) for row in [theirs[0], theirs[1], others[0]]]
    assert bought[0].price == play.our_price(theirs[0].cost)
    name = stack.control(
        f"stores/{play.OWN}/orders",
        lines=[{"sku": row.sku, "quantity": 2} for row in bought]
        + [{"title": "Tasting class", "price": "0.00", "quantity": 1, "requires_shipping": False}],
        email="dana@customer.example",
        shipping_address=CUSTOMER,
        financial_status="paid",
    )["name"]

    order = eventually(lambda: Order.objects.filter(number=name).first(), "captured", 5)
    assert order.status == "paid"
    place_with_center(user)
    eventually(lambda: PartnerOrder.objects.filter(status="submitted").count() == 2, "placed")
    judge_partner(stack, play.BLUE_DOOR, {theirs[0].sku: 2, theirs[1].sku: 2}, "2200 Adeline St")
    judge_partner(stack, play.KETTLE, {others[0].sku: 2}, "4 Market St")

    ship_all(stack, play.BLUE_DOOR, "1ZCENTER")
    ship_all(stack, play.KETTLE, "1ZDIRECT")
    to_center = eventually(lambda: Shipment.objects.filter(bound_for="center").first(), "parcel")
    receive_shipment(to_center, user)
    ship_to_customer(Order.objects.get(pk=order.pk), user, "UPS", "1ZLASTLEG")

    eventually(lambda: own_tracking(stack, name) == {"1ZDIRECT", "1ZLASTLEG"}, "store knows both")
    eventually(lambda: Notification.objects.filter(status="sent").count() == 2, "both mailed")
    mails = " ".join(json.dumps(mail) for mail in stack.ask("mail")["mail"])
    assert "1ZDIRECT" in mails
    assert "1ZLASTLEG" in mails
    assert "1ZCENTER" not in mails
    assert Order.objects.get(pk=order.pk).status == "shipped"


def own_listing(own: Connection, theirs: Listing) -> Listing:
    return Listing.objects.get(connection=own, variant__listings=theirs)


def place_with_center(user: User) -> None:
    row = PartnerOrder.objects.get(order=None, status="open")
    close_and_submit(row, user)


def judge_partner(stack: Stack, shop: str, units: dict[str, int], street: str) -> None:
    orders = [o for o in play.ledger_orders(stack, shop) if o["source_identifier"]]
    assert len(orders) == 1
    assert {line["sku"]: line["quantity"] for line in orders[0]["lines"]} == units
    assert orders[0]["shipping_address"]["address1"] == street
    assert ("Petrov" in json.dumps(orders[0])) == (street == CUSTOMER["address1"])


def ship_all(stack: Stack, shop: str, number: str) -> None:
    reference = next(
        o["source_identifier"] for o in play.ledger_orders(stack, shop) if o["source_identifier"]
    )
    stack.control(f"stores/{shop}/ship", order=reference, company="UPS", number=number)


def own_tracking(stack: Stack, name: str) -> set[str]:
    order = next(o for o in play.ledger_orders(stack, play.OWN) if o["name"] == name)
    return {n for parcel in order["fulfillments"] for n in parcel["numbers"]}


def test_a_real_order_body_delivered_many_times_at_once_is_one_order(
    stack: Stack, user: User
) -> None:
    own = play.connect_own_store()
    body = (FIXTURES / "orders_create.json").read_bytes()
    delivered: list[int] = []

    def deliver() -> None:
        delivered.append(post_hook(stack, own, body).status_code)

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert delivered == [200] * 8
    order = eventually(lambda: Order.objects.first(), "captured", 10)
    assert InboundEvent.objects.filter(topic="orders/create").count() == 1
    eventually(lambda: InboundEvent.objects.filter(status="done").exists(), "handled")
    remote = json.loads(body)
    assert order.lines.count() == len(remote["line_items"])
    assert Order.objects.count() == 1


def test_an_unsigned_body_leaves_nothing(stack: Stack, user: User) -> None:
    own = play.connect_own_store()

    answer = post_hook(stack, own, b'{"id": 1}', secret="somebody-else")

    assert answer.status_code == 401
    assert not InboundEvent.objects.exists()
    assert Connection.objects.get(pk=own.pk).rejected_hooks == 1


def post_hook(
    stack: Stack, own: Connection, body: bytes, secret: str = API_SECRET
) -> requests.Response:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": play.OWN,
        "X-Shopify-Webhook-Id": "5b6a1c1e-0000-4000-8000-000000000001",
        "X-Shopify-Triggered-At": "2026-11-20T12:00:00Z",
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
    }
    url = f"{stack.portal_url}/hooks/{own.hook_key}/"
    return requests.post(url, data=body, headers=headers, timeout=10)


def test_the_backstop_finds_an_order_that_was_never_announced(stack: Stack, user: User) -> None:
    own = play.connect_own_store()
    name = stack.control(
        f"stores/{play.OWN}/orders",
        lines=[{"title": "A mug", "price": "9.00", "quantity": 1}],
        email="dana@customer.example",
        announce=False,
    )["name"]

    from integrations.services.run_requests import request_run

    run, _ = request_run(own, "channel_orders", trigger="command")

    eventually(lambda: Order.objects.filter(number=name).exists(), "found by asking")
    eventually(lambda: type(run).objects.get(pk=run.pk).status == "completed", "recorded")
    assert type(run).objects.get(pk=run.pk).created == 1
    enqueue("orders.tasks.tick")
