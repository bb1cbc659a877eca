"""The demo's warehouses, and those made on demand."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .models import Good, Warehouse
from .seed_data import EXTENSIV, VERACORE

if TYPE_CHECKING:
    from integrations.sandbox.world import World


def seed_warehouses(world: "World", *, wanted: bool) -> None:
    """The demo's two, if they are wanted and none is there."""
    with world.lock:
        if wanted and not world.state.warehouses:
            create_warehouse(world, VERACORE)
            create_warehouse(world, EXTENSIV)


def create_warehouse(world: "World", given: Mapping[str, Any]) -> Warehouse:
    """A warehouse with its goods. Raises ValueError and KeyError."""
    account = str(given["account"]).lower()
    if not account or "/" in account or account in world.state.warehouses:
        raise ValueError(f"{account!r} is taken, or no name of an account.")
    place = Warehouse(
        kind=given["kind"],
        account=account,
        name=str(given.get("name", account)),
        client_id=str(given.get("client_id", "client")),
        client_secret=str(given.get("client_secret", "secret")),
    )
    for one in given.get("goods", ()):
        values = {"title": one["sku"]} | dict(one)
        good = Good(**values | {"id": world.new_id()})
        place.goods[good.sku] = good
    world.state.warehouses[account] = place
    said = f"{place.label}, {len(place.goods)} products"
    world.record("warehouse_created", account, place.name, said)
    return place
