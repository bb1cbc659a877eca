"""The ERP's back office, its state on disk, and servers made on demand."""

import json

import pytest

from integrations.sandbox.sellercloud.seed import seed_erps
from integrations.sandbox.state import load_state, save_state

from .buyer import ACCOUNT

ERP = f"/erp/{ACCOUNT}"


def show(buyer, path="", query=""):
    answer = buyer.sandbox.send("GET", f"{ERP}/{path}", query=query)
    assert answer.status == 200
    return answer.body.decode()


@pytest.fixture
def post(buyer):
    def send(path, **fields):
        """Post a form of the back office; status and the page that is shown then."""
        answer = buyer.sandbox.form(f"{ERP}/{path}", **fields)
        if answer.status != 303:
            return answer.status, answer.body.decode()
        where, _, query = answer.headers["Location"].partition("?")
        return 303, buyer.sandbox.send("GET", where, query=query).body.decode()

    return send


def test_the_index_lists_the_erp_as_one_of_the_systems(buyer):
    html = buyer.sandbox.send("GET", "/").body.decode()
    assert f'href="{ERP}/"' in html
    assert "120 purchase orders, 30 of them open; 36 SKUs" in html


def test_purchase_orders_are_by_tabs_with_counts(buyer):
    html = show(buyer)
    for tab in ("Open 30", "Received 70", "Canceled 16", "All 120"):
        assert f">{tab}</a>" in html
    assert html.count('data-test="purchase-order"') == 30
    assert (
        show(buyer, "purchase-orders/", "show=canceled").count('data-test="purchase-order"') == 16
    )


def test_an_order_is_received_put_off_tracked_and_canceled_by_hand(buyer, post):
    order = buyer.one_order("ordered")
    number, line = order["id"], order["lines"][0]["id"]
    here = f"purchase-orders/{number}"
    before = order["received"]
    assert "5 units received." in post(f"{here}/receive/", **{f"units-{line}": "5"})[1]
    assert "Expected 2027-01-02." in post(f"{here}/expect/", expected_on="2027-01-02")[1]
    assert "Parcel JD01 noted." in post(f"{here}/track/", carrier="DHL", number="JD01")[1]
    assert "It is Pending" in post(f"{here}/status/", status="PENDING")[1]
    status, html = post(f"{here}/cancel/")
    assert (status, "Canceled." in html, 'id="cancel-button"' in html) == (303, True, False)
    now = buyer.erp.orders[number]
    assert (now.received - before, now.status.name) == (5, "CANCELLED")
    assert f"{now.expected_at:%Y-%m-%d}" == "2027-01-02"


def test_what_makes_no_sense_is_said_on_the_page(buyer, post):
    number = buyer.one_order("completed")["id"]
    status, html = post(f"purchase-orders/{number}/receive/")
    assert (status, "Nothing can be received: it is Completed." in html) == (422, True)
    assert post("purchase-orders/77/cancel/")[0] == 404
    status, html = post("purchase-orders/", sku="CD-SPOON", units="0")
    assert (status, "at least one unit" in html) == (400, True)
    assert len(buyer.erp.orders) == 120


def test_a_new_order_and_a_working_day(buyer, post):
    status, html = post("purchase-orders/", vendor="Beech & Brass", sku="CD-SPOON", units="24")
    assert (status, "Purchase order 10121 made." in html) == (303, True)
    status, html = post("day/")
    assert (status, "What happened: " in html) == (303, True)
    assert buyer.erp.worked == 5


def test_stock_is_changed_by_hand(buyer, post):
    html = show(buyer, "stock/")
    assert html.count('data-test="good"') == 36
    assert "BOX/12OZ &amp; LABEL" in html
    status, html = post("stock/", **{"stock-BOX/12OZ & LABEL": "7", "stock-CD-SPOON": "x"})
    assert (status, "1 stock figures saved." in html) == (303, True)
    assert buyer.erp.goods["BOX/12OZ & LABEL"].physical == 7


def test_a_long_stock_list_comes_in_pages(buyer):
    buyer.control("generate", count=100_000)
    html = show(buyer, "stock/", "page=1001")
    assert "Page 1001 of 1,001" in html
    assert html.count('data-test="good"') == 36
    assert "BULK-100000" in html


def test_the_servers_rules_are_changed_by_hand(buyer, post):
    html = show(buyer, "server/")
    fields = {"details_post": "405", "most_a_page": "20", "dialect": "published"}
    assert 'name="details_post"' in html
    assert "Saved." in post("server/", **fields)[1]
    assert (buyer.erp.rules.details_post, buyer.erp.rules.most_a_page) == ("405", 20)
    status, html = post("server/", most_a_page="0")
    assert (status, "Check these values: Rows a page at most." in html) == (400, True)
    assert buyer.erp.rules.most_a_page == 20
    assert "Tokens revoked: 1." in post("server/", revoke="all")[1]
    assert buyer.get("PurchaseOrders").status == 401


def test_the_portals_link_to_a_purchase_order_leads_to_its_page(buyer):
    answer = buyer.sandbox.send("GET", f"/sellercloud/{ACCOUNT}/purchase-orders/10007")
    assert answer.headers["Location"] == f"{ERP}/purchase-orders/10007/"
    assert "Purchase order 10007" in show(buyer, "purchase-orders/10007/")


def test_a_server_or_an_order_that_is_not_there_is_not_found(buyer):
    for path in (
        "/erp/other/",
        "/erp/other/stock/",
        "/erp/other/server/",
        f"{ERP}/purchase-orders/9/",
    ):
        assert buyer.sandbox.send("GET", path).status == 404


def test_a_restart_finds_the_erp_as_it_was(buyer, tmp_path):
    buyer.control("generate", count=500)
    buyer.control("change", share=0.1)
    buyer.control("work", steps=3)
    path = tmp_path / "sandbox.json"
    save_state(path, buyer.sandbox.world.snapshot())
    state = load_state(path)
    assert state.erps[ACCOUNT].model_dump() == buyer.erp.model_dump()
    buyer.sandbox.world.state = state
    seed_erps(buyer.sandbox.world, wanted=True)
    assert buyer.get("PurchaseOrders").status == 200


def test_an_older_file_without_an_erp_gets_one(sandbox):
    assert sandbox.world.state.erps == {}
    seed_erps(sandbox.world, wanted=False)
    assert sandbox.world.state.erps == {}
    seed_erps(sandbox.world, wanted=True)
    assert list(sandbox.world.state.erps) == [ACCOUNT]


def test_a_server_of_ones_own_is_empty_and_has_its_own_login(buyer):
    given = {"account": "acme.api.sellercloud.com", "username": "a", "password": "b"}
    made = buyer.sandbox.json("/control/erps", **given)
    assert made.status == 201
    assert json.loads(made.body)["purchase_orders"] == 0
    login = {"Username": "a", "Password": "b"}
    base = "/sellercloud/acme.api.sellercloud.com/api/token"
    assert buyer.sandbox.json(base, **login).status == 200
    assert buyer.sandbox.json("/control/erps", **given).status == 422
    listed = json.loads(buyer.sandbox.send("GET", "/control/erps").body)["erps"]
    assert [one["account"] for one in listed] == [ACCOUNT, "acme.api.sellercloud.com"]


def test_a_rule_that_is_none_is_refused(buyer):
    before = buyer.erp.rules.model_copy()
    for given in ({"page_cap": 3}, {"most_a_page": 0}, {"dialect": "other"}):
        path = f"/control/erps/{ACCOUNT}/rules"
        assert buyer.sandbox.json(path, **given).status == 422
    assert buyer.erp.rules == before
