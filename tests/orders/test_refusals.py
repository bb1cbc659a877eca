"""A refused partner order: what happened and what to do, in the same words wherever it is said."""

import pytest

from catalog.models import Partner
from integrations.errors import Rejected, TooLittleStock
from integrations.models import Alert
from orders.models import Order, PartnerOrder, Submission
from orders.services.refusals import explain_refusal
from tests.catalog.people import log_in
from tests.orders.builders import make_order, make_variant
from tests.orders.pressing import page_of
from tests.orders.steps import place

pytestmark = pytest.mark.django_db
SKU = "PARTNER-bluedoor-ETH250"
STOCK = TooLittleStock("They have none.")
ALONE = "Or press Give up: the line waits on its order for another partner."


@pytest.fixture
def order(own_store, partner) -> Order:
    make_variant(SKU, partner)
    return make_order(own_store, SKU)


def refuse(system, why: Exception) -> Submission:
    system.script = [why]
    return place().submissions.get()


@pytest.mark.parametrize(
    ("why", "advice"),
    [
        (Rejected("Product variant does not exist."), "Link the product to one they have, or"),
        (Rejected("They do not know the SKU ETH250."), "Link the product to one they have, or"),
        (Rejected("Shipping address is not valid."), "Correct the address of your fulfillment"),
        (Rejected("Zip is not valid for Oregon."), "Correct the address of your fulfillment"),
        (
            Rejected("Access denied for orderCreate."),
            "Reconnect Blue Door and accept every permission",
        ),
        (Rejected("The moon is full."), "Correct the cause, then press Retry."),
        (STOCK, "Press Wait for stock on {order}: it goes once they have it."),
    ],
)
def test_each_kind_has_its_advice_said_alike_in_three_places(order, system, why, advice):
    submission = refuse(system, why)
    refusal = explain_refusal(submission)
    assert refusal.title == f"Blue Door did not take {submission}"
    assert refusal.text.startswith(f"{why} {advice.format(order=order)}")
    assert refusal.text.endswith(ALONE)

    client, alert = log_in("Operator"), Alert.objects.get(kind="placement", closed_at=None)
    assert (alert.title, alert.advice) == (refusal.title, refusal.text)
    for row in (order, submission.partner_order):
        banner = client.get(page_of(row)).context["banners"][0]
        assert (banner.title, banner.text) == (f"{refusal.title}.", refusal.text)


def test_where_it_goes_to_the_customer_their_address_is_meant(own_store, partner, system):
    Partner.objects.filter(pk=partner.pk).update(ship_to="customer", dispatch="immediate")
    make_variant(SKU, partner)
    make_order(own_store, SKU)
    submission = refuse(system, Rejected("Shipping address is not valid."))
    assert "Correct the address in the store, then press Retry." in explain_refusal(submission).text


def test_of_several_lines_the_others_go(own_store, order, system):
    make_order(own_store, SKU)
    make_order(own_store, SKU)
    text = explain_refusal(refuse(system, STOCK)).text
    assert "Hold the lines they have too few of, then press Retry, and the other lines go." in text
    assert text.endswith("Or press Give up: the lines wait on their orders for another partner.")


def test_an_address_of_a_server_is_no_address_of_a_customer(order, system):
    said = "blue-door tried to send us to another address; we did not follow."
    assert "Correct the cause" in explain_refusal(refuse(system, Rejected(said))).text


def test_one_that_is_there_but_differs_is_corrected_there(order, system):
    refuse(system, Rejected("It is there as #1, but differs."))
    Submission.objects.update(error_kind="different")
    text = explain_refusal(Submission.objects.get()).text
    assert "have their order corrected, then press Retry." in text
    assert PartnerOrder.objects.get().status == "open"
