"""Our store and two partners on a running stack: what is bought, what is there, what is asked."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from catalog.models import Listing, Partner
from integrations.models import SyncRun
from integrations.services.run_requests import request_run
from inventory.models import StockLevel
from orders.models import Order, OrderEvent, PartnerOrder, Submission
from orders.services.closing import close_and_submit
from tests.e2e import play
from tests.e2e.chaos.storm import wake
from tests.e2e.stack import API_KEY, API_SECRET, Stack, eventually

DIRECT, WEEKLY = "direct-partner.myshopify.com", "weekly-partner.myshopify.com"
SKUS, STOCK = 12, 1000


@dataclass
class Trade:
    """Our store and two partners with twelve SKUs each: one order at a time, and one a week."""

    stack: Stack
    user: User
    direct: Partner
    weekly: Partner
    skus: dict[str, list[tuple[str, str]]]  # by shop: (our SKU, their SKU)

    def dial(self, shop: str, mode: str, operation: str = "*", **settings: Any) -> None:
        self.stack.control("dials", shop=shop, mode=mode, operation=operation, **settings)

    def buy(self, shop: str, *units: int) -> Order:
        """A customer's paid order of so many units of the partner's first SKUs, captured."""
        lines = [
            {"sku": self.skus[shop][at][0], "quantity": count} for at, count in enumerate(units)
        ]
        name = self.stack.control(
            f"stores/{play.OWN}/orders", lines=lines, financial_status="PAID"
        )["name"]
        return sooner_or_later(lambda: Order.objects.filter(number=name).first(), "captured")

    def there(self, shop: str, placed: PartnerOrder) -> list[dict[str, int]]:
        """Units by SKU of every order the partner has under this one's reference."""
        return [
            {line["sku"]: line["current_quantity"] for line in order["lines"]}
            for order in play.ledger_orders(self.stack, shop)
            if order["source_identifier"] == placed.reference
        ]

    def sold_here(self, shop: str) -> dict[str, int]:
        """What our store, by its own account, offers of each of the partner's things."""
        (own,) = (one for one in self.stack.ask("stores")["stores"] if one["domain"] == play.OWN)
        ours = {ours for ours, _ in self.skus[shop]}
        variants = [variant for product in own["products"] for variant in product["variants"]]
        return {one["sku"]: one["available"] for one in variants if one["sku"] in ours}

    def run(self, partner: Partner, flow: str) -> SyncRun:
        """One run of this flow, to its end."""
        assert partner.connection is not None
        row, _ = request_run(partner.connection, flow, trigger="staff", user=self.user)
        ended = SyncRun.objects.filter(pk=row.pk).exclude(status__in=["queued", "running"])
        return sooner_or_later(ended.first, f"the run of {flow} ended")

    def units(self) -> Counter[str]:
        """What we believe to be in stock, by our SKU."""
        return Counter(dict(StockLevel.objects.values_list("variant__sku", "available")))


def here(stack: Stack) -> dict[str, Any]:
    return {
        "SANDBOX_URL": stack.sandbox_url,
        "BASE_URL": stack.portal_url,
        "ALLOW_PRIVATE_HOSTS": True,
        "SHOPIFY_API_KEY": API_KEY,
        "SHOPIFY_API_SECRET": API_SECRET,
    }


def open_trade(stack: Stack) -> Trade:
    user = User.objects.create_superuser("mia")
    play.connect_own_store()
    skus: dict[str, list[tuple[str, str]]] = {}
    partners = []
    for shop, dispatch in ((DIRECT, "immediate"), (WEEKLY, "weekly_append")):
        stack.control("stores", **store_of(shop))
        partner = play.connect_partner(shop, user)
        play.confirm_terms(partner, trigger="paid", dispatch=dispatch)
        rows = play.wait_for_products(partner)
        play.import_all(partner, rows, user)
        fresh = Listing.objects.filter(pk__in=[row.pk for row in rows]).order_by("sku")
        skus[shop] = [(row.variant.sku, row.sku) for row in fresh if row.variant]
        partners.append(partner)
    return Trade(stack, user, *partners, skus=skus)


def store_of(shop: str) -> dict[str, Any]:
    letter = shop[0].upper()
    products = [
        {
            "title": f"Roast {letter}{one}",
            "variants": [{"sku": f"{letter}-{one}", "price": "8.50", "stock": STOCK}],
        }
        for one in range(SKUS)
    ]
    return {"domain": shop, "name": shop.partition(".")[0].title(), "products": products}


def under_way() -> Any:
    return SyncRun.objects.filter(status__in=["queued", "running"])


def sooner_or_later(look: Callable[[], Any], what: str) -> Any:
    """The first true answer, with no more help than that of the ticks."""
    tick_at = time.monotonic() + 1

    def tick_and_look() -> Any:
        nonlocal tick_at
        if time.monotonic() > tick_at:
            wake("integrations.tasks.tick", "orders.tasks.tick")
            tick_at = time.monotonic() + 1
        return look()

    return eventually(tick_and_look, what, 60)


def placed_for(order: Order) -> PartnerOrder:
    """The partner order of this customer's order, once the partner's system has confirmed it."""
    rows = PartnerOrder.objects.filter(order=order, status="submitted")
    return sooner_or_later(rows.first, f"{order} is placed")


def was_in_doubt(row: PartnerOrder) -> bool:
    return OrderEvent.objects.filter(partner_order=row, kind="unconfirmed").exists()


def fired(trade: Trade, mode: str) -> bool:
    return any(one["mode"] == mode and one["fired"] for one in trade.stack.ask("dials")["dials"])


def sent_now(trade: Trade) -> PartnerOrder:
    """Press Submit now on the week's order, and wait until the partner has what was in it."""
    week = PartnerOrder.objects.get(partner=trade.weekly, closed_at=None)
    submission = close_and_submit(week, trade.user)
    row = Submission.objects.filter(pk=submission.pk, status="submitted")
    sooner_or_later(row.exists, f"{submission} is settled")
    week.refresh_from_db()
    return week
