"""Outcomes are read rightly, and no row stays in between without a person being told."""

import contextlib
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from catalog.models import Listing
from integrations.errors import Rejected, Unconfirmed
from integrations.jobs import waiting_ids
from integrations.models import Alert, Connection
from integrations.services.webhooks import Waiting
from integrations.types import Event
from inventory.models import Location
from orders.models import OrderContact, PartnerOrder, Submission
from orders.services import due
from orders.services import submission as submission_module
from orders.services.capture import capture_order
from orders.services.closing import CannotSubmit, close_and_submit
from orders.services.confirming import confirm
from orders.services.deciding import link_existing, retry
from orders.webhooks import take_order
from tests.orders.builders import (
    CENTER,
    NOW,
    channel_line,
    channel_order,
    make_order,
    make_partner,
    make_variant,
)
from tests.orders.steps import send
from tests.orders.test_webhooks import event_of

pytestmark = pytest.mark.django_db


def pending(own_store, partner, sku="PARTNER-bluedoor-ETH250"):
    make_order(own_store, make_variant(sku, partner=partner).sku)
    return close_and_submit(PartnerOrder.objects.get(partner=partner, closed_at=None))


def look(row):
    Submission.objects.filter(pk=row.pk).update(retry_at=timezone.now())
    confirm(Submission.objects.get(pk=row.pk))
    return Submission.objects.get(pk=row.pk)


def test_an_order_found_canceled_there_is_not_counted_as_placed(own_store, partner, system):
    row = pending(own_store, partner)
    system.script = [("after", Unconfirmed("Lost."))]
    send(row)
    system.change(row.reference, status="canceled")

    assert look(row).status == "failed"


def test_a_cancellation_while_we_do_not_know_the_order_yet_waits(own_store, partner, system):
    row = pending(own_store, partner)
    system.script = [("after", Unconfirmed("Lost."))]
    send(row)
    theirs = system.orders[row.reference].external_id
    news = replace(channel_order([]), external_id=theirs, canceled_at=NOW)

    with pytest.raises(Waiting):
        take_order(Event("order.canceled", news), event_of(partner.connection))


def test_a_provider_whose_code_fails_every_time_ends_with_an_alert(
    own_store, partner, system, monkeypatch
):
    row = pending(own_store, partner)

    def gone(connection):
        raise LookupError("There is no provider shopify-partner.")

    monkeypatch.setattr(submission_module, "provider_for", gone)
    for _ in range(8):
        with contextlib.suppress(LookupError):
            send(row)
        Submission.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(1))
        due.recover_submissions(timezone.now())

    row.refresh_from_db()
    assert row.status == "failed"
    assert Alert.objects.filter(kind="placement", closed_at=None).exists()


def test_a_write_that_is_never_answered_ends_with_a_person(own_store, partner, system):
    row = pending(own_store, partner)
    for _ in range(10):
        system.script = [Unconfirmed("HTTP 500.")]
        Submission.objects.filter(pk=row.pk).update(retry_at=None)
        send(row)
        look(row)

    assert Alert.objects.filter(kind="placement", closed_at=None).exists()
    assert len(system.pushed) == submission_module.MOST_ATTEMPTS


def test_linking_an_order_that_is_linked_already_is_refused_with_a_sentence(
    own_store, partner, system, user
):
    send(pending(own_store, partner))
    theirs = PartnerOrder.objects.get().external_id
    second = pending(own_store, partner, "PARTNER-bluedoor-KEN250")
    system.script = [Unconfirmed("Lost.")]
    send(second)

    with pytest.raises(CannotSubmit, match="already"):
        link_existing(second, theirs, user)

    assert Submission.objects.get(pk=second.pk).status == "unconfirmed"


def test_retry_without_an_address_sends_nothing(own_store, system, partner, user):
    straight = make_partner("straight", dispatch="immediate", ship_to="customer")
    row = pending(own_store, straight, "PARTNER-straight-A")
    system.script = [Rejected("No.")]
    send(row)
    OrderContact.objects.update(redacted_at=NOW, street1="", name="")

    with pytest.raises(CannotSubmit, match="no address"):
        retry(row, user)
    send(row)

    assert len(system.pushed) == 1


