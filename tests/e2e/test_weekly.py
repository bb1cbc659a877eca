"""A week at a partner's store over real HTTP: placed, added to in doubt, edited by hand, closed."""

import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from catalog.models import Listing
from integrations.jobs import enqueue
from integrations.models import Alert
from orders.models import Order, PartnerOrder, Submission
from orders.services.canceling import ask_for_less, ask_to_cancel
from orders.services.closing import close_and_submit
from tests.e2e import play
from tests.e2e.stack import Stack, eventually

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
SHOP = play.BLUE_DOOR


def test_a_week_grows_at_the_partner_and_the_next_opens_when_they_touch_it(stack: Stack) -> None:
    user = User.objects.create_superuser("mia")
    first, second = sell_two(stack, user)
    buy(stack, {first: 2})
    week = send_now(user)
    assert shown(stack) == [{first.sku: 2}]
    assert week.closed_at is None

    # The edit takes effect, its answer never comes: confirmed by the lines, not made twice.
    stack.control(
        "dials", shop=SHOP, operation="orderEditCommit", mode="timeout_after", times=1,
        hold_seconds=3,
    )  # fmt: skip
    buy(stack, {first: 1, second: 1})
    send_now(user)
    assert shown(stack) == [{first.sku: 3, second.sku: 1}]
    assert "unconfirmed" in said_of(week)

    # Somebody changes the order in their back office: what comes later opens the next one.
    stack.control(
        f"stores/{SHOP}/edit", order=week.external_number,
        lines=[{"sku": second.sku, "quantity": 4}],
    )  # fmt: skip
    buy(stack, {second: 1})
    close_and_submit(week, user)
    told = Alert.objects.filter(title=f"{week.partner} changed {week}")
    eventually(told.exists, "a person is told")
    after = eventually(lambda: PartnerOrder.objects.filter(closed_at=None).first(), "the next")
    assert (after.period, after.seq) == (week.period, 2)
    send_now(user)
    assert shown(stack) == [{first.sku: 3, second.sku: 4}, {second.sku: 1}]

    # Less is taken off the newest, then the whole is canceled there.
    buy(stack, {first: 2})
    send_now(user)
    part = PartnerOrder.objects.get(pk=after.pk).lines.order_by("pk").last()
    settled(ask_for_less(after, {part.pk: 1}, user))
    assert shown(stack)[1] == {second.sku: 1, first.sku: 1}
    settled(ask_to_cancel(after, "The customers changed their minds.", user))
    after.refresh_from_db()
    assert after.status == "canceled"
    assert Order.objects.filter(attention="unrouted").count() == 2


def sell_two(stack: Stack, user: User) -> list[Listing]:
    play.connect_own_store()
    partner = play.connect_partner(SHOP, user)
    weekday = (timezone.now() + timedelta(days=3)).weekday()
    play.confirm_terms(partner, trigger="paid", dispatch="weekly_append", cutoff_weekday=weekday)
    rows = [row for row in play.wait_for_products(partner) if row.sku and row.available][:2]
    for row in rows:
        stack.control(f"stores/{SHOP}/stock", sku=row.sku, quantity=100)
    play.import_all(partner, rows, user)
    return [Listing.objects.select_related("variant").get(pk=row.pk) for row in rows]


def buy(stack: Stack, wanted: dict[Listing, int]) -> None:
    """A paid order of a customer, and its lines in the partner's open order."""
    before = Order.objects.count()
    stack.control(
        f"stores/{play.OWN}/orders",
        lines=[{"sku": row.variant.sku, "quantity": units} for row, units in wanted.items()],
        email="dana@customer.example", financial_status="paid",
    )  # fmt: skip
    eventually(lambda: Order.objects.count() > before, "captured")


def send_now(user: User) -> PartnerOrder:
    """Press Submit now on the open order, and wait until the partner has what was in it."""
    row = PartnerOrder.objects.get(closed_at=None)
    settled(close_and_submit(row, user))
    row.refresh_from_db()
    return row


def settled(submission: Submission) -> None:
    row = Submission.objects.filter(pk=submission.pk, status="submitted")
    seen = time.monotonic()

    def look() -> bool:
        nonlocal seen
        if time.monotonic() - seen > 2:  # what the minute tick does
            enqueue("orders.tasks.tick")
            seen = time.monotonic()
        return row.exists()

    eventually(look, f"{submission} settled", 60)


def shown(stack: Stack) -> list[dict[str, int]]:
    """Our orders as the partner has them, oldest first."""
    ours = PartnerOrder.objects.exclude(external_id="").order_by("pk")
    numbers = list(ours.values_list("external_number", flat=True))
    found = {one["name"]: one for one in play.ledger_orders(stack, SHOP)}
    return [
        {line["sku"]: line["current_quantity"] for line in found[number]["lines"]}
        for number in numbers
    ]


def said_of(week: PartnerOrder) -> set[str]:
    return set(week.events.values_list("kind", flat=True))
