"""Connecting an ERP by the portal: its form, why its stock does not count, and its page."""

import pytest
from django.urls import reverse

from integrations.models import Connection
from integrations.services.connecting import save_connection
from integrations.services.connections import activate
from integrations.types import AccountInfo
from tests.integrations.admin_rows import get_page, log_in

pytestmark = pytest.mark.django_db
ADDRESS = "https://acme.api.sellercloud.com/rest"
FORM = {"base_url": f"{ADDRESS}/", "username": "portal@acme.example", "password": "hush-hush"}
WHY = "Nothing can be ordered there, so its stock is shown and never counted."


def url() -> str:
    return reverse("admin:connect_system", args=["sellercloud"])


def test_the_form_asks_for_address_user_and_password_and_says_what_stock_counts_for():
    html = get_page(log_in("Owner"), url())
    for name in ("base_url", "username", "password"):
        assert f'name="{name}"' in html
    assert 'type="password" name="password"' in html
    assert "with or without /rest" in html
    assert "calls_per_hour" not in html
    assert WHY in html


def test_our_own_store_is_not_said_to_be_shown_only():
    assert WHY not in get_page(log_in("Owner"), reverse("admin:connect_system", args=["shopify"]))


def test_an_account_that_answers_is_connected_and_observed(net):
    token = {"access_token": "sc-1", "expires_in": 1800}
    net.add("POST", f"{ADDRESS}/api/token", json=token)
    net.add("GET", f"{ADDRESS}/api/PurchaseOrders", json={"Items": [], "TotalResults": 0})
    answer = log_in("Owner").post(url(), FORM, follow=True)
    row = Connection.objects.get(provider="sellercloud")
    assert (row.status, row.account) == ("active", "acme.api.sellercloud.com")
    assert (row.name, row.stock_authority) == ("SellerCloud", "observe")
    assert row.settings["base_url"] == ADDRESS
    html = answer.content.decode()
    assert "SellerCloud is connected." in html
    assert "webhooks are being registered" not in html
    assert "hush" not in html


def test_a_wrong_password_is_said_in_the_form_and_nothing_is_saved(net):
    net.add("POST", f"{ADDRESS}/api/token", json={"Message": "hush-hush"}, status=401)
    html = log_in("Owner").post(url(), FORM).content.decode()
    assert "does not accept this username and password" in html
    assert "hush" not in html
    assert Connection.objects.count() == 0


def test_an_address_that_is_none_is_said_at_the_field_before_any_call(net):
    html = log_in("Owner").post(url(), FORM | {"base_url": "acme"}).content.decode()
    assert "This is not the address of a SellerCloud API." in html
    assert list(net.calls) == []


def test_its_page_says_why_its_stock_does_not_count(now):
    row, _ = save_connection("sellercloud", "erp", {"base_url": ADDRESS}, {"password": "hush"})
    activate(row, AccountInfo(row.account, "SellerCloud"), now)
    path = reverse("admin:integrations_connection_change", args=[row.pk])
    html = get_page(log_in("Owner"), path)
    assert WHY in html
    assert "hush" not in html


def test_its_flows_are_manual_until_staff_schedule_them(now):
    row, _ = save_connection("sellercloud", "erp", {"base_url": ADDRESS}, {})
    activate(row, AccountInfo(row.account, "SellerCloud"), now)
    assert [one.is_manual for one in row.schedules.filter(flow="stock")] == [True]