def test_a_price_in_another_currency_is_not_sent_as_ours(own_store, partner, system):
    make_order(own_store, make_variant(partner=partner).sku)
    Listing.objects.filter(connection=partner.connection).update(currency="EUR")

    with pytest.raises(CannotSubmit, match="ETH250: priced in another currency than USD"):
        close_and_submit(PartnerOrder.objects.get())


def test_a_cost_keeps_the_decimals_of_its_currency(own_store, system):
    partner = make_partner("kuwait", currency="KWD")
    variant = make_variant("PARTNER-kuwait-A", partner=partner, cost="1.235")
    Listing.objects.filter(connection=partner.connection).update(currency="KWD")
    Location.objects.filter(connection=None).update(address=CENTER)
    make_order(own_store, variant.sku)

    row = close_and_submit(PartnerOrder.objects.get())

    assert row.content["lines"][0]["unit_cost"] == "1.235"


def test_a_sick_connection_does_not_keep_others_from_being_woken(
    own_store, partner, system, monkeypatch
):
    monkeypatch.setattr(due, "LIMIT", 1)
    pending(own_store, partner)
    Connection.objects.filter(pk=partner.connection_id).update(status="needs_attention")
    healthy = pending(own_store, make_partner("well"), "PARTNER-well-A")
    OrmQ.objects.all().delete()

    due.sweep(timezone.now())

    assert healthy.pk in waiting_ids("orders.tasks.submit")


def test_one_partner_with_an_unknown_time_zone_does_not_stop_the_tick(own_store, partner, system):
    row = pending(own_store, partner)
    OrmQ.objects.all().delete()
    make_partner("lost", timezone="Mars/Olympus")

    due.sweep(timezone.now())

    assert waiting_ids("orders.tasks.submit") == {row.pk}
    assert "Mars/Olympus is not a time zone" in Alert.objects.get(kind="schedule").title


def test_recovering_does_not_take_the_lease_of_a_worker_that_claimed_it_meanwhile(
    own_store, partner, system, monkeypatch
):
    row = pending(own_store, partner)
    assert submission_module.claim(row, timezone.now() - timedelta(seconds=100))
    real_move, working = Submission.move, []

    def move(self, old, new, **fields):
        if not working:
            worker = Submission.objects.get(pk=row.pk)
            working.append(worker)
            real_move(worker, "submitting", "pending", lease_token=None, lease_until=None)
            assert submission_module.claim(worker, timezone.now())
        return real_move(self, old, new, **fields)

    monkeypatch.setattr(Submission, "move", move)

    assert due.recover_submissions(timezone.now()) == 0
    assert Submission.objects.get().status == "submitting"


def test_the_cost_of_an_open_order_falls_with_a_canceled_line(own_store, partner):
    remote = channel_order([channel_line(make_variant(partner=partner).sku)])
    capture_order(own_store, remote)

    capture_order(own_store, replace(remote, version=NOW + timedelta(1), canceled_at=NOW))

    assert PartnerOrder.objects.get().cost_total == 0


def test_an_order_found_by_its_parcels_alone_is_placed_whatever_they_hold(
    own_store, partner, system, monkeypatch
):
    row = pending(own_store, partner)
    system.script = [("after", Unconfirmed("Lost."))]
    send(row)
    whole = system.find_order(row.reference)
    silent = replace(whole, lines=(), tells_lines=False)
    monkeypatch.setattr(system, "find_order", lambda reference: silent)

    assert look(row).status == "submitted"
    assert not Alert.objects.filter(kind="difference").exists()


def test_an_order_found_without_its_lines_where_they_are_told_differs(own_store, partner, system):
    row = pending(own_store, partner)
    system.script = [("after", Unconfirmed("Lost."))]
    send(row)
    system.change(row.reference, lines=())

    assert look(row).status == "failed"
