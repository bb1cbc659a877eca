"""Time-outs after effect and workers killed: every line is at the partners exactly once."""

import random
import time
from collections import Counter

import pytest
from django.contrib.auth.models import User

from catalog.models import Listing
from integrations.jobs import enqueue
from orders.models import Order, PartnerOrderLine, Submission
from tests.e2e import play
from tests.e2e.stack import Stack

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
ORDERS = 100
KILLS = 25
SETTLE_S = 240  # leases of killed workers: 60 s for a webhook, 90 s for a submission
SHOPS = (play.BLUE_DOOR, play.KETTLE)


def test_nothing_lost_nothing_doubled(stack: Stack) -> None:
    skus = sell_everything(stack, User.objects.create_superuser("mia"))
    for shop in SHOPS:
        stack.control(
            "dials", shop=shop, operation="orderCreate", mode="timeout_after", every=5,
            hold_seconds=3,
        )  # fmt: skip
    kills = buy_and_kill(stack, skus, random.Random(7))
    settle(stack)

    ours, theirs, doubled = compare(stack)
    print(f"{ORDERS} orders, {sum(ours.values())} units, {dict(kills)} killed")
    assert doubled == []
    assert theirs == ours
    assert sum(ours.values()) == 2 * ORDERS
    assert sum(kills.values()) == KILLS


def sell_everything(stack: Stack, user: User) -> list[str]:
    play.connect_own_store()
    skus = []
    for shop in SHOPS:
        partner = play.connect_partner(shop, user)
        play.confirm_terms(partner, trigger="paid", dispatch="immediate")
        rows = [row for row in play.wait_for_products(partner) if row.sku][:5]
        for row in rows:
            stack.control(f"stores/{shop}/stock", sku=row.sku, quantity=1000)
        play.import_all(partner, rows, user)
        imported = Listing.objects.filter(pk__in=[row.pk for row in rows])
        skus += list(imported.values_list("variant__sku", flat=True))
    return skus


def buy_and_kill(stack: Stack, skus: list[str], rng: random.Random) -> Counter[str]:
    """Orders come in while workers, or whole clusters, get kill -9 at random moments."""
    kills: Counter[str] = Counter()
    for _ in range(KILLS):
        for _ in range(ORDERS // KILLS):
            lines = [{"sku": sku, "quantity": 1} for sku in rng.sample(skus, 2)]
            stack.control(f"stores/{play.OWN}/orders", lines=lines, financial_status="paid")
        time.sleep(rng.uniform(0.5, 4.0))
        kills[stack.kill_somebody(rng)] += 1
        stack.revive()
        tick()
    return kills


def settle(stack: Stack) -> None:
    stack.processes["crossdock"].kill()  # a worker killed while it waited wedges its cluster
    stack.revive()
    end = time.monotonic() + SETTLE_S
    while time.monotonic() < end and not all_placed():
        tick()
        time.sleep(3)
    left = Submission.objects.exclude(status="submitted").values_list("status", "error")
    assert all_placed(), list(left)


def tick() -> None:
    """What the worker's schedules do every minute, more often: a test has no minutes to wait."""
    enqueue("integrations.tasks.tick")
    enqueue("orders.tasks.tick")


def all_placed() -> bool:
    live = PartnerOrderLine.objects.filter(canceled_at=None)
    return (
        Order.objects.count() == ORDERS
        and live.count() == 2 * ORDERS
        and not live.exclude(submission__status="submitted").exists()
    )


def compare(stack: Stack) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]], list[str]]:
    """Units by (reference, SKU): what we mean to have placed, what is there; doubled references."""
    ours: Counter[tuple[str, str]] = Counter()
    for submission in Submission.objects.all():
        for line in submission.content["lines"]:
            ours[submission.reference, line["sku"]] += line["quantity"]
    theirs: Counter[tuple[str, str]] = Counter()
    seen: Counter[str] = Counter()
    for shop in SHOPS:
        for order in play.ledger_orders(stack, shop):
            if reference := order["source_identifier"]:
                seen[reference] += 1
                for line in order["lines"]:
                    theirs[reference, line["sku"]] += line["quantity"]
    return ours, theirs, [reference for reference, times in seen.items() if times > 1]
