"""What people do in an end-to-end test: connect stores, import, buy; over real HTTP."""

import re
from decimal import Decimal
from typing import Any

import requests
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from catalog.models import Listing, Partner
from catalog.services.import_products import import_products
from integrations.models import Connection, SyncRun
from integrations.services.installs import create_link
from inventory.models import Location
from tests.e2e.stack import API_KEY, API_SECRET, Stack, eventually

OWN = "crossdock-coffee.myshopify.com"
BLUE_DOOR = "blue-door.myshopify.com"
KETTLE = "kettle-crane.myshopify.com"


def connect_own_store() -> Connection:
    call_command(
        "connect", "shopify", "crossdock-coffee", "--set", f"shop={OWN}", "--secret",
        f"client_id={API_KEY}", "--secret", f"client_secret={API_SECRET}", "--check",
    )  # fmt: skip
    Location.objects.filter(connection=None).update(
        address={
            "name": "Crossdock Center", "street1": "2200 Adeline St", "city": "Oakland",
            "state": "CA", "zip": "94607", "country": "US",
        }
    )  # fmt: skip
    return Connection.objects.get(slug="crossdock-coffee")


def connect_partner(shop: str, user: User) -> Partner:
    """The partner opens the install link in a browser and presses Approve."""
    _, url = create_link("shopify-partner", shop, "", user, now=timezone.now())
    browser = requests.Session()
    page = browser.get(url, timeout=10)
    if "/admin/oauth/authorize" not in page.url:
        page = submit_form(browser, page)
    assert "/admin/oauth/authorize" in page.url, page.text[:500]
    done = submit_form(browser, page, "approve")
    assert done.ok, done.text[:2000]
    connection = Connection.objects.get(account=shop)
    assert connection.status == "active", done.text[:2000]
    return Partner.objects.get(connection=connection)


def submit_form(browser: requests.Session, page: requests.Response, button: str = "") -> Any:
    """Press the form's button: its hidden fields go along, redirects are followed."""
    action = re.search(r'<form[^>]*method="post"[^>]*action="([^"]*)"', page.text)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    if button and (found := re.search(rf'name="([^"]+)" value="{button}"', page.text)):
        fields[found.group(1)] = button
    target = requests.compat.urljoin(page.url, action.group(1) if action else "")
    fields = {name: value.replace("&amp;", "&") for name, value in fields.items()}
    return browser.post(target.replace("&amp;", "&"), data=fields, timeout=10)


def confirm_terms(partner: Partner, **terms: object) -> None:
    fields = {"terms_confirmed_at": timezone.now(), "approval": "never", **terms}
    Partner.objects.filter(pk=partner.pk).update(**fields)


def wait_for_products(partner: Partner) -> list[Listing]:
    """The first pull starts by itself after connecting."""
    pulled = SyncRun.objects.filter(
        connection=partner.connection, flow="products", status="completed"
    )
    eventually(pulled.exists, f"products of {partner} pulled")
    return list(Listing.objects.filter(connection=partner.connection).order_by("pk"))


def import_all(partner: Partner, listings: list[Listing], user: User) -> None:
    """Import these at the partner's terms and wait until they are sold in the own store."""
    import_products(partner, [row.pk for row in listings], user)
    done = Listing.objects.filter(
        connection__provider="shopify",
        variant__listings__in=listings,
        published_quantity__isnull=False,
    )
    eventually(
        lambda: done.distinct().count() == len(listings), "imported, with stock published", 60
    )


def our_price(cost: Decimal) -> Decimal:
    return (cost * Decimal("1.25")).quantize(Decimal("0.01"))


def ledger_orders(stack: Stack, shop: str) -> list[dict[str, Any]]:
    """The orders a store really has, as the sandbox knows them."""
    return stack.ask("orders", shop=shop)["orders"]
