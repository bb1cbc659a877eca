"""The demo's stores, and stores made on demand from the same plain description."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from .catalog import WantedProduct, WantedVariant, slug, write_product
from .models import ONLINE_STORE, App, Location, Store
from .products import DEFAULT_OPTION, DEFAULT_VALUE
from .refusals import Refusal
from .seed_data import STORES

if TYPE_CHECKING:
    from integrations.sandbox.world import World

OWN_SCOPES = (
    "write_products",
    "write_inventory",
    "read_locations",
    "read_orders",
    "write_merchant_managed_fulfillment_orders",
    "write_publications",
)
PUBLICATIONS = (ONLINE_STORE, "Point of Sale")


def seed_world(world: "World", stores: bool) -> None:
    """The app of the configuration and, if wanted and none is there, the demo's four stores."""
    config = world.config
    with world.lock:
        known = world.state.apps.get(config.api_key)
        if known is None or config.api_secret not in (known.secret, known.previous_secret):
            world.state.apps[config.api_key] = App(
                client_id=config.api_key,
                secret=config.api_secret,
                title="Crossdock",
                own_scopes=list(OWN_SCOPES),
            )
        if stores and not world.state.stores:
            for description in STORES:
                create_store(world, description)


def create_store(world: "World", description: Mapping[str, Any]) -> Store:
    """A store with its products. Raises Refusal when a value is missing or wrong."""
    try:
        return _create(world, description)
    except (KeyError, TypeError, ValueError, InvalidOperation) as exc:
        raise Refusal(f"The store cannot be made: {exc!r}") from exc


def _create(world: "World", description: Mapping[str, Any]) -> Store:
    domain = str(description["domain"]).lower()
    if domain in world.state.stores:
        raise Refusal(f"{domain} is already there.")
    now = world.now()
    place = description.get("location", {})
    store = Store(
        id=world.new_id(),
        domain=domain,
        name=description.get("name") or domain.partition(".")[0].replace("-", " ").title(),
        currency=description.get("currency", "USD"),
        own=bool(description.get("own", False)),
        timezone=description.get("timezone", "America/New_York"),
        email=description.get("email", f"hello@{domain.partition('.')[0]}.example"),
        created_at=now,
        locations=[Location(id=world.new_id(), created_at=now, name="Main", **place)]
        if "name" not in place
        else [Location(id=world.new_id(), created_at=now, **place)],
        publications=[(world.new_id(), name) for name in PUBLICATIONS],
        next_order_number=int(description.get("first_order", 1001)),
    )
    for product in description.get("products", []):
        _add_product(world, store, product)
    world.state.stores[domain] = store
    world.record("store_created", domain, store.name, f"{len(store.products)} products")
    return store


def _add_product(world: "World", store: Store, item: Mapping[str, Any]) -> None:
    names = item.get("option_names") or [item.get("option", DEFAULT_OPTION)]
    variants = [_variant(store, names, one) for one in item["variants"]]
    given: dict[str, object] = {
        "title": item["title"],
        "handle": item.get("handle") or slug(item["title"]),
        "description_html": item.get("description", ""),
        "product_type": item.get("type", ""),
        "tags": list(item.get("tags", [])),
        "vendor": item.get("vendor") or store.name,
        "status": item.get("status", "ACTIVE"),
        "gift_card": bool(item.get("gift_card", False)),
        "published_on": [store.publications[0][0]],
    }
    options = [(name, _values(variants, name)) for name in names]
    wanted = WantedProduct(given=given, options=options, variants=variants)
    write_product(world, store, None, wanted)


def _values(variants: Sequence[WantedVariant], name: str) -> list[str]:
    return list(dict.fromkeys(variant.options[name] for variant in variants))


def _variant(store: Store, names: Sequence[str], item: Mapping[str, Any]) -> WantedVariant:
    values = item.get("values") or [item.get("title", DEFAULT_VALUE)]
    given: dict[str, object] = {
        "sku": item.get("sku"),
        "price": Decimal(str(item["price"])),
        "grams": int(item.get("grams", 340)),
        "tracked": bool(item.get("tracked", True)),
        "inventory_policy": item.get("inventory_policy", "DENY"),
        "requires_shipping": bool(item.get("requires_shipping", True)),
    }
    if "cost" in item:
        given["cost"] = Decimal(str(item["cost"]))
    return WantedVariant(
        options=dict(zip(names, values, strict=True)),
        given=given,
        quantities=[(store.locations[0].id, "available", int(item.get("stock", 0)))],
    )
