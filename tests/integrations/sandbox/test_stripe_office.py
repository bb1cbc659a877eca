"""The pages of the simulated Stripe: its checkout, its back office, its place in the index."""

import pytest

from integrations.sandbox.state import load_state, save_state
from integrations.sandbox.stripe.seed import ACCOUNT

SHOP, OFFICE = f"/checkout/{ACCOUNT}/", f"/payments/{ACCOUNT}/"
BUYER = {"name": "Leah Goldberg", "email": "leah@example.com", "line1": "52 Harbor View"}
FORM = {**BUYER, "city": "Annapolis", "how": "card", "qty-CD-CUP-12": "3"}


@pytest.fixture
def show(payer):
    def get(path, query=""):
        answer = payer.sandbox.send("GET", path, query=query)
        assert answer.status == 200
        return answer.body.decode()

    return get


@pytest.fixture
def post(payer):
    def send(path, **fields):
        """Post a form; the status and the page that is shown then."""
        answer = payer.sandbox.form(path, **fields)
        if answer.status != 303:
            return answer.status, answer.body.decode()
        where, _, query = answer.headers["Location"].partition("?")
        return 303, payer.sandbox.send("GET", where, query=query).body.decode()

    return send


def test_the_index_leads_to_checkout_and_back_office(show):
    html = show("/")
    assert f'href="{SHOP}"' in html
    assert f'href="{OFFICE}"' in html


def test_the_checkout_shows_items_and_a_likely_buyer(show):
    html = show(SHOP)
    assert 'data-sku="HLX-CHOC-5"' in html
    assert 'value="maya.okafor@example.com"' in html


def test_paying_thanks_the_buyer_and_tells_the_portal(post, payer):
    status, html = post(f"{SHOP}pay/", **FORM)
    assert (status, "Thank you, Leah Goldberg" in html) == (303, True)
    assert '<strong id="payment-status">Paid</strong>' in html
    assert "78.00 USD" in html
    assert len(payer.heard()) == 2


def test_how_it_gets_to_the_buyer_reaches_the_order(post, payer):
    post(f"{SHOP}pay/", **FORM, delivery="delivery", zone="North")
    order = payer.stripe().read_checkout(payer.heard()[0].data)
    assert (order.delivery_method, order.delivery_zone) == ("delivery", "North")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"qty-CD-CUP-12": "0"}, "Choose at least one item"),
        ({"qty-NONE": "1"}, "1 of NONE cannot be bought here."),
        ({"name": " ", "city": ""}, "Fill in your name, city."),
        ({"how": "gold"}, "Choose how to pay."),
        ({"delivery": "drone"}, "Choose how it gets to you."),
    ],
)
def test_a_form_that_cannot_be_paid_is_shown_again(post, payer, wrong, says):
    status, html = post(f"{SHOP}pay/", **(FORM | wrong))
    assert (status, says in html) == (422, True)
    assert 'value="leah@example.com"' in html
    assert payer.merchant.sales == {}


def test_a_part_and_then_the_rest_is_refunded(post, payer):
    sale = payer.pay()
    status, html = post(f"{OFFICE}{sale.payment}/refund/", amount="12.50")
    assert (status, "12.50 went back to Maya Okafor." in html) == (303, True)
    post(f"{OFFICE}{sale.payment}/refund/", amount="")
    assert (sale.refunded, sale.left) == (8200, 0)


@pytest.mark.parametrize("amount", ["-1", "0", "82.01", "much", "1e99", "NaN", "Infinity"])
def test_an_amount_that_cannot_go_back_is_refused(post, payer, amount):
    sale = payer.pay()
    status, html = post(f"{OFFICE}{sale.payment}/refund/", amount=amount)
    assert (status, sale.refunded) == (422, 0)
    assert 'role="alert"' in html


def test_a_transfer_is_completed_and_a_payment_disputed(post, payer):
    sale = payer.pay("transfer")
    assert "arrived." in post(f"{OFFICE}{sale.payment}/complete/")[1]
    html = post(f"{OFFICE}{sale.payment}/dispute/", reason="fraudulent")[1]
    assert "disputed: fraudulent" in html
    assert (sale.status, sale.dispute) == ("paid", "fraudulent")


def test_a_link_of_the_dashboard_leads_to_the_payment(payer):
    path = f"/stripe/{ACCOUNT}/{ACCOUNT}/test/payments/pi_1"
    answer = payer.sandbox.send("GET", path)
    assert (answer.status, answer.headers["Location"]) == (303, f"{OFFICE}#pi_1")


def test_strangers_are_not_found(post, payer):
    assert payer.sandbox.send("GET", f"{SHOP}cs_test_none/").status == 404
    assert payer.sandbox.send("GET", "/payments/acct_none/").status == 404
    assert post(f"{OFFICE}pi_none/refund/")[0] == 422


def test_an_account_survives_a_restart(payer, tmp_path):
    payer.pay()
    save_state(tmp_path / "state.json", payer.sandbox.world.snapshot())
    state = load_state(tmp_path / "state.json")
    assert state.stripes[ACCOUNT] == payer.merchant
    assert len(state.deliveries) == 2
