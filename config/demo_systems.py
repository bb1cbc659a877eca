"""The systems the demo is connected to: our store, the ERP, two warehouses, a payment service."""

import json
from typing import Any
from urllib.request import Request, urlopen

OWN_STORE = "crossdock-coffee"
# What the sandbox knows the demo's app by; they open nothing else.
APP_KEY, APP_SECRET = "sandbox-api-key", "sandbox-api-secret"
ERP, ERP_ACCOUNT = "erp", "crossdock.api.sellercloud.com"
ERP_USERNAME = "ops@crossdock-coffee.example"
ERP_PASSWORD = "sandbox-erp-password"  # noqa: S105 - what the sandbox's ERP is opened with
VERACORE, EXTENSIV, STRIPE = "harbor", "valley", "checkout"
STRIPE_ACCOUNT = "acct_crossdock"
# What is on the checkout page: (SKU, title, price in dollars). The first three are kept by one
# warehouse, the others by the other, which brings a catalog of its own.
KEPT = (
    ("CD-TOTE-01", "Canvas tote", "19.00"),
    ("CD-CUP-12", "Enamel cup, 12 oz", "24.00"),
    ("CD-FILTER-100", "Paper filters, 100", "6.50"),
    ("GRN-TINC-30", "Calm tincture, 30 ml", "38.00"),
    ("HLX-CHOC-5", "Dark chocolate, 5 pieces", "14.00"),
)


def connect_own_store() -> None:
    """The store the demo sells in; partners are connected by whoever tries the demo."""
    _connect(
        "shopify",
        OWN_STORE,
        "Crossdock Coffee",
        {"shop": f"{OWN_STORE}.myshopify.com", "publish_to_online_store": "true"},
        {"client_id": APP_KEY, "client_secret": APP_SECRET},
    )


def connect_erp() -> None:
    """The ERP we buy by, with its purchase orders on their way."""
    settings = {
        "base_url": f"https://{ERP_ACCOUNT}/rest",
        "currency": "USD",
        "web_address": "https://crossdock.sellercloud.com/purchase-orders/{id}/",
    }
    secrets = {"username": ERP_USERNAME, "password": ERP_PASSWORD}
    if _connect("sellercloud", ERP, "SellerCloud", settings, secrets):
        _run(ERP, "purchase_orders")


def connect_warehouses() -> None:
    """Two warehouses that send straight to customers, their terms confirmed."""
    _keep_goods()
    signed = {"client_id": "veracore-demo", "client_secret": "sandbox-veracore-secret"}
    if _connect("veracore", VERACORE, "Harbor Fulfillment", {"company_id": "CROSSDOCK"}, signed):
        _confirm(VERACORE)
        _ask_often(VERACORE)
    signed = {"client_id": "extensiv-demo", "client_secret": "sandbox-extensiv-secret"}
    settings = {"base_url": "https://wms.crossdock.example", "calls_per_second": "20"}
    if _connect("extensiv", EXTENSIV, "Valley Cold Storage", settings, signed):
        _confirm(EXTENSIV)


def connect_checkout(sandbox_url: str) -> None:
    """The payment service of the checkout page, which from then on tells us of its payments."""
    from integrations.models import Connection
    from integrations.services.intake import hook_url

    secrets = {"webhook_secret": "whsec_sandbox", "api_key": "sk_test_sandbox"}
    settings = {"account": STRIPE_ACCOUNT, "livemode": "false"}
    if _connect("stripe", STRIPE, "Checkout page", settings, secrets):
        url = hook_url(Connection.objects.get(slug=STRIPE))
        _tell(f"{sandbox_url}/control/stripes/{STRIPE_ACCOUNT}/endpoint", url=url)


def _connect(
    provider: str, slug: str, name: str, settings: dict[str, str], secrets: dict[str, str]
) -> bool:
    """With the command staff have; False where it is connected already."""
    from django.core.management import call_command

    from integrations.models import Connection

    if Connection.objects.filter(slug=slug, status=Connection.Status.ACTIVE).exists():
        return False
    fields = [f"--set={key}={value}" for key, value in settings.items()]
    hidden = [f"--secret={key}={value}" for key, value in secrets.items()]
    call_command("connect", provider, slug, f"--name={name}", *fields, *hidden, "--check")
    return True


def _keep_goods() -> None:
    """The goods are ours; the warehouses name them by our SKUs."""
    from decimal import Decimal

    from catalog.models import Product, Variant

    for sku, title, price in KEPT:
        product, _ = Product.objects.get_or_create(handle=sku.lower(), defaults={"title": title})
        values = {"product": product, "price": Decimal(price), "currency": "USD"}
        Variant.objects.get_or_create(sku=sku, defaults=values)


def _confirm(slug: str) -> None:
    from django.utils import timezone

    from catalog.models import Partner
    from catalog.services.partners import confirm_terms

    confirm_terms(Partner.objects.get(connection__slug=slug), None, timezone.now())
    _run(slug, "stock")


def _ask_often(slug: str) -> None:
    """Its own hours are Los Angeles' working day; who tries the demo does not wait for them."""
    from django.utils import timezone

    from integrations.models import FlowSchedule
    from integrations.models.schedules import EVERY_DAY
    from integrations.services.schedules import plan

    rows = FlowSchedule.objects.filter(connection__slug=slug, every_minutes__isnull=False)
    rows.update(every_minutes=5, weekdays=EVERY_DAY, window_from=None, window_to=None)
    for row in rows:
        plan(row, timezone.now())


def _run(slug: str, flow: str) -> None:
    from integrations.models import Connection
    from integrations.services.run_requests import request_run

    request_run(Connection.objects.get(slug=slug), flow, trigger="schedule")


def _tell(address: str, **body: Any) -> None:
    headers = {"Content-Type": "application/json"}
    request = Request(address, json.dumps(body).encode(), headers)  # noqa: S310 - our own sandbox
    with urlopen(request, timeout=10) as answer:  # noqa: S310
        answer.read()
