"""What a person decides on the page of a partner order nobody is sure of: link, send, give up."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.errors import Rejected, Unconfirmed
from orders.models import Order, PartnerOrder, Submission
from tests.catalog.people import log_in, said, texts
from tests.orders.builders import make_order, make_variant
from tests.orders.pressing import page_of, place, press

pytestmark = pytest.mark.django_db
SKU = "PARTNER-bluedoor-ETH250"


@pytest.fixture
def unconfirmed(placed, system):
    """Sent; the answer was lost."""
    system.script = [("after", Unconfirmed("The answer was lost."))]
    return place(placed)


def test_an_unconfirmed_one_says_that_nothing_is_sent_again(unconfirmed):
    html = texts(log_in("Operator").get(page_of(unconfirmed)))

    assert "may have it or not" in html
    first = f"We ask them for {unconfirmed.reference} within two minutes."
    assert f"{first} Nothing is sent again before." in html
    assert "<dt>Next try</dt><dd>within two minutes</dd>" in html
    assert "/do/retry/" not in html


def test_one_that_is_asked_about_much_later_says_when(unconfirmed):
    later = timezone.now() + timedelta(minutes=20, seconds=10)
    Submission.objects.update(retry_at=later)

    html = texts(log_in("Operator").get(page_of(unconfirmed)))

    assert "within two minutes" not in html
    assert ">in 20 min</time>. Nothing is sent again before." in html


def test_who_asks_now_is_told_to_look_again(placed, system):
    answer = press(log_in("Operator"), place(placed), "ask")

    again = "Open this page again in a moment to see what came of it."
    assert said(answer) == [f"They are being asked. {again}"]


def test_a_person_links_what_they_saw_there(unconfirmed):
    answer = press(log_in("Operator"), unconfirmed, "link", external_id="gid://shopify/Order/7")

    unconfirmed.refresh_from_db()
    assert said(answer) == [f"{unconfirmed} is linked to gid://shopify/Order/7."]
    assert (unconfirmed.status, unconfirmed.external_id) == ("submitted", "gid://shopify/Order/7")


def test_send_again_wants_the_reference_typed(unconfirmed):
    client = log_in("Operator")

    asked = press(client, unconfirmed, "send_again", typed="CD-WRONG")
    status_before = Submission.objects.get().status
    done = press(client, unconfirmed, "send_again", typed=unconfirmed.reference)

    assert "That is not" in texts(asked)
    assert status_before == "unconfirmed"
    assert "is being sent to Blue Door" in said(done)[0]
    assert Submission.objects.get().status == "pending"


def test_giving_up_wants_a_reason_and_leaves_the_lines_without_a_partner(unconfirmed):
    client = log_in("Operator")

    press(client, unconfirmed, "drop")
    kept = Submission.objects.get().status
    answer = press(client, unconfirmed, "drop", reason="They lost it")

    assert kept == "unconfirmed"
    assert "is given up. Its lines have no partner now" in said(answer)[0]
    assert Submission.objects.get().status == "dropped"
    assert set(Order.objects.values_list("attention", flat=True)) == {"unrouted"}
    page = texts(client.get(page_of(Order.objects.first())))
    advice = "Press Route again once a partner has it; or press We ship it."
    assert f"was given up: They lost it. {advice}" in page
    assert "Import the product" not in page


@pytest.mark.parametrize(
    ("orders", "asked", "told"),
    [
        (
            1,
            "Its line has no partner then: on its order,",
            "Its line has no partner now: decide on",
        ),
        (2, "Its lines have no partner then: on their", "Its lines have no partner now: decide"),
    ],
)
def test_a_refused_one_is_given_up_on_the_page_of_its_order(
    own_store, partner, system, orders, asked, told
):
    make_variant(SKU, partner)
    order, *_ = [make_order(own_store, SKU) for _ in range(orders)]
    system.script = [Rejected("No.")]
    row, client = place(PartnerOrder.objects.get()), log_in("Operator")
    page = texts(client.get(page_of(order)))
    address = f"/admin/orders/partnerorder/{row.pk}/do/drop/"
    assert address in page

    question = texts(client.post(address))
    buttons = client.get(page_of(row)).context["detail_buttons"]
    answer = press(client, row, "drop", reason="They will not have it")

    assert asked in question
    assert "If they have it, ask them to correct it." not in question
    assert told in said(answer)[0]
    assert [one["label"] for one in buttons["plain"]] == ["Give up…"]
