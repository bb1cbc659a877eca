"""Systems that lie, spoil their answers or lose them, over real HTTP; judged by their own ledger.

All tests share one running stack: sandbox, portal, workers. What is only in question for a moment
(a lost answer) is settled by the workers themselves, with no more help than that of the ticks.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from catalog.models import Listing
from integrations.models import Alert, ApiCall, Connection, InboundEvent
from integrations.services.held_runs import discard_run
from integrations.services.run_requests import request_run
from orders.models import Order, OrderEvent, Submission
from tests.e2e import play
from tests.e2e.conftest import open_questions
from tests.e2e.server import Server, default_database
from tests.e2e.stack import eventually, make_stack, wait_until_up
from tests.e2e.trading import (
    DIRECT,
    WEEKLY,
    Trade,
    fired,
    here,
    open_trade,
    placed_for,
    sent_now,
    sooner_or_later,
    under_way,
    was_in_doubt,
)

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def trade(
    server: Server, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Trade]:
    assert connection.vendor == "postgresql", "End-to-end tests run with `make test-postgres`."
    with django_db_blocker.unblock(), default_database(server.port):
        call_command("migrate", verbosity=0)
        stack = make_stack(tmp_path_factory.mktemp("lying"))
        try:
            with override_settings(**here(stack)):
                wait_until_up(stack)
                yield open_trade(stack)
        finally:
            stack.stop()


@pytest.fixture(autouse=True)
def honest(trade: Trade, settings: Any, django_db_blocker: Any) -> Iterator[None]:
    """Every test begins and ends with systems that tell the truth, and nothing under way."""
    for name, value in here(trade.stack).items():
        setattr(settings, name, value)
    with django_db_blocker.unblock():
        sooner_or_later(lambda: not under_way().exists(), "nothing is under way")
        yield
        # pytest shows what is printed where the test failed.
        print(trade.stack.tail(), *open_questions(), sep="\n")
        trade.stack.control("dials/clear")
        Connection.objects.update(failed_calls=0, opened=0, paused_until=None)


# --- orders out ---


def test_an_order_whose_answer_is_spoilt_in_any_way_is_there_once(trade: Trade) -> None:
    """The order is made there; its answer is reset, cut short, a page, nothing, or no text."""
    spoilt = ["reset_after", "reset_midway", "truncated", "html_200", "empty_body", "bad_utf8"]
    for mode in spoilt:
        trade.dial(DIRECT, mode, "orderCreate", times=1)
    orders = [trade.buy(DIRECT, 2, 1) for _ in spoilt]

    first, second = (theirs for _, theirs in trade.skus[DIRECT][:2])
    for order in orders:
        row = placed_for(order)
        assert was_in_doubt(row)
        assert trade.there(DIRECT, row) == [{first: 2, second: 1}]


def test_an_order_that_was_never_made_is_made_after_looking(trade: Trade) -> None:
    for mode in ("timeout_before", "reset_before"):
        trade.dial(DIRECT, mode, "orderCreate", times=1, hold_seconds=3)
    orders = [trade.buy(DIRECT, 3) for _ in range(2)]

    for order in orders:
        row = placed_for(order)
        assert was_in_doubt(row)
        assert trade.there(DIRECT, row) == [{trade.skus[DIRECT][0][1]: 3}]


def test_an_answer_that_names_a_strangers_order_is_not_taken_for_ours(trade: Trade) -> None:
    trade.dial(DIRECT, "stranger_answer", "orderCreate", times=1)

    row = placed_for(trade.buy(DIRECT, 1))

    assert was_in_doubt(row)
    assert trade.there(DIRECT, row) == [{trade.skus[DIRECT][0][1]: 1}]
    (ours,) = (
        order
        for order in play.ledger_orders(trade.stack, DIRECT)
        if order["source_identifier"] == row.reference
    )
    assert row.external_number == ours["name"]


def test_a_look_up_that_finds_strangers_links_none_and_sends_nothing_again(trade: Trade) -> None:
    theirs = {"lines": [{"sku": trade.skus[DIRECT][3][1], "quantity": 1}], "announce": False}
    for _ in range(5):  # orders of their own customers, before ours on any page
        trade.stack.control(f"stores/{DIRECT}/orders", **theirs)
    trade.dial(DIRECT, "stranger_found")
    trade.dial(DIRECT, "reset_after", "orderCreate", times=1)
    order = trade.buy(DIRECT, 1)
    looked = Submission.objects.filter(partner_order__order=order, looks__gt=0)
    row = sooner_or_later(looked.first, "it was looked for")
    assert (row.status, row.partner_order.external_id) == ("unconfirmed", "")

    trade.stack.control("dials/clear")
    looked.update(retry_at=timezone.now())  # a minute later

    assert trade.there(DIRECT, placed_for(order)) == [{trade.skus[DIRECT][0][1]: 1}]


def test_an_order_taken_with_other_lines_is_said(trade: Trade) -> None:
    trade.dial(DIRECT, "order_changed", "orderCreate", times=1, change="dropped")

    row = placed_for(trade.buy(DIRECT, 1, 2))

    first, second = (theirs for _, theirs in trade.skus[DIRECT][:2])
    assert trade.there(DIRECT, row) == [{first: 1}]
    alert = Alert.objects.get(title=f"{row.partner} changed {row.reference}", closed_at=None)
    assert f"{second}: 2 sent, 0 there" in alert.advice


@pytest.mark.parametrize("moment", ["made and its answer lost", "not made yet"])
def test_a_worker_killed_in_the_middle_of_placing_places_once(trade: Trade, moment: str) -> None:
    """kill -9 of the whole cluster while its call hangs; when its lease is over, others look."""
    mode = "timeout_after" if moment.startswith("made") else "timeout_before"
    trade.dial(DIRECT, mode, "orderCreate", times=1, hold_seconds=5)
    order = trade.buy(DIRECT, 4)
    eventually(lambda: fired(trade, mode), "the call is on its way")
    trade.stack.processes["crossdock"].kill()
    row = Submission.objects.get(partner_order__order=order)
    assert row.status == "submitting", "killed before it heard anything"

    trade.stack.revive()
    Submission.objects.filter(pk=row.pk).update(lease_until=timezone.now())  # 90 s later

    placed = placed_for(order)
    looks = ApiCall.objects.filter(subject=placed.reference, path__endswith="#OrderByReference")
    assert looks.exists()
    assert trade.there(DIRECT, placed) == [{trade.skus[DIRECT][0][1]: 4}]


def test_an_addition_is_in_the_weeks_order_once_whether_its_answer_or_itself_was_lost(
    trade: Trade,
) -> None:
    trade.buy(WEEKLY, 1)
    week = sent_now(trade)
    theirs = trade.skus[WEEKLY][0][1]
    for mode, units in (("reset_after", 2), ("reset_before", 4), ("html_200", 7)):
        trade.dial(WEEKLY, mode, "orderEditCommit", times=1)
        trade.buy(WEEKLY, units - trade.there(WEEKLY, week)[0][theirs])
        sent_now(trade)
        assert [order[theirs] for order in trade.there(WEEKLY, week)] == [units]
        assert fired(trade, mode)
    in_doubt = OrderEvent.objects.filter(partner_order=week, order=None, kind="unconfirmed")
    assert in_doubt.count() == 3


# --- stock and products in ---


@pytest.mark.parametrize("mode", ["html_200", "truncated", "bad_json", "204"])
def test_stock_that_cannot_be_read_changes_nothing(trade: Trade, mode: str) -> None:
    before, sold = trade.units(), trade.sold_here(DIRECT)
    trade.dial(DIRECT, mode, "nodes")

    assert trade.run(trade.direct, "stock").status == "failed"

    assert (trade.units(), trade.sold_here(DIRECT)) == (before, sold)


@pytest.mark.parametrize(
    ("mode", "share"), [("empty_inventory", 1.0), ("stock_short", 0.5), ("stock_zeros", 0.6)]
)
def test_stock_that_vanishes_is_held_until_a_person_decides(
    trade: Trade, mode: str, share: float
) -> None:
    before, sold = trade.units(), trade.sold_here(DIRECT)
    assert min(sold.values()) > 0
    trade.dial(DIRECT, mode, "nodes", share=share)

    run = trade.run(trade.direct, "stock")

    assert run.status == "held"
    eventually(Alert.objects.filter(kind="held", closed_at=None).exists, "a person is told")
    assert (trade.units(), trade.sold_here(DIRECT)) == (before, sold)
    discard_run(run, trade.user)
    assert (trade.units(), trade.sold_here(DIRECT)) == (before, sold)


@pytest.mark.parametrize("mode", ["page_repeats", "cursor_loop", "endless_pages"])
def test_a_product_list_without_an_end_is_given_up_and_nothing_counts_as_gone(
    trade: Trade, mode: str
) -> None:
    trade.dial(DIRECT, mode, "products")

    run = trade.run(trade.direct, "products")

    assert (run.status, "do not come to an end" in run.error) == ("failed", True)
    assert not Listing.objects.filter(
        connection=trade.direct.connection, missing_since__isnull=False
    ).exists()


def test_a_product_list_that_says_too_early_that_it_is_complete_is_held(trade: Trade) -> None:
    trade.dial(DIRECT, "ends_early", "products", share=0.95)

    assert trade.run(trade.direct, "products").status == "held"

    assert not Listing.objects.filter(missing_since__isnull=False).exists()


# --- events in ---


def test_an_order_whose_edit_overtakes_it_is_placed_as_edited(trade: Trade) -> None:
    """Its creation arrives after the edit that came later, with what it said then."""
    (ours, theirs), late = trade.skus[WEEKLY][1], "webhooks_out_of_order"
    trade.dial(play.OWN, late, "orders/create", times=1, delay_seconds=20)
    before = set(InboundEvent.objects.values_list("pk", flat=True))
    name = trade.stack.control(
        f"stores/{play.OWN}/orders", lines=[{"sku": ours, "quantity": 5}], financial_status="PAID"
    )["name"]
    trade.stack.control(f"stores/{play.OWN}/edit", order=name, lines=[{"sku": ours, "quantity": 2}])
    came = InboundEvent.objects.exclude(pk__in=before).filter(topic__startswith="orders/")
    created = came.filter(topic="orders/create")
    sooner_or_later(created.exists, "the creation came at last")
    sooner_or_later(lambda: not came.exclude(status="done").exists(), "all is handled")
    assert came.exclude(topic="orders/create").earliest("pk").pk < created.get().pk

    order = Order.objects.get(number=name)
    assert list(order.lines.values_list("sku", "quantity")) == [(ours, 2)]
    week = sent_now(trade)
    assert trade.there(WEEKLY, week)[0][theirs] == 2


def test_orders_announced_while_the_database_was_away_come_in_later(
    trade: Trade, server: Server
) -> None:
    """The store is told to come again, and does; what it gave up on is found by asking."""
    ours = trade.skus[WEEKLY][2][0]
    line = {"lines": [{"sku": ours, "quantity": 1}], "financial_status": "PAID"}
    server.stop()
    connection.close()
    try:
        address = f"stores/{play.OWN}/orders"
        announced = [trade.stack.control(address, **line)["name"] for _ in range(3)]
        given_up = trade.stack.control(address, **line, announce=False)["name"]
        time.sleep(3)
        assert len(trade.stack.ask("deliveries")["deliveries"]) >= 3
    finally:
        server.start()
    for name in ("crossdock", "flows"):  # what `manage.py up` does when they are silent
        trade.stack.processes[name].kill()
    trade.stack.revive()

    came = Order.objects.filter(number__in=announced)
    sooner_or_later(lambda: came.count() == 3, "the store came again")
    assert not Order.objects.filter(number=given_up).exists()
    own = Connection.objects.get(account=play.OWN)
    request_run(own, "channel_orders", trigger="staff", user=trade.user)
    sooner_or_later(Order.objects.filter(number=given_up).exists, "found by asking")
    numbers = [*announced, given_up]
    assert Order.objects.filter(number__in=numbers).count() == len(numbers)
