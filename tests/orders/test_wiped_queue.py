"""The queue only wakes work up: emptied by hand or by a new SECRET_KEY, the ticks find it again."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.utils import timezone
from django_q.models import OrmQ

from integrations.errors import Unconfirmed
from integrations.jobs import waiting_ids
from integrations.models import InboundEvent
from integrations.services import ticks
from integrations.services.run_requests import request_run
from orders.models import Notification, PartnerOrder, Shipment, Submission
from orders.services import due
from orders.services.center import ship_to_customer
from orders.services.closing import close_and_submit
from orders.services.submission import submit
from tests.orders.builders import make_order, make_partner, make_variant

pytestmark = pytest.mark.django_db


def work_of_every_kind(own_store, partner, system, user) -> dict[str, set[int]]:
    """One waiting job of each kind: task -> the ids it is about."""
    other = make_partner("kettle")
    waiting, asked = (
        close_and_submit(
            PartnerOrder.objects.get(lines__order_line__order=make_order(own_store, v))
        )
        for v in (
            make_variant(partner=partner).sku,
            make_variant("PARTNER-kettle-DRIP", partner=other).sku,
        )
    )
    system.script = [Unconfirmed("The answer was lost.")]
    submit(Submission.objects.get(pk=asked.pk))
    parcel = ship_to_customer(make_order(own_store, make_variant("MUG-1").sku), user, "UPS", "1Z")
    run, _ = request_run(own_store, "channel_orders", trigger="staff")
    event = InboundEvent.objects.create(
        provider="shopify", connection=own_store, topic="orders/create", dedupe_key="1",
        received_at=timezone.now(),
    )  # fmt: skip
    return {
        "orders.tasks.submit": {waiting.pk},
        "orders.tasks.confirm": {asked.pk},
        "orders.tasks.publish_shipment": {parcel.pk},
        "orders.tasks.send_notification": {Notification.objects.get().pk},
        "integrations.tasks.handle_event": {event.pk},
        "integrations.tasks.run_flow": {run.pk},
    }


def forget_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM django_q_ormq")


def forget_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The jobs stay in the table, signed with a key nobody has any more."""
    monkeypatch.setattr("django_q.conf.Conf.SECRET_KEY", "another-key-" + "y" * 50)


@pytest.mark.parametrize("forget", [forget_by_hand, forget_by_key])
def test_work_of_every_kind_is_woken_again(own_store, partner, system, user, monkeypatch, forget):
    work = work_of_every_kind(own_store, partner, system, user)
    forget(monkeypatch)
    later = timezone.now() + timedelta(minutes=3)

    ticks.sweep(later)
    due.sweep(later)

    queue = {task: "flows" if task.endswith("run_flow") else "crossdock" for task in work}
    assert {task: waiting_ids(task, queue[task]) for task in work} == work


def test_what_lies_in_the_queue_is_not_added_again(own_store, partner, system, user):
    work_of_every_kind(own_store, partner, system, user)
    later = timezone.now() + timedelta(minutes=3)
    ticks.sweep(later)
    due.sweep(later)
    jobs = OrmQ.objects.count()

    ticks.sweep(later)
    due.sweep(later)

    assert OrmQ.objects.count() == jobs
    assert Shipment.objects.get().publish_status == "pending"
