"""The forms of the back office for what people do by hand."""

import json

import pytest

from .conftest import SHOP

CUSTOMER = {"email": "maya@example.com", "first_name": "Maya", "last_name": "Okafor"}


@pytest.fixture
def order(sandbox):
    """A customer's order of three bags."""
    lines = [{"sku": "GUJI-12", "quantity": 3}]
    answer = sandbox.json(f"/control/stores/{SHOP}/orders", lines=lines, **CUSTOMER)
    assert answer.status == 200
    (one,) = sandbox.store.orders.values()
    return one


@pytest.fixture
def post(sandbox, order):
    def send(form, **fields):
        """Post a form of the order's page; the page that is shown then."""
        answer = sandbox.form(f"/stores/{SHOP}/admin/orders/{order.id}/{form}/", **fields)
        if answer.status != 303:
            return answer.status, answer.body.decode()
        path, _, query = answer.headers["Location"].partition("?")
        return answer.status, sandbox.send("GET", path, query=query).body.decode()

    return send


def show(sandbox, order):
    return sandbox.send("GET", f"/stores/{SHOP}/admin/orders/{order.id}/").body.decode()


def units(order):
    return [(line.sku, line.current_quantity) for line in order.lines]


def test_quantities_are_edited_and_an_item_is_added(sandbox, order, post):
    sandbox.subscribe("ORDERS_EDITED")
    decaf = sandbox.variant("DECAF")
    fields = {f"edit-{order.lines[0].id}": "1", "variant": str(decaf.id), "units": "2"}
    status, html = post("edit", **fields)
    assert (status, "Order #1001 edited." in html) == (303, True)
    assert units(order) == [("GUJI-12", 1), ("DECAF", 2)]
    assert len(sandbox.bodies("orders/edited")) == 1


def test_saving_without_a_change_changes_nothing(sandbox, order, post):
    status, html = post("edit", **{f"edit-{order.lines[0].id}": "3"}, variant="", units="1")
    assert (status, "Nothing was changed." in html) == (422, True)
    assert "order_edited" not in sandbox.kinds()


@pytest.mark.parametrize(
    ("what", "back", "badge"),
    [
        ("start", "unstart", "In progress"),
        ("hold", "release", "On hold"),
        ("archive", "unarchive", "Archived"),
        ("open_editor", "close_editor", "Being edited"),
    ],
)
def test_an_order_is_marked_and_the_way_back_is_offered(sandbox, order, post, what, back, badge):
    status, html = post("mark", what=what)
    assert status == 303
    assert f">{badge}</span>" in html
    assert f'value="{back}"' in html
    assert f'value="{what}"' not in html
    assert f">{badge}</span>" not in post("mark", what=back)[1]


def test_an_archived_order_offers_no_editing(sandbox, order, post):
    html = post("mark", what="archive")[1]
    assert 'id="edit"' not in html
    assert "The order is archived. It cannot be edited." in html


def test_a_refund_takes_units_off_and_money_back(sandbox, order, post):
    fields = {f"back-{order.lines[0].id}": "1", "amount": "", "restock": "yes"}
    status, html = post("refund", **fields)
    assert (status, "19.50 USD refunded." in html) == (303, True)
    assert '<dd id="refunded">19.50 USD</dd>' in html
    assert (units(order), sandbox.variant("GUJI-12").available) == ([("GUJI-12", 2)], 8)


@pytest.mark.parametrize("amount", ["many", "NaN", "1e9", "-1"])
def test_a_refund_of_nonsense_is_refused(sandbox, order, post, amount):
    status, html = post("refund", amount=amount, restock="no")
    assert (status, 'role="alert"' in html) == (422, True)
    assert order.refunds == []


def test_a_parcel_gets_its_number_late_and_is_canceled(sandbox, order, post):
    post("ship", **{f"qty-{order.lines[0].id}": "2"}, company="UPS", number="")
    (parcel,) = order.fulfillments
    status, html = post("track", parcel=str(parcel.id), company="UPS", number="1Z7")
    assert (status, parcel.numbers) == (303, ["1Z7"])
    assert '<span data-test="tracking-number">1Z7</span>' in html
    assert post("track", parcel=str(parcel.id), company="UPS", number=" ")[0] == 422
    assert post("void", parcel=str(parcel.id))[0] == 303
    assert (parcel.status, order.lines[0].open_quantity) == ("CANCELLED", 3)


def test_the_customer_sees_no_forms_on_their_page(sandbox, order, post):
    post("ship", **{f"qty-{order.lines[0].id}": "3"}, company="UPS", number="1Z7")
    html = sandbox.send("GET", f"/stores/{SHOP}/orders/{order.token}/").body.decode()
    assert "1Z7" in html
    assert "<form" not in html


def apps_page(sandbox):
    return sandbox.send("GET", f"/stores/{SHOP}/admin/apps/").body.decode()


def test_a_secret_is_rotated_and_the_old_one_revoked(sandbox):
    path, app = f"/stores/{SHOP}/admin/apps/secret/", sandbox.world.state.apps["sandbox-api-key"]
    sandbox.form(path, client_id="sandbox-api-key", what="rotate")
    assert app.previous_secret == "sandbox-api-secret"
    assert f'data-test="secret">{app.secret}<' in apps_page(sandbox)
    sandbox.form(path, client_id="sandbox-api-key", what="revoke")
    assert app.previous_secret == ""
    assert 'data-test="revoke"' not in apps_page(sandbox)


def test_no_secret_is_in_the_ledger(sandbox):
    path, app = f"/stores/{SHOP}/admin/apps/secret/", sandbox.world.state.apps["sandbox-api-key"]
    sandbox.form(path, client_id="sandbox-api-key", what="rotate")
    assert app.secret not in sandbox.send("GET", "/control/ledger").body.decode()


def test_a_privacy_request_is_sent_also_after_the_app_has_gone(sandbox, order):
    sandbox.subscribe("ORDERS_CREATE")
    path, known = f"/stores/{SHOP}/admin/apps/privacy/", {"client_id": "sandbox-api-key"}
    sandbox.form(path, topic="customers/redact", email="maya@example.com", **known)
    sandbox.form(f"/stores/{SHOP}/admin/apps/uninstall/", **known)
    assert "Crossdock, uninstalled" in apps_page(sandbox)
    sandbox.form(path, topic="shop/redact", **known)
    assert sandbox.bodies("customers/redact")[0]["orders_to_redact"] == [order.id]
    assert sandbox.bodies("shop/redact")[0]["shop_domain"] == SHOP
    refused = sandbox.form(path, topic="customers/redact", email="", **known)
    assert (refused.status, "e-mail address is missing" in refused.body.decode()) == (422, True)


def test_the_order_list_has_pages(sandbox, order_of):
    for _ in range(101):
        order_of(quantity=1)
    first = sandbox.send("GET", f"/stores/{SHOP}/admin/", query="show=all").body.decode()
    assert first.count('data-test="order"') == 100
    assert 'href="?show=all&amp;page=2"' in first
    last = sandbox.send("GET", f"/stores/{SHOP}/admin/", query="show=all&page=2").body.decode()
    assert last.count('data-test="order"') == 1


def test_the_modes_are_listed_with_their_settings(sandbox):
    shown = json.loads(sandbox.send("GET", "/control/modes").body)["modes"]
    drip = next(one for one in shown if one["mode"] == "drip")
    assert (drip["group"], drip["settings"]) == ("line", ["drip_seconds", "effect"])
