"""A morning on which things went wrong, each by what really causes it.

Every trouble is a function of the trade; its docstring says what staff find and what helps.
"""

from collections.abc import Callable
from typing import Any

from integrations.models import Connection, InboundEvent
from integrations.services.run_requests import request_run
from orders.models import Order, PartnerOrder, Submission

from .buying import a_morning_at_the_erp
from .outside import wait_for
from .partners import BLUE_DOOR, HARBOR, KETTLE, NORTHSIDE
from .trade import OWN, Trade, partner_at


def unknown_product(trade: Trade) -> None:
    """A line no partner lists: *No partner*. Staff press *We ship it*."""
    line = {"title": "Gift wrap, linen", "sku": "CD-WRAP-LINEN", "price": "4.00", "quantity": 1}
    known = {"sku": trade.skus_of(partner_at(KETTLE.shop))[0], "quantity": 1}
    trade.captured([trade.sell_lines([known, line])])


def sold_out_at_partner(trade: Trade) -> None:
    """The partner sold its last one elsewhere and refuses our order: *Placement failed*."""
    connection = partner_at(HARBOR.shop)
    sku = f"PARTNER-{connection.partner.code}-HG-GRIND"
    trade.outside.do(f"stores/{connection.account}/stock", sku="HG-GRIND", quantity=0)
    number = trade.sell({sku: 1})
    trade.captured([number])
    failed = Submission.objects.filter(status="failed", partner_order__order__number=number)
    wait_for(failed.exists, "the partner refused it")


def no_answer_about_an_order(trade: Trade) -> None:
    """The store broke off after taking our order: *Unconfirmed*, asked about by itself."""
    connection = partner_at(KETTLE.shop)
    dial(trade, connection, "orderCreate", "500_after", times=1)
    number = trade.sell({trade.skus_of(connection)[1]: 2})
    trade.captured([number])
    row = Submission.objects.filter(partner_order__order__number=number, status="unconfirmed")
    wait_for(row.exists, "an order nobody is sure of")


def access_taken_away(trade: Trade) -> None:
    """The partner's store takes our access away: *Needs reconnect*, its orders wait."""
    connection = partner_at(NORTHSIDE.shop)
    waiting = trade.skus_of(connection)
    dial(trade, connection, "*", "401", times=0)
    trade.run(connection, "stock")
    trade.captured([trade.sell({waiting[0]: 2}), trade.sell({waiting[1]: 1})])


def stock_that_looks_wrong(trade: Trade) -> None:
    """Most of the partner's goods are suddenly at zero: the run is held until somebody decides."""
    connection = partner_at(BLUE_DOOR.shop)
    dial(trade, connection, "*", "stock_zeros", times=1, share=0.7)
    trade.run(connection, "stock")


def stock_that_changed(trade: Trade) -> None:
    """The partner sold in its own store: fewer units, with the run that brought the number."""
    connection = partner_at(KETTLE.shop)
    trade.outside.do(f"stores/{connection.account}/stock", sku="TEA-DARJ-FF-100", quantity=11)
    trade.run(connection, "stock")


def news_nobody_can_read(trade: Trade) -> None:
    """An announcement that is not JSON: *Unreadable*; the backstop finds its order all the same."""
    own = Connection.objects.get(account=OWN)
    dial(trade, own, "orders/create", "unreadable_webhooks", times=1, body_form="cut")
    number = trade.sell({trade.skus_of(partner_at(KETTLE.shop))[2]: 1})
    wait_for(InboundEvent.objects.filter(status="unreadable").exists, "unreadable news")
    request_run(own, "channel_orders", trigger="staff", user=trade.user)
    trade.captured([number])
    wait_until_placed(number)


def customer_wants_less(trade: Trade) -> None:
    """Edited in our store after the partner has it: *Changed after send*, somebody decides."""
    sku = trade.skus_of(partner_at(KETTLE.shop))[0]
    number = trade.sell({sku: 3})
    trade.captured([number])
    wait_until_placed(number)
    trade.outside.do(f"stores/{OWN}/edit", order=number, lines=[{"sku": sku, "quantity": 1}])
    wait_for(Order.objects.filter(number=number).exclude(attention="").exists, "the edit seen")


def not_paid_yet(trade: Trade) -> None:
    """Ordered, payment pending: it waits."""
    sku = trade.skus_of(partner_at(BLUE_DOOR.shop))[0]
    trade.captured([trade.sell({sku: 1}, financial_status="pending")])


def a_customer_asks_for_their_data(trade: Trade) -> None:
    """A privacy request with a due date."""
    trade.outside.do(
        f"stores/{OWN}/privacy", topic="customers/data_request", email="noor.haddad@example.com"
    )


def wait_until_placed(number: str) -> None:
    """Until the partner has it, so that the next trouble hits its own order."""
    placed = PartnerOrder.objects.filter(order__number=number, status="submitted")
    wait_for(placed.exists, f"{number} placed")


def dial(trade: Trade, connection: Connection, operation: str, mode: str, **given: Any) -> None:
    """Turn a failure dial of the sandbox."""
    trade.outside.do("dials", shop=connection.account, operation=operation, mode=mode, **given)


MORNING: tuple[Callable[[Trade], None], ...] = (
    unknown_product,
    stock_that_changed,
    a_morning_at_the_erp,
    customer_wants_less,
    sold_out_at_partner,
    not_paid_yet,
    news_nobody_can_read,
    a_customer_asks_for_their_data,
    no_answer_about_an_order,
    stock_that_looks_wrong,
    access_taken_away,
)
