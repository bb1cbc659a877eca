"""What an API key may be made for. A new scope is a line here, and its name at an endpoint."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """What staff tick, and the right its owner must have for it at the moment of each call."""

    label: str
    permission: str


SCOPES = {
    "sync:run": Scope("Start runs", "integrations.run_flow"),
    "catalog:read": Scope("Read products", "catalog.view_variant"),
    "inventory:read": Scope("Read stock", "inventory.view_stocklevel"),
    "orders:read": Scope("Read how far orders are", "orders.view_order"),
    "orders:write": Scope("Place orders, ask for parcels", "orders.submit_partnerorder"),
    "sync:read": Scope("Read runs and what came of them", "integrations.view_syncrun"),
}


def scope_words(names: Iterable[str]) -> list[str]:
    """The labels of these scopes; one that is gone from the code is called by its name."""
    return [SCOPES[name].label if name in SCOPES else name for name in names]
