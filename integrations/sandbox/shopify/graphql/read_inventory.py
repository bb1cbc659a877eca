"""Inventory items, levels and locations."""

from dataclasses import dataclass
from typing import Any

from integrations.sandbox.shopify.gids import gid, number_of
from integrations.sandbox.shopify.models import Location, Store
from integrations.sandbox.shopify.places import country_name, province_name
from integrations.sandbox.shopify.products import Level, Variant

from .binding import resolves
from .connections import connection
from .context import Call, Info
from .read_nodes import Item, with_twins
from .search import Getter, fits, parse_query
from .stock_lies import TWIN_DIFFERS_BY


@dataclass(frozen=True)
class Shelf:
    """A variant's level at one location; a twin is the second time it shows up."""

    variant: Variant
    location: Location
    level: Level
    is_twin: bool = False


LEVEL_FILTERS: dict[str, Getter] = {
    "updated_at": lambda shelf: shelf.level.updated_at,
    "id": lambda shelf: shelf.location.id,
}
ITEM_FILTERS: dict[str, Getter] = {
    "sku": lambda item: item.variant.sku or "",
    "id": lambda item: item.variant.item_id,
    "updated_at": lambda item: item.variant.updated_at,
}


def shelf_of(
    store: Store, variant: Variant, location_id: int, is_twin: bool = False
) -> Shelf | None:
    """The level at a location, None where the variant was never stocked."""
    location, level = store.location(location_id), variant.levels.get(location_id)
    return Shelf(variant, location, level, is_twin) if location and level else None


@resolves("QueryRoot", "inventoryItems")
def resolve_items(_: Any, info: Info, query: str | None = None, **page: Any) -> Any:
    call: Call = info.context
    terms = parse_query(query)
    every = with_twins(call, [Item(one) for one in call.store.variants() if call.sees(one)])
    found = [item for item in every if fits(item, terms, ITEM_FILTERS)]
    return connection(found, key=lambda item: (item.variant.item_id, item.is_twin), **page)


@resolves("QueryRoot", "locations")
def resolve_locations(
    _: Any,
    info: Info,
    query: str | None = None,
    includeInactive: bool = False,  # noqa: N803
    **page: Any,
) -> Any:
    places = info.context.store.locations
    return connection([one for one in places if one.active or includeInactive], **page)


@resolves("InventoryItem", "id")
def item_id(item: Item, info: Info) -> str:
    return gid("InventoryItem", item.variant.item_id)


@resolves("InventoryItem", "legacyResourceId")
def item_number(item: Item, info: Info) -> str:
    return str(item.variant.item_id)


@resolves("InventoryItem", "sku", "tracked", "requiresShipping", "createdAt", "updatedAt")
def item_field(item: Item, info: Info) -> Any:
    names = {"requiresShipping": "requires_shipping", "createdAt": "created_at"}
    names["updatedAt"] = "updated_at"
    return getattr(item.variant, names.get(info.field_name, info.field_name))


@resolves("InventoryItem", "unitCost")
def unit_cost(item: Item, info: Info) -> Any:
    if item.variant.cost is None:
        return None
    return {"amount": f"{item.variant.cost:.2f}", "currencyCode": info.context.store.currency}


@resolves("InventoryItem", "inventoryLevel")
def item_level(item: Item, info: Info, locationId: str) -> Shelf | None:  # noqa: N803
    number = number_of(locationId, "Location")
    return shelf_of(info.context.store, item.variant, number or 0, item.is_twin)


@resolves("InventoryItem", "inventoryLevels")
def item_levels(item: Item, info: Info, query: str | None = None, **page: Any) -> Any:
    store = info.context.store
    places = item.variant.levels
    shelves = [shelf_of(store, item.variant, place, item.is_twin) for place in places]
    terms = parse_query(query)
    found = [one for one in shelves if one and fits(one, terms, LEVEL_FILTERS)]
    return connection(found, key=lambda shelf: shelf.location.id, **page)


@resolves("InventoryItem", "variants")
def item_variants(item: Item, info: Info, **page: Any) -> Any:
    return connection([item.variant], **page)


@resolves("Location", "inventoryLevels")
def location_levels(location: Location, info: Info, query: str | None = None, **page: Any) -> Any:
    call: Call = info.context
    items = with_twins(call, [Item(one) for one in call.store.variants() if call.sees(one)])
    shelves = [shelf_of(call.store, one.variant, location.id, one.is_twin) for one in items]
    terms = parse_query(query)
    found = [one for one in shelves if one and fits(one, terms, LEVEL_FILTERS)]
    return connection(found, key=lambda shelf: (shelf.variant.item_id, shelf.is_twin), **page)


@resolves("Location", "isActive")
def is_active(location: Location, info: Info) -> bool:
    return location.active


@resolves("Location", "shipsInventory")
def ships_inventory(location: Location, info: Info) -> bool:
    return location.active


@resolves("Location", "updatedAt")
def location_updated(location: Location, info: Info) -> Any:
    return location.created_at


@resolves("Location", "address")
def location_address(location: Location, info: Info) -> Any:
    return {
        "address1": location.address1,
        "address2": None,
        "city": location.city,
        "provinceCode": location.province_code or None,
        "province": province_name(location.country_code, location.province_code or None),
        "countryCode": location.country_code,
        "country": country_name(location.country_code),
        "zip": location.zip,
        "phone": None,
    }


@resolves("InventoryLevel", "id")
def level_id(shelf: Shelf, info: Info) -> str:
    item = shelf.variant.item_id
    return f"gid://shopify/InventoryLevel/{shelf.location.id}?inventory_item_id={item}"


@resolves("InventoryLevel", "item")
def level_item(shelf: Shelf, info: Info) -> Item:
    return Item(shelf.variant, shelf.is_twin)


@resolves("InventoryLevel", "isActive")
def level_active(shelf: Shelf, info: Info) -> bool:
    return True


@resolves("InventoryLevel", "createdAt", "updatedAt")
def level_time(shelf: Shelf, info: Info) -> Any:
    return shelf.level.updated_at


@resolves("InventoryLevel", "quantities")
def level_quantities(shelf: Shelf, info: Info, names: list[str]) -> Any:
    base = f"gid://shopify/InventoryQuantity/{shelf.variant.item_id}"
    return [
        {
            "id": f"{base}?inventory_level_id={shelf.location.id}&name={name}",
            "name": name,
            "quantity": _units(info.context, shelf, name),
            "updatedAt": shelf.level.updated_at,
        }
        for name in names
    ]


def _units(call: Call, shelf: Shelf, name: str) -> int:
    quantity = call.units(shelf.variant, shelf.level.quantity(name) or 0)
    return quantity + TWIN_DIFFERS_BY if shelf.is_twin else quantity
