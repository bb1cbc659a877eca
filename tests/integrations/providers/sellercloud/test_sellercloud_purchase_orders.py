"""Purchase orders: their many spellings, the filters, and what is checked again here."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from integrations.errors import BadResponse
from integrations.types import PurchaseOrderQuery, RemotePurchaseOrderLine, RemoteTracking
from tests.integrations.providers.sellercloud.conftest import PURCHASES, load

EVERY = PurchaseOrderQuery()


def pull(world, query=EVERY, **settings):
    return list(world.erp(**settings).pull_purchase_orders(query))


def one(world, **fields):
    world.answer("GET", PURCHASES, {"Items": [{"ID": 1, **fields}], "TotalResults": 1})
    [order] = pull(world)
    return order


def test_a_published_order_is_read_whole(world):
    world.answer("GET", PURCHASES, load("purchase_orders_published"))
    order = pull(world)[0]
    assert (order.external_id, order.number, order.status, order.status_raw) == (
        "1001", "1001", "pending", "2",
    )  # fmt: skip
    assert (order.supplier, order.warehouse) == ("Sierra Growers", "4")
    assert (order.ordered_on, order.expected_on) == (date(2026, 11, 3), date(2026, 12, 1))
    assert (order.total, order.currency) == (Decimal("1248.75"), "")
    assert order.updated_at == datetime(2026, 11, 18, 16, 5, 11, 123456, tzinfo=UTC)
    assert order.lines == (
        RemotePurchaseOrderLine(
            "5001", "BEAN-1KG", 40, 12, "House beans, 1 kg", Decimal("18.25"), date(2026, 12, 1)
        ),
        RemotePurchaseOrderLine("5002", "BEAN/250 & Co", 20, 0, "Sample box"),
    )
    assert order.tracking == (
        RemoteTracking("1Z-A", "UPS", date(2026, 11, 10)),
        RemoteTracking("1Z-B"),
    )


def test_what_they_said_is_kept_without_a_float(world):
    world.answer("GET", PURCHASES, load("purchase_orders_published"))
    raw = pull(world)[0].raw
    assert (raw["PurchaseTitle"], raw["GrandTotal"]) == ("Autumn beans", "1248.75")
    assert raw["Items"][0]["UnitPrice"] == "18.25"


def test_dates_nobody_entered_and_nulls_are_none(world):
    world.answer("GET", PURCHASES, load("purchase_orders_published"))
    draft = pull(world)[1]
    assert (draft.status, draft.status_raw) == (None, "-1")
    assert (draft.expected_on, draft.total, draft.updated_at) == (None, None, None)
    assert draft.ordered_on == date(2026, 11, 5)  # the day it was made
    assert (draft.supplier, draft.warehouse, draft.tracking) == ("18", "", ())


def test_a_described_order_is_read_the_same(world):
    world.answer("GET", PURCHASES, load("purchase_orders_described"))
    [order] = pull(world)
    assert (order.external_id, order.number, order.status) == ("77", "PO-77", "canceled")
    assert (order.supplier, order.total) == ("Sierra Growers", Decimal("1204.50"))
    assert (order.ordered_on, order.expected_on) == (date(2026, 11, 3), None)
    assert order.lines == (RemotePurchaseOrderLine("line-1", "A", 45, 1204),)
    assert order.tracking == (RemoteTracking("ONE"),)


def test_a_nested_order_is_read_the_same(world):
    world.answer("GET", PURCHASES, load("purchase_order_nested"))
    [order] = pull(world)
    assert (order.external_id, order.status, order.supplier) == ("88", "received", "21")
    assert order.ordered_on == date(2026, 11, 4)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (0, "draft"), ("0", "draft"), ("Saved", "draft"),
        (1, "ordered"), ("ORDERED", "ordered"), (2, "pending"), ("2", "pending"),
        ("Pending", "pending"), (3, "received"), (4, "canceled"), ("cancelled", "canceled"),
        ("Canceled", "canceled"), (5, "completed"), (" Completed ", "completed"),
        (-1, None), ("Select", None), (9, None), ("Shipped", None), (None, None), (True, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["Status", "PurchaseOrderStatus"])
def test_a_status_is_read_in_its_three_shapes_and_an_unknown_one_is_none(world, name, said, status):
    assert one(world, **{name: said}).status == status


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2022-01-14T09:38:49.9856571Z", date(2022, 1, 14)),
        ("2022-01-14T09:38:49.9856571", date(2022, 1, 14)),
        ("2022-01-14T23:38:49+02:00", date(2022, 1, 14)),
        ("01/14/2022 09:38", date(2022, 1, 14)),
        ("1/14/2022 9:38:49 PM", date(2022, 1, 14)),
        ("2022-01-14", date(2022, 1, 14)),
        ("0001-01-01T00:00:00", None),
        ("1900-01-01T00:00:00", None),
        ("soon", None), ("", None), (None, None), (20220114, None),
    ],
)  # fmt: skip
def test_a_date_is_read_in_its_forms(world, said, day):
    assert one(world, ExpectedDeliveryDate=said).expected_on == day


@pytest.mark.parametrize("said", ["2.5", "many", "100+", "", 2.5])
def test_a_quantity_that_is_none_is_handed_on_as_it_was_said(world, said):
    [line] = one(world, Items=[{"ID": 1, "SKU": "A", "QtyOrdered": said}]).lines
    assert line.ordered == (Decimal("2.5") if said == 2.5 else said)


def test_a_missing_quantity_is_not_zero_but_nothing_received_is(world):
    [line] = one(world, Items=[{"ID": 1, "SKU": "A", "QtyOrdered": None}]).lines
    assert (line.ordered, line.received, line.unit_cost) == (None, 0, None)


def test_an_order_without_an_id_is_a_bad_response(world):
    world.answer("GET", PURCHASES, {"Items": [{"ID": None}], "TotalResults": 1})
    with pytest.raises(BadResponse, match="without an id"):
        pull(world)


def test_filters_go_out_in_their_form_and_by_the_clock_of_the_account(world):
    world.answer("GET", PURCHASES, {"Items": [], "TotalResults": 0})
    at = datetime(2026, 11, 20, 3, 5, 59, tzinfo=timezone(timedelta(hours=1)))
    query = PurchaseOrderQuery(at, at, at, at, ("draft", "canceled"))
    pull(world, query, time_zone="America/New_York", company_id="163")
    asked = parse_qs(urlsplit(world.sent(PURCHASES)[0].url).query)
    assert asked.pop("pOStatuses") == ["0", "4"]
    assert asked == {
        "updatedDateFrom": ["11/19/2026 21:05"],
        "updatedDateTo": ["11/19/2026 21:05"],
        "createDateFrom": ["11/19/2026 21:05"],
        "createDateTo": ["11/19/2026 21:05"],
        "companyIDList": ["163"],
        "pageNumber": ["1"],
        "pageSize": ["100"],
    }


def test_statuses_can_be_asked_for_by_name(world):
    world.answer("GET", PURCHASES, {"Items": [], "TotalResults": 0})
    pull(world, PurchaseOrderQuery(statuses=("canceled",)), status_filter="names")
    assert world.sent(PURCHASES)[0].params["pOStatuses"] == "Cancelled"


def test_filters_that_were_ignored_are_applied_here(world):
    rows = [
        {"ID": 1, "PurchaseOrderStatus": 1, "CreatedOn": "2026-11-10T00:00:00", "CompanyID": 163},
        {"ID": 2, "PurchaseOrderStatus": 4, "CreatedOn": "2026-11-10T00:00:00", "CompanyID": 163},
        {"ID": 3, "PurchaseOrderStatus": 1, "CreatedOn": "2026-10-01T00:00:00", "CompanyID": 163},
        {"ID": 4, "PurchaseOrderStatus": 1, "CreatedOn": "2026-11-10T00:00:00", "CompanyID": 9},
        {"ID": 5, "PurchaseOrderStatus": 1, "CreatedOn": None},
    ]
    world.answer("GET", PURCHASES, {"Items": rows, "TotalResults": 5})
    start = datetime(2026, 11, 1, tzinfo=UTC)
    query = PurchaseOrderQuery(created_from=start, statuses=("ordered",))
    assert [order.external_id for order in pull(world, query, company_id="163")] == ["1", "5"]


def test_only_what_says_when_it_changed_is_left_out_by_that(world):
    rows = [
        {"ID": 1, "UpdatedOn": "2026-10-01T00:00:00"},
        {"ID": 2, "UpdatedOn": "2026-11-10T00:00:00"},
        {"ID": 3, "LastRevisedOn": "2026-10-01T00:00:00"},  # a receipt need not be a revision
    ]
    world.answer("GET", PURCHASES, {"Items": rows, "TotalResults": 3})
    query = PurchaseOrderQuery(updated_from=datetime(2026, 11, 1, tzinfo=UTC))
    assert [order.external_id for order in pull(world, query)] == ["2", "3"]


def test_amounts_get_the_currency_of_the_settings_unless_they_say_one(world):
    rows = [{"ID": 1, "GrandTotal": 5}, {"ID": 2, "GrandTotal": 5, "CurrencyCode": "CAD"}]
    world.answer("GET", PURCHASES, {"Items": rows, "TotalResults": 2})
    assert [order.currency for order in pull(world, currency="usd")] == ["USD", "CAD"]


@pytest.mark.parametrize(
    ("page", "number", "url"),
    [
        ("https://acme.example/po?id={id}", "12", "https://acme.example/po?id=12"),
        ("https://acme.example/po?id={id}", "12&x", ""),
        ("", "12", ""),
    ],
)
def test_a_link_to_an_order_is_made_from_the_settings(world, page, number, url):
    assert world.erp(web_address=page).purchase_order_url(number) == url
