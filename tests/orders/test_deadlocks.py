"""Two workers that lock an order and its partner order the other way round do not deadlock."""

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from catalog.models import Partner
from integrations.models import Connection
from orders.models import Order, PartnerOrder, Submission
from orders.services import changes, closing
from orders.services.capture import capture_order
from orders.services.closing import close_and_submit
from tests.orders.builders import NOW, channel_line, channel_order, make_variant
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
LONGEST_S = 1.0  # on SQLite one waits for the other to commit: there the meeting cannot happen


def test_news_of_an_order_while_its_partner_order_is_closed(
    own_store: Connection, partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing writes its row twice, so PostgreSQL looks up the customer's order at the commit."""
    Partner.objects.filter(pk=partner.pk).update(dispatch="immediate")
    partner.refresh_from_db()
    remote = channel_order([channel_line(make_variant(partner=partner).sku)])
    capture_order(own_store, remote)
    row = PartnerOrder.objects.get()
    order_locked, row_closed = threading.Event(), threading.Event()
    lock_unsent, enqueue = changes.lock_unsent, closing.enqueue

    def meet(order: Order) -> None:
        order_locked.set()
        row_closed.wait(LONGEST_S)
        lock_unsent(order)

    def about_to_commit(*args: Any) -> None:
        enqueue(*args)
        row_closed.set()

    monkeypatch.setattr(changes, "lock_unsent", meet)
    monkeypatch.setattr(closing, "enqueue", about_to_commit)

    def news() -> None:
        capture_order(own_store, replace(remote, note="Ring twice", version=NOW + timedelta(1)))

    def close() -> None:
        order_locked.wait(LONGEST_S)
        close_and_submit(row)

    at_once(2, lambda index: (news, close)[index]())

    assert Order.objects.get().note == "Ring twice"
    assert Submission.objects.get().status == "pending"
