"""A partner that has too little refuses the whole order: the line is held, the rest goes."""

import pytest
from django.urls import reverse

from catalog.models import Partner
from integrations.errors import Rejected, TooLittleStock
from integrations.models import Alert
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services.capture import capture_order
from orders.services.closing import close_and_submit
from orders.services.deciding import retry
from orders.services.holding import hold_line, release_line
from orders.services.shortfalls import send_elsewhere
from tests.catalog.people import log_in, texts
from tests.orders.builders import (
    add_listing,
    channel_line,
    channel_order,
    make_order,
    make_partner,
    make_variant,
)
from tests.orders.pressing import page_of, press
from tests.orders.steps import send
from tests.orders.test_shortfalls import attention, part_of

pytestmark = pytest.mark.django_db
NO = TooLittleStock("The partner does not have enough stock for this order.")
RARE, PLAIN = "PARTNER-bluedoor-RARE", "PARTNER-bluedoor-PLAIN"


@pytest.fixture
def rare(own_store, partner) -> Order:
    make_variant(RARE, partner)
    return make_order(own_store, RARE)


@pytest.fixture
def plain(own_store, partner) -> Order:
    make_variant(PLAIN, partner)
    return make_order(own_store, PLAIN)


@pytest.fixture
def refused(rare, plain, system) -> Submission:
    return refuse(system, PartnerOrder.objects.get())


def refuse(system, row: PartnerOrder, why: Exception = NO) -> Submission:
    system.script = [why]
    failed = send(close_and_submit(row))
    assert failed.status == "failed"
    return failed


def test_a_line_of_a_refused_order_is_held_and_retry_sends_the_rest(
    refused, rare, plain, system, user
):
    assert hold_line(part_of(rare), "by mia", user) is True
    part = part_of(rare)
    assert (part.partner_order, part.submission, part.hold_reason) == (None, None, "by mia")
    assert (attention(rare), attention(plain)) == ("", "placement_failed")
    assert PartnerOrder.objects.get().cost_total == 12
    assert retry(refused, user)
    assert send(refused).status == "submitted"
    assert [[line.sku for line in one.lines] for one in system.orders.values()] == [["PLAIN"]]
    assert release_line(part, user) is True
    assert part_of(rare).partner_order == PartnerOrder.objects.get(closed_at=None)


def test_a_refused_order_whose_last_line_is_held_is_dropped(refused, rare, plain, user):
    for order in (rare, plain):
        assert hold_line(part_of(order), "by mia", user)
    assert Submission.objects.get().status == "dropped"
    assert PartnerOrder.objects.get().status == "canceled"
    assert not Alert.objects.filter(closed_at=None, kind="placement").exists()


def test_lines_that_came_later_stay_in_an_order_that_was_refused(
    rare, own_store, partner, system, user
):
    Partner.objects.filter(pk=partner.pk).update(dispatch="weekly_append")
    failed = refuse(system, PartnerOrder.objects.get())
    make_variant(PLAIN, partner)
    late = make_order(own_store, PLAIN)
    assert hold_line(part_of(rare), "by mia", user)
    assert part_of(late).partner_order == PartnerOrder.objects.get(status="open")
    assert retry(failed, user)
    assert send(failed).status == "submitted"
    assert [[line.sku for line in one.lines] for one in system.orders.values()] == [["PLAIN"]]


def test_what_a_partner_may_have_is_not_held_back(refused, rare, user):
    Submission.objects.update(error_kind="different")
    assert hold_line(part_of(rare), "by mia", user) is False
    assert part_of(rare).submission == refused


def test_the_page_of_a_refused_order_has_hold_and_says_so(refused, rare, plain):
    client = log_in("Operator")
    html = texts(client.get(page_of(refused.partner_order)))
    assert f"/{part_of(rare).pk}/do/hold/" in html
    rest = "Hold the lines they have too few of, then press Retry, and the other line goes."
    assert rest in html
    press(client, part_of(rare), "hold")
    assert part_of(rare).held_at is not None
    html = texts(client.get(page_of(refused.partner_order)))
    assert f"/{part_of(rare).pk}/do/release/" in html


def test_another_refusal_says_nothing_of_stock(rare, system):
    failed = refuse(system, PartnerOrder.objects.get(), Rejected("They do not know it."))
    html = texts(log_in("Operator").get(page_of(failed.partner_order)))
    assert "They do not know it. Correct the cause, then press Retry." in html


def test_placing_it_anyway_says_what_may_come_of_it(own_store, partner):
    make_variant(RARE, partner, stock=2)
    order, _ = capture_order(own_store, channel_order([channel_line(RARE, 3)]))
    name = "admin:orders_partnerorderline_do"
    address = reverse(name, args=[part_of(order).pk, "place_anyway"])
    client = log_in("Operator")
    html = texts(client.post(address))
    assert "is asked for all 3 although 1 is not there." in html
    assert "Their system may refuse it: then press Wait for stock here" in html
    make_order(own_store, RARE)
    html = texts(client.post(address))
    assert "may refuse the whole order for it: then hold this line" in html
    assert "press Retry there, and the other line goes." in html
    make_order(own_store, RARE)
    assert "and the other 2 lines go." in texts(client.post(address))


def test_a_refused_line_that_is_short_goes_to_another_partner(
    own_store, partner, rare, system, user
):
    other = make_partner("kettle-crane", rank=500)
    add_listing(part_of(rare).variant, other, stock=4)
    refuse(system, PartnerOrder.objects.get())
    PartnerOrderLine.objects.update(short=1)
    send_elsewhere(part_of(rare), other, user)
    assert part_of(rare).partner_order.partner == other
    assert Submission.objects.get().status == "dropped"


def test_a_refused_line_that_is_short_has_one_banner_with_what_helps(rare, system):
    submission = refuse(system, PartnerOrder.objects.get())
    part = part_of(rare)
    PartnerOrderLine.objects.filter(pk=part.pk).update(short=part.quantity)

    (banner,) = log_in("Operator").get(page_of(rare)).context["banners"]

    assert banner.title == f"Blue Door did not take {submission}."
    assert banner.actions == [
        *((name, part) for name in ("place_anyway", "wait_for_stock", "send_elsewhere")),
        ("drop", submission.partner_order),
    ]


def test_a_refusal_for_another_reason_keeps_retry_and_the_shortfall_its_own(rare, system):
    refuse(system, PartnerOrder.objects.get(), Rejected("The moon is full."))

    (banner,) = log_in("Operator").get(page_of(rare)).context["banners"]

    assert [name for name, _ in banner.actions] == ["retry", "drop"]
