"""What a person does with a submission that failed or is in doubt."""

import pytest

from integrations.errors import Rejected, Unconfirmed
from integrations.models import Alert
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission
from orders.services.deciding import drop, link_existing, retry, send_again
from tests.orders.steps import run

pytestmark = pytest.mark.django_db


def test_retry_rebuilds_and_uses_the_same_reference(pending, system, slept, user):
    system.script = [Rejected("No.")]
    run(pending, slept)

    assert retry(Submission.objects.get(), user) is True
    row = run(pending, slept)

    assert row.status == "submitted"
    assert [order.reference for order in system.pushed] == [row.reference, row.reference]
    assert not Alert.objects.filter(closed_at=None).exists()
    assert Order.objects.get().attention == ""


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
