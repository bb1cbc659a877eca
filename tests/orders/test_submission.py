"""Placing: exactly once, whatever the partner's system answers or fails to answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.errors import (
    BadResponse,
    Duplicate,
    NotAuthorized,
    Rejected,
    Retryable,
    Unconfirmed,
)
from integrations.models import Alert, Connection
from integrations.types import PlacedOrder
from inventory.models import Location, Reservation
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services.batches import submit_due_batches
from orders.services.capture import capture_order
from orders.services.closing import CannotSubmit, approve, close_and_submit
from orders.services.confirming import confirm
from orders.services.content import build_content, digest_of, ship_to_address
from orders.services.deciding import drop, link_existing, retry, send_again
from orders.services.due import recover_submissions
from orders.services.submission import _try_once, claim, submit
from tests.orders.builders import (
    channel_line,
    channel_order,
    make_order,
    make_partner,
    make_variant,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def pending(own_store, partner, system) -> Submission:
    """A closed partner order with one line of two units, ready to be sent."""
    variant = make_variant(partner=partner)
    capture_order(own_store, channel_order([channel_line(variant.sku, 2)]))
    return close_and_submit(PartnerOrder.objects.get(partner=partner))


@pytest.fixture
def slept():
    return []


def run(submission: Submission, slept: list) -> Submission:
    def sleep(seconds: float) -> None:
        slept.append(round(seconds))
        Submission.objects.filter(pk=submission.pk).update(retry_at=timezone.now())

    submit(Submission.objects.get(pk=submission.pk), sleep)
    return Submission.objects.get(pk=submission.pk)


def look(submission: Submission) -> Submission:
    Submission.objects.filter(pk=submission.pk).update(retry_at=timezone.now())
    confirm(Submission.objects.get(pk=submission.pk))
    return Submission.objects.get(pk=submission.pk)


def test_it_is_placed_and_its_reservation_accepted(pending, system, slept):
    row = run(pending, slept)

    assert (row.status, row.attempts) == ("submitted", 1)
    placed = row.partner_order
    assert (placed.status, placed.external_number) == ("submitted", "#1001")
    assert Reservation.objects.get().accepted_at is not None
    assert Order.objects.get().status == "exported"
    assert [line.quantity for line in system.pushed[0].lines] == [2]


def test_a_center_bound_partner_never_gets_the_customer(pending, system, slept):
    run(pending, slept)

    sent = repr(system.pushed[0])
    assert system.pushed[0].ship_to.street1 == "2200 Adeline St"
    assert "Petrov" not in sent
    assert "Market St" not in sent


def test_sending_twice_places_once(pending, system, slept):
    run(pending, slept)
    run(pending, slept)

    assert len(system.pushed) == 1


def test_a_lost_answer_is_unconfirmed_and_found_by_reference(pending, system, slept):
    system.script = [("after", Unconfirmed("No answer came in time."))]

    row = run(pending, slept)
    assert row.status == "unconfirmed"
    assert row.retry_at >= timezone.now() + timedelta(seconds=50)
    confirm(row)
    assert system.looked_for == []

    row = look(pending)
    assert (row.status, len(system.pushed), len(system.orders)) == ("submitted", 1, 1)


def test_a_lost_answer_without_effect_is_sent_again_after_looking(pending, system, slept):
    system.script = [Unconfirmed("No answer came in time.")]

    run(pending, slept)
    assert look(pending).status == "pending"
    row = run(pending, slept)

    assert (row.status, row.attempts, len(system.orders)) == ("submitted", 2, 1)


def test_a_look_up_that_fails_changes_nothing(pending, system, slept):
    system.script = [("after", Unconfirmed("Lost.")), Retryable("Busy."), BadResponse("HTML.")]

    run(pending, slept)
    assert look(pending).status == "unconfirmed"
    assert look(pending).status == "unconfirmed"
    assert look(pending).status == "submitted"
    assert len(system.pushed) == 1


def test_found_but_different_is_for_a_person(pending, system, slept):
    system.script = [("after", Unconfirmed("Lost."))]
    run(pending, slept)
    system.change(pending.reference, lines=())

    row = look(pending)

    assert (row.status, row.error_kind) == ("failed", "different")
    assert "2 sent, 0 there" in row.error


def test_a_stranger_with_our_reference_is_not_adopted(pending, system, slept):
    system.script = [("after", Unconfirmed("Lost."))]
    run(pending, slept)
    system.change(pending.reference, account="somebody-else.myshopify.com")

    row = look(pending)
    assert (row.status, row.looks, len(system.pushed)) == ("unconfirmed", 1, 1)
    assert row.error == f"Blue Door answered with another order than {pending.reference}."


def test_an_answer_that_names_another_order_is_looked_into_first(pending, system, slept):
    real = system.push_order

    def push(order):
        real(order)
        return PlacedOrder("gid://shopify/Order/77", "CD-9999999999", system.account, "#77")

    system.push_order = push
    row = run(pending, slept)

    assert (row.status, row.partner_order.external_id) == ("unconfirmed", "")
    assert look(pending).status == "submitted"
    assert PartnerOrder.objects.get().external_id == "gid://shopify/Order/1"


def test_a_system_that_is_left_alone_is_not_called_and_no_attempt_counts(pending, system, slept):
    Connection.objects.filter(slug="blue-door").update(
        opened=1, failed_calls=3, paused_until=timezone.now() + timedelta(minutes=2)
    )
    row = run(pending, slept)
    assert (row.status, row.attempts, system.pushed) == ("pending", 0, [])

    Connection.objects.filter(slug="blue-door").update(paused_until=timezone.now())
    system.script = [Retryable("No connection could be made.", counts=False)]
    assert claim(pending, timezone.now())
    _try_once(pending)
    row = Submission.objects.get()
    assert (row.status, row.attempts, len(system.pushed)) == ("pending", 0, 1)


def test_a_person_is_told_when_looking_brings_no_answer(pending, system, slept):
    system.script = [("after", Unconfirmed("Lost.")), *[BadResponse("HTML.")] * 5]
    run(pending, slept)

    for _ in range(4):
        look(pending)
    assert not Alert.objects.exists()
    look(pending)

    assert Alert.objects.get().title == f"Did Blue Door get {pending.reference}?"
    assert look(pending).status == "submitted"
    assert Alert.objects.get().closed_at is not None


def test_duplicate_is_looked_up(pending, system, slept):
    system.script = [("after", Duplicate("It is there already."))]

    run(pending, slept)

    assert look(pending).status == "submitted"


def test_a_rejection_fails_with_one_alert_and_needs_work(pending, system, slept):
    system.script = [Rejected("They do not know the SKU ETH250.")]

    row = run(pending, slept)

    assert row.status == "failed"
    assert Order.objects.get().attention == "placement_failed"
    assert "They do not know the SKU ETH250." in Alert.objects.get().advice


def test_retry_rebuilds_and_uses_the_same_reference(pending, system, slept, user):
    system.script = [Rejected("No.")]
    run(pending, slept)

    assert retry(Submission.objects.get(), user) is True
    row = run(pending, slept)

    assert row.status == "submitted"
    assert [order.reference for order in system.pushed] == [row.reference, row.reference]
    assert not Alert.objects.filter(closed_at=None).exists()
    assert Order.objects.get().attention == ""


def test_five_attempts_with_growing_gaps_then_failed(pending, system, slept):
    system.script = [Retryable("Server error.")] * 5

    row = run(pending, slept)

    assert (row.status, row.attempts) == ("failed", 5)
    assert slept == [2, 4, 8, 16]


def test_an_outage_delays_and_never_fails(pending, system, slept):
    system.script = [Retryable("No connection.", counts=False)] * 12

    row = run(pending, slept)

    assert (row.status, row.attempts) == ("submitted", 1)
    assert set(slept) == {2}


def test_a_long_wait_is_left_to_the_tick(pending, system, slept):
    system.script = [Retryable("Too many requests.", retry_after=120, counts=False)]

    row = run(pending, slept)

    assert (row.status, row.attempts, slept) == ("pending", 0, [])
    assert row.retry_at > timezone.now() + timedelta(seconds=100)


def test_refused_credentials_put_it_back_and_stop_the_connection(pending, system, slept):
    system.script = [NotAuthorized("The token was revoked.")]

    row = run(pending, slept)
    again = run(pending, slept)

    assert (row.status, row.attempts, again.attempts) == ("pending", 0, 0)
    assert row.partner_order.connection.status == "needs_attention"
    assert len(system.pushed) == 1


def test_nothing_is_claimed_while_the_connection_is_paused(pending, system, slept):
    Connection.objects.filter(pk=pending.partner_order.connection_id).update(status="paused")

    assert run(pending, slept).status == "pending"
    assert system.pushed == []


def test_a_worker_that_died_before_sending_leaves_it_pending(pending):
    assert claim(Submission.objects.get(), timezone.now())

    assert recover_submissions(timezone.now() + timedelta(seconds=91)) == 1
    assert Submission.objects.get().status == "pending"


def test_a_worker_that_died_after_sending_leaves_it_unconfirmed(pending, system, slept):
    claim(pending, timezone.now())
    Submission.objects.update(sent_at=timezone.now())

    recover_submissions(timezone.now() + timedelta(seconds=91))

    assert Submission.objects.get().status == "unconfirmed"
    assert look(pending).status == "pending"


def test_a_zombie_cannot_write_over_its_successor(pending, system, slept):
    zombie = Submission.objects.get()
    claim(zombie, timezone.now())
    recover_submissions(timezone.now() + timedelta(seconds=91))
    Submission.objects.update(retry_at=None)
    run(pending, slept)

    from orders.services.settling import settle_failed

    assert settle_failed(zombie, "rejected", "Too late.") is False
    assert Submission.objects.get().status == "submitted"


def test_with_little_lease_left_nothing_is_sent(pending, system, settings):
    settings.HTTP_DEADLINE_S = 100

    from orders.services.submission import _try_once

    row = Submission.objects.get()
    claim(row, timezone.now())
    _try_once(row)

    assert system.pushed == []
    assert Submission.objects.get().status == "pending"


def test_a_changed_ship_to_is_not_sent_as_approved(pending, system, slept):
    Location.objects.filter(connection=None).update(
        address={"street1": "9 Other St", "city": "Oakland", "country": "US"}
    )

    row = run(pending, slept)

    assert (row.status, system.pushed) == ("failed", [])


def test_approval_is_needed_unless_the_terms_say_otherwise(own_store, system, slept, partner, user):
    partner.approval = "always"
    partner.save()
    make_order(own_store, make_variant(partner=partner).sku)
    row = close_and_submit(PartnerOrder.objects.get())

    assert run(row, slept).status == "pending"
    assert system.pushed == []
    assert approve(row, user) is True
    assert run(row, slept).status == "submitted"


def test_over_the_limit_needs_a_person_and_under_it_does_not(own_store, system, slept, partner):
    partner.approval, partner.approval_limit = "over_limit", 20
    partner.save()
    variant = make_variant(partner=partner)
    make_order(own_store, variant.sku)
    first = close_and_submit(PartnerOrder.objects.get())
    capture_order(own_store, channel_order([channel_line(variant.sku, 2)]))
    second = close_and_submit(PartnerOrder.objects.get(closed_at=None))

    assert run(first, slept).status == "submitted"
    assert run(second, slept).status == "pending"


def test_closing_is_refused_with_reasons_and_changes_nothing(own_store, partner):
    partner.terms_confirmed_at = None
    partner.save()
    Location.objects.filter(connection=None).update(address=None)
    make_order(own_store, make_variant(partner=partner).sku)

    with pytest.raises(CannotSubmit, match=r"Confirm the terms of Blue Door first\. Fill in the"):
        close_and_submit(PartnerOrder.objects.get())

    assert PartnerOrder.objects.get().closed_at is None
    assert not Submission.objects.exists()


def test_what_changed_since_the_preview_is_not_sent(own_store, partner, user):
    variant = make_variant(partner=partner)
    make_order(own_store, variant.sku)
    placed = PartnerOrder.objects.get()
    seen = digest_of(build_content(placed).as_json(), ship_to_address(placed))
    make_order(own_store, variant.sku)

    with pytest.raises(CannotSubmit, match="It changed since you looked at it"):
        close_and_submit(placed, user, seen)

    assert PartnerOrder.objects.get().closed_at is None


def test_lines_of_many_customers_are_one_line_at_the_partner(own_store, partner, system, slept):
    variant = make_variant(partner=partner)
    for _ in range(3):
        make_order(own_store, variant.sku)
    run(close_and_submit(PartnerOrder.objects.get()), slept)

    assert [(line.sku, line.quantity) for line in system.pushed[0].lines] == [("ETH250", 3)]
    assert PartnerOrderLine.objects.count() == 3


def test_a_daily_order_closes_at_its_time_and_the_next_one_opens(own_store, partner):
    variant = make_variant(partner=partner)
    make_order(own_store, variant.sku)
    due = PartnerOrder.objects.get().closes_at

    assert submit_due_batches(due - timedelta(minutes=1)).submissions == []
    assert len(submit_due_batches(due).submissions) == 1
    make_order(own_store, variant.sku)

    assert PartnerOrder.objects.filter(closed_at=None).count() == 1
    assert PartnerOrder.objects.count() == 2


def test_below_the_minimum_it_waits_for_the_next_run(own_store, partner):
    partner.minimum_total = 100
    partner.save()
    make_order(own_store, make_variant(partner=partner).sku)
    placed = PartnerOrder.objects.get()

    done = submit_due_batches(placed.closes_at)

    assert done.waiting == {placed.reference: "Blue Door has a minimum of 100.00 USD."}
    placed.refresh_from_db()
    assert placed.closed_at is None


def test_an_immediate_partner_gets_one_order_per_customer_order(own_store, system, slept):
    direct = make_partner("kettle-crane", dispatch="immediate", ship_to="customer")
    variant = make_variant("PARTNER-kettlecrane-TEA1", direct)
    make_order(own_store, variant.sku)
    make_order(own_store, variant.sku)

    from orders.tasks import close_order

    for row in PartnerOrder.objects.all():
        close_order(row.pk)
        run(row.submissions.get(), slept)

    assert len(system.pushed) == 2
    assert system.pushed[0].ship_to.street1 == "4 Market St"
    assert PartnerOrder.objects.filter(status="submitted").count() == 2


def test_a_person_links_sends_again_or_drops(pending, system, slept, user):
    system.script = [Unconfirmed("Lost.")]
    run(pending, slept)
    row = Submission.objects.get()

    assert link_existing(row, "gid://shopify/Order/77", user) is True
    assert PartnerOrder.objects.get().external_id == "gid://shopify/Order/77"
    assert send_again(Submission.objects.get(), user) is False


def test_a_dropped_order_leaves_its_lines_unrouted_with_the_reason(pending, system, slept, user):
    system.script = [Rejected("No.")]
    run(pending, slept)

    assert drop(Submission.objects.get(), user, "They stopped selling it.") is True

    live = PartnerOrderLine.objects.get(canceled_at=None)
    assert (live.part, live.partner, live.quantity) == (2, None, 2)
    assert "They stopped selling it." in live.route_reason
    assert PartnerOrder.objects.get().status == "canceled"
    assert Order.objects.get().attention == "unrouted"


def test_a_price_that_rose_counts_against_the_limit(own_store, partner, system, slept):
    partner.approval, partner.approval_limit = "over_limit", 20
    partner.save()
    variant = make_variant(partner=partner, cost="12.00")
    make_order(own_store, variant.sku)
    variant.listings.update(cost="21.00")

    row = close_and_submit(PartnerOrder.objects.get())

    assert row.content["total"] == "21.00"
    assert PartnerOrder.objects.get().cost_total == 21
    assert run(row, slept).status == "pending"
