"""What a resolver knows about the call it serves."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import GraphQLResolveInfo

from integrations.sandbox.faults import Dial, Mode
from integrations.sandbox.shopify.models import Installation, Store
from integrations.sandbox.shopify.products import Variant

from .stock_lies import StockLie

if TYPE_CHECKING:
    from integrations.sandbox.world import World


@dataclass
class Call:
    """One GraphQL request of an app to a store."""

    world: "World"
    store: Store
    installation: Installation
    dial: Dial | None = None
    stock_lie: StockLie | None = None
    search_lag_seconds: float = 0  # orders younger than this are not found by a search

    def is_hit_by(self, mode: Mode) -> bool:
        """Whether a dial of this mode fired for the call."""
        return self.dial is not None and self.dial.mode == mode

    def sees(self, variant: Variant) -> bool:
        """Whether the variant is in the answer at all."""
        return self.stock_lie is None or not self.stock_lie.hides(variant)

    def units(self, variant: Variant, quantity: int) -> int:
        """The quantity to show."""
        return quantity if self.stock_lie is None else self.stock_lie.shown(variant, quantity)

    @property
    def source(self) -> str:
        """How the ledger names the caller."""
        app = self.world.state.apps.get(self.installation.client_id)
        return f"app {app.title}" if app else "app"

    @property
    def scopes(self) -> set[str]:
        """Granted scopes with the reads that writes imply."""
        granted = set(self.installation.scopes)
        implied = {f"read_{one.removeprefix('write_')}" for one in granted if one[:6] == "write_"}
        return granted | implied


Info = GraphQLResolveInfo[Call]
