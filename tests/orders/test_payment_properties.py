"""Whatever order the news of a payment come in, and however often: one payment pays once."""

from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.services.webhooks import Ignored, Waiting
from integrations.types import Payment
from orders.models import Order, OrderEvent
from orders.services import payments
from orders.services.approving import cancel_order
from orders.services.capture import capture_order
from orders.services.payments import order_of, take_disputed, take_failed, take_paid
from orders.services.refunds import take_refunded
from tests.orders.builders import NOW, channel_line, channel_order, make_connection, make_own_store

word = st.sampled_from(["paid", "failed", "disputed", "capture", "cancel", "change"])
refund = st.integers(0, 24).map(lambda units: ("refunded", units))
news = st.lists(st.one_of(word, refund), min_size=1, max_size=12)


class Story:
    """One customer's order of 24 dollars, and what is said of it."""

    def __init__(self):
        self.own, self.stripe = make_own_store(), make_connection("stripe", "stripe")
        self.remote = channel_order([channel_line("MUG")], number="#1", paid_at=None)
        self.minute, self.most, self.was_paid, self.was_canceled = 0, 0, False, False

    def payment(self, status: str, **fields: object) -> Payment:
        values = {"amount": Decimal(24), "currency": "USD", "at": NOW, "order_reference": "#1"}
        return Payment("pi_1", status, **values | fields)  # type: ignore[arg-type]

    def play(self, one: object) -> None:
        try:
            with transaction.atomic():
                self._tell(one)
        except (Waiting, Ignored):
            pass

    def _tell(self, one: object) -> None:
        if isinstance(one, tuple):
            said = self.payment("refunded", refunded=Decimal(one[1]))
            take_refunded(self.stripe, order_of(self.stripe, said), said)
            self.most = max(self.most, one[1])
        elif one == "capture":
            capture_order(self.own, self.remote, is_creation=True)
        elif one == "change":
            self.minute += 1
            version = NOW + timedelta(minutes=self.minute)
            changed = {**vars(self.remote), "version": version}
            if Order.objects.exists():
                capture_order(self.own, type(self.remote)(**changed))
        elif one == "cancel":
            if order := Order.objects.first():
                self.was_canceled |= cancel_order(order, USER[0], "")
        else:
            takers = {"paid": take_paid, "failed": take_failed, "disputed": take_disputed}
            takers[str(one)](self.stripe, self.payment(str(one)))
            self.was_paid |= one == "paid"

    def check(self) -> None:
        order = Order.objects.first()
        if order is None:
            return
        assert (order.paid_at == NOW) == self.was_paid
        assert order.refunded_total == self.most
        assert (order.status == "canceled") == self.was_canceled
        assert OrderEvent.objects.filter(order=order, kind="paid").count() == int(self.was_paid)
        assert not OrderEvent.objects.filter(order=order, kind="paid_twice").exists()


USER: list[object] = []


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=news)
def test_one_payment_pays_once_and_what_went_back_is_the_most_that_was_said(db, script):
    with transaction.atomic():
        USER[:] = [User.objects.create_user("mia")]
        story = Story()
        with patch.object(payments, "provider_for", lambda connection: None):
            for one in script:
                story.play(one)
                story.check()
        transaction.set_rollback(True)
