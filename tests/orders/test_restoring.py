"""After a restore nothing is sent or mailed twice: it is looked for, or a person says so."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_q.models import OrmQ

from integrations.errors import Duplicate, Retryable, Unconfirmed
from integrations.jobs import waiting_ids
from integrations.models import Alert
from integrations.providers.base import PushesOrders
from orders.models import Notification, PartnerOrder, Shipment, Submission
from orders.services.center import ship_to_customer
from orders.services.closing import approve, close_and_submit, needs_approval
from orders.services.confirming import confirm
from orders.services.order_values import order_to_place
from orders.services.restoring import (
    look_first,
    must_look_first,
    note_restore,
)
from tests.orders.builders import make_order, make_variant
from tests.orders.steps import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant(partner):
    return make_variant(partner=partner)


@pytest.fixture
def pending(own_store, variant, system) -> Submission:
    make_order(own_store, variant.sku)
    return close_and_submit(PartnerOrder.objects.get())


def account(row: Submission) -> str:
    return row.partner_order.connection.account


def test_without_a_restore_nothing_is_looked_for_first(pending):
    assert must_look_first(pending) is False
    assert needs_approval(pending) is False


def test_a_partner_order_of_the_backup_is_looked_for_for_seven_days(pending):
    now = timezone.now()
    note_restore(now)

    assert must_look_first(pending, now + timedelta(days=6, hours=23)) is True
    assert needs_approval(pending) is False
    assert must_look_first(pending, now + timedelta(days=7)) is False


def test_it_goes_on_though_the_alert_was_dismissed(pending):
    note_restore(timezone.now())
    Alert.objects.update(closed_at=timezone.now())

    assert must_look_first(pending) is True


def test_an_open_order_of_the_backup_closed_afterwards_is_looked_for_too(
    own_store, variant, system
):
    make_order(own_store, variant.sku)
    note_restore(timezone.now())

    assert must_look_first(close_and_submit(PartnerOrder.objects.get())) is True


@pytest.mark.parametrize("kind", ["append", "update", "cancel"])
def test_what_says_how_it_shall_be_is_not_looked_for(pending, kind):
    note_restore(timezone.now())
    pending.kind = kind

    assert must_look_first(pending) is False


def test_one_that_is_there_is_not_sent(pending, system):
    system.push_order(_sent(pending))

    with pytest.raises(Duplicate, match="there already, as #1001"):
        look_first(pending, system, account(pending))


def test_what_the_lost_days_placed_is_found_and_not_placed_again(pending, system):
    system.push_order(_sent(pending))
    system.pushed.clear()
    note_restore(timezone.now())

    assert send(pending).status == "unconfirmed"
    Submission.objects.update(retry_at=timezone.now())
    confirm(Submission.objects.get())
    assert (Submission.objects.get().status, system.pushed) == ("submitted", [])


def _sent(row: Submission):
    return order_to_place(row)


def test_one_that_is_not_there_may_be_sent(pending, system):
    look_first(pending, system, account(pending))

    assert system.looked_for == [pending.reference]


def test_a_look_up_that_fails_is_no_permission(pending, system):
    system.script = [Retryable("It does not answer.")]

    with pytest.raises(Retryable):
        look_first(pending, system, account(pending))


class Deaf(PushesOrders):
    """A system that takes orders and cannot be asked for them."""

    def push_order(self, order):
        raise AssertionError("sent")


def test_where_nobody_can_be_asked_a_person_decides(pending, user):
    note_restore(timezone.now())
    with pytest.raises(Unconfirmed):
        look_first(pending, Deaf(), "")

    Submission.objects.update(decided_by=user)
    look_first(Submission.objects.get(), Deaf(), "")


def test_bought_before_the_restore_and_placed_anew_needs_a_person(own_store, variant, system, user):
    now = timezone.now()
    note_restore(now)
    make_order(own_store, variant.sku, placed_at=now - timedelta(hours=3))
    row = close_and_submit(PartnerOrder.objects.get())

    assert (must_look_first(row), needs_approval(row)) == (False, True)
    assert send(row).status == "pending"
    assert system.pushed == []

    assert approve(row, user)
    assert send(row).status == "submitted"


def test_bought_after_the_restore_is_an_ordinary_order(own_store, variant, system):
    now = timezone.now()
    note_restore(now)
    make_order(own_store, variant.sku, placed_at=now + timedelta(seconds=1))
    row = close_and_submit(PartnerOrder.objects.get())

    assert (must_look_first(row), needs_approval(row)) == (False, False)


def test_what_was_in_flight_is_in_doubt(pending, own_store, user, capsys):
    Submission.objects.update(status="submitting", lease_until=timezone.now())
    ours = make_order(own_store, make_variant("MUG-1").sku)
    ship_to_customer(ours, user, "USPS", "9400")

    call_command("restored")

    said = capsys.readouterr().out
    assert "1 partner orders in flight\n1 e-mails\n1 parcels\n2 connections to check" in said
    assert Submission.objects.get().status == "unconfirmed"
    assert Notification.objects.get().status == "unknown"
    assert Shipment.objects.get().publish_status == "unconfirmed"
    assert waiting_ids("integrations.tasks.check_connection") == {
        own_store.pk, pending.partner_order.connection_id,
    }  # fmt: skip
    assert "restored from a backup" in Alert.objects.get(kind="restored").title


def test_jobs_of_the_backup_are_forgotten_and_their_work_is_not(pending):
    assert OrmQ.objects.exists()

    note_restore(timezone.now())

    assert waiting_ids("orders.tasks.submit") == set()
    assert Submission.objects.get().status == "pending"
