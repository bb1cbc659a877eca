"""The demo's account, and accounts made on demand."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .models import Item, Merchant

if TYPE_CHECKING:
    from integrations.sandbox.world import World

ACCOUNT, NAME = "acct_crossdock", "Crossdock Goods"
API_KEY = "sk_test_sandbox"
SECRET = "whsec_sandbox"  # noqa: S105 - a simulator's own, opens nothing
ITEMS = (
    ("CD-TOTE-01", "Canvas tote", 1900),
    ("CD-CUP-12", "Enamel cup, 12 oz", 2400),
    ("GRN-TINC-30", "Calm tincture, 30 ml", 3800),
    ("HLX-CHOC-5", "Dark chocolate, 5 pieces", 1400),
)


def seed_stripes(world: "World", *, wanted: bool) -> None:
    """The demo's account, if it is wanted and none is there."""
    with world.lock:
        if wanted and not world.state.stripes:
            create_merchant(world, {"account": ACCOUNT, "name": NAME})


def create_merchant(world: "World", given: Mapping[str, Any]) -> Merchant:
    """An account that sells the demo's items. Raises ValueError, KeyError."""
    account = str(given["account"])
    if account in world.state.stripes or not account.startswith("acct_") or "/" in account:
        raise ValueError(f"{account!r} is taken, or no account.")
    merchant = Merchant(
        account=account,
        name=str(given.get("name", account)),
        api_key=str(given.get("api_key", API_KEY)),
        secret=str(given.get("secret", SECRET)),
        livemode=bool(given.get("livemode", False)),
        endpoint_url=str(given.get("url", "")),
        items=[Item(sku=sku, title=title, price=price) for sku, title, price in ITEMS],
    )
    world.state.stripes[account] = merchant
    summary = f"{len(merchant.items)} items at its checkout"
    world.record("stripe_created", account, merchant.name, summary)
    return merchant
