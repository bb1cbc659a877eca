"""What a resolver knows about the call it serves."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphql import GraphQLResolveInfo

from integrations.sandbox.shopify.models import Installation, Store

if TYPE_CHECKING:
    from integrations.sandbox.world import World


@dataclass
class Call:
    """One GraphQL request of an app to a store."""

    world: "World"
    store: Store
    installation: Installation
    empty_inventory: bool = False
    search_lag_seconds: float = 0  # orders younger than this are not found by a search

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
