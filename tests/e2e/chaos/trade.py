"""Who trades in a chaos round: our store, its partners with plenty in stock, what both sell."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from catalog.models import Listing, Partner
from tests.e2e import play
from tests.e2e.chaos.plan import Plan
from tests.e2e.stack import Stack

SKUS, STOCK = 5, 100_000
# Order edits are what appending is made of.
WRITES = ("orderCreate", "orderEditCommit")
HOLD_S = 3  # longer than the stack waits for an answer


@dataclass(frozen=True)
class Good:
    """One thing sold in our store as `our_sku`, which the partner at `shop` calls `sku`."""

    our_sku: str
    shop: str
    sku: str


def open_trade(stack: Stack, plan: Plan) -> list[Good]:
    """Open the partners' stores, connect all of them, sell all they have in ours."""
    user = User.objects.create_superuser("mia")
    play.connect_own_store()
    goods = []
    for number, dispatch in enumerate(plan.dispatch, 1):
        shop = f"partner-{number}.myshopify.com"
        stack.control("stores", **store_of(shop, number))
        goods += _sell(play.connect_partner(shop, user), dispatch, user)
    return goods


def store_of(shop: str, number: int) -> dict[str, Any]:
    """A store with a few things, each in one size."""
    products = [
        {
            "title": f"Roast {number}-{one}",
            "variants": [{"sku": f"P{number}-{one}", "price": f"{8 + one}.50", "stock": STOCK}],
        }
        for one in range(1, SKUS + 1)
    ]
    return {"domain": shop, "name": f"Partner {number}", "products": products}


def _sell(partner: Partner, dispatch: str, user: User) -> list[Good]:
    play.confirm_terms(partner, trigger="paid", dispatch=dispatch)
    rows = play.wait_for_products(partner)
    play.import_all(partner, rows, user)
    assert len(rows) == SKUS
    fresh = Listing.objects.filter(pk__in=[row.pk for row in rows]).select_related("variant")
    assert partner.connection is not None
    return [Good(row.variant.sku, partner.connection.account, row.sku) for row in fresh]


def turn_dials(stack: Stack, plan: Plan, goods: list[Good]) -> None:
    """From now on partners fail as planned, and our store announces orders twice or never."""
    for shop in sorted({good.shop for good in goods}):
        for operation in WRITES:
            for mode, chance in chances(plan):
                stack.control(
                    "dials", shop=shop, operation=operation, mode=mode, probability=chance,
                    hold_seconds=HOLD_S,
                )  # fmt: skip
    for mode, share in (("duplicate_webhooks", plan.duplicated), ("drop_webhooks", plan.dropped)):
        stack.control(
            "dials", shop=play.OWN, operation="orders/create", mode=mode, probability=share
        )


def chances(plan: Plan) -> list[tuple[str, float]]:
    """Each fault's chance where those before it did not fire, so that the shares come out."""
    wanted = [
        ("500", plan.fail_before / 2),
        ("timeout_before", plan.fail_before / 2),
        ("timeout_after", plan.timeout_after),
        ("500_after", plan.error_after),
    ]
    left, found = 1.0, []
    for mode, share in wanted:
        found.append((mode, share / left))
        left -= share
    return found
