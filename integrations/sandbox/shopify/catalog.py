"""Writing products: productSet's upsert that replaces the variants, and price updates."""

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from .models import Store
from .payloads import product_body
from .products import DEFAULT_OPTION, DEFAULT_VALUE, Level, Option, OptionValue, Product, Variant
from .refusals import Refusal
from .stock import level_of
from .webhooks import announce

if TYPE_CHECKING:
    from integrations.sandbox.world import World

MOST_OPTIONS = 3
MOST_VARIANTS = 2048


@dataclass
class WantedVariant:
    """A variant as given; `given` holds only the fields that were sent."""

    options: dict[str, str]
    given: dict[str, object] = field(default_factory=dict)
    variant_id: int | None = None
    quantities: list[tuple[int, str, int]] = field(default_factory=list)


@dataclass
class WantedProduct:
    """A product as given; None for variants or options means leave them."""

    given: dict[str, object]
    options: list[tuple[str, list[str]]] | None = None
    variants: list[WantedVariant] | None = None


def slug(title: str) -> str:
    """A handle from a title: letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "product"


def product_by_handle(store: Store, handle: str) -> Product | None:
    return next((one for one in store.products.values() if one.handle == handle), None)


def set_product(
    world: "World", store: Store, product: Product | None, wanted: WantedProduct, source: str
) -> Product:
    """Create or update, record it and announce it. Raises Refusal; then nothing changed."""
    created = product is None
    product = write_product(world, store, product, wanted)
    _record(world, store, product, "created" if created else "updated", source)
    topic = "PRODUCTS_CREATE" if created else "PRODUCTS_UPDATE"
    announce(world, store, topic, product_body(store, product), product.handle)
    return product


def write_product(
    world: "World", store: Store, product: Product | None, wanted: WantedProduct
) -> Product:
    """Create or update; a variant list given replaces the old one. Raises Refusal."""
    _check(store, product, wanted)
    if product is None:
        product = _new_product(world, store, wanted)
    for name, value in wanted.given.items():
        setattr(product, name, value)
    if wanted.options is not None:
        product.options = [_option(world, product, *one) for one in wanted.options]
    if wanted.variants is not None:
        _replace_variants(world, store, product, wanted.variants)
    product.updated_at = world.now()
    store.forget_index()
    return product


def _check(store: Store, product: Product | None, wanted: WantedProduct) -> None:
    if product is None and not wanted.given.get("title"):
        raise Refusal("Title can't be blank", "INVALID_PRODUCT", ["input", "title"])
    handle = wanted.given.get("handle")
    holder = product_by_handle(store, str(handle)) if handle else None
    if holder is not None and holder is not product:
        raise Refusal("Handle is not unique", "HANDLE_NOT_UNIQUE", ["input", "handle"])
    if wanted.variants is None:
        return
    if wanted.options is None:
        message = "The product options input is required when updating variants"
        raise Refusal(message, "PRODUCT_OPTIONS_INPUT_MISSING", ["input", "productOptions"])
    if len(wanted.options) > MOST_OPTIONS:
        raise Refusal("Too many options", "OPTIONS_OVER_LIMIT", ["input", "productOptions"])
    if len(wanted.variants) > MOST_VARIANTS:
        raise Refusal("Too many variants", "VARIANTS_OVER_LIMIT", ["input", "variants"])
    _check_variants(product, wanted.options, wanted.variants)
    _check_places(store, wanted.variants)


def _check_variants(
    product: Product | None, options: list[tuple[str, list[str]]], variants: list[WantedVariant]
) -> None:
    allowed = {name: set(values) for name, values in options}
    known = {variant.id for variant in product.variants} if product else set()
    seen: set[tuple[str, ...]] = set()
    for index, variant in enumerate(variants):
        path = ["input", "variants", str(index)]
        if set(variant.options) != set(allowed):
            message = "Each variant needs one value for every option"
            raise Refusal(message, "OPTION_DOES_NOT_EXIST", [*path, "optionValues"])
        if any(value not in allowed[name] for name, value in variant.options.items()):
            message = "The option value does not exist"
            raise Refusal(message, "OPTION_VALUE_DOES_NOT_EXIST", [*path, "optionValues"])
        values = tuple(variant.options[name] for name in sorted(allowed))
        if values in seen:
            title = " / ".join(variant.options.values())
            raise Refusal(f"The variant '{title}' already exists.", "INVALID_VARIANT", path)
        if variant.variant_id is not None and variant.variant_id not in known:
            message = "Product variant does not exist"
            raise Refusal(message, "PRODUCT_VARIANT_DOES_NOT_EXIST", [*path, "id"])
        seen.add(values)


def _check_places(store: Store, variants: list[WantedVariant]) -> None:
    for index, variant in enumerate(variants):
        if any(store.location(place) is None for place, _, _ in variant.quantities):
            path = ["input", "variants", str(index), "inventoryQuantities"]
            message = "The specified location could not be found."
            raise Refusal(message, "INVALID_INPUT", path)


def _new_product(world: "World", store: Store, wanted: WantedProduct) -> Product:
    now, handle = world.now(), str(wanted.given.get("handle") or "")
    product = Product(
        id=world.new_id(),
        title=str(wanted.given["title"]),
        handle=handle or _free_handle(store, slug(str(wanted.given["title"]))),
        created_at=now,
        updated_at=now,
        vendor=store.name,
    )
    product.options = [_option(world, product, DEFAULT_OPTION, [DEFAULT_VALUE])]
    product.variants = [_new_variant(world, store, product, {DEFAULT_OPTION: DEFAULT_VALUE})]
    store.products[product.id] = product
    return product


def _free_handle(store: Store, wanted: str) -> str:
    handle, number = wanted, 0
    while product_by_handle(store, handle) is not None:
        number += 1
        handle = f"{wanted}-{number}"
    return handle


def _option(world: "World", product: Product, name: str, values: list[str]) -> Option:
    old = next((one for one in product.options if one.name == name), None)
    ids = {value.name: value.id for value in old.values} if old else {}
    return Option(
        id=old.id if old else world.new_id(),
        name=name,
        values=[OptionValue(id=ids.get(value) or world.new_id(), name=value) for value in values],
    )


def _new_variant(
    world: "World", store: Store, product: Product, options: dict[str, str]
) -> Variant:
    """A variant without price or SKU yet, stocked with zero at the first location."""
    now = world.now()
    return Variant(
        id=world.new_id(),
        item_id=world.new_id(),
        product_id=product.id,
        options=options,
        price=Decimal("0.00"),
        tracked=False,
        levels={store.locations[0].id: Level(updated_at=now)},
        created_at=now,
        updated_at=now,
    )


def _replace_variants(
    world: "World", store: Store, product: Product, wanted: list[WantedVariant]
) -> None:
    """Match by id, else by option values; what is not named is deleted."""
    names = [option.name for option in product.options]
    old = {tuple(one.options.get(name) for name in names): one for one in product.variants}
    by_id = {one.id: one for one in product.variants}
    kept: list[Variant] = []
    for position, one in enumerate(wanted, start=1):
        options = {name: one.options[name] for name in names}
        found = by_id.get(one.variant_id or 0) or old.get(tuple(options.values()))
        variant = found or _new_variant(world, store, product, options)
        variant.options, variant.position = options, position
        write_variant(world, variant, one.given)
        _stock(world, variant, one, new=found is None)
        kept.append(variant)
    product.variants = kept


def write_variant(world: "World", variant: Variant, given: dict[str, object]) -> None:
    """Set the given fields of a variant."""
    for name, value in given.items():
        setattr(variant, name, value)
    variant.updated_at = world.now()


def _stock(world: "World", variant: Variant, wanted: WantedVariant, new: bool) -> None:
    """On update only locations that already stock the variant take a quantity."""
    for location_id, name, quantity in wanted.quantities:
        if new or location_id in variant.levels:
            level = level_of(world, variant, location_id)
            level.available += quantity - (level.quantity(name) or 0)
            level.updated_at = world.now()


def update_variants(
    world: "World",
    store: Store,
    product: Product,
    changes: list[tuple[Variant, dict[str, object]]],
    source: str,
) -> None:
    """Write several variants of one product and announce it once."""
    for variant, given in changes:
        write_variant(world, variant, given)
    if changes:
        product.updated_at = world.now()
        _record(world, store, product, "variants updated", source)
        announce(world, store, "PRODUCTS_UPDATE", product_body(store, product), product.handle)


def _record(world: "World", store: Store, product: Product, what: str, source: str) -> None:
    world.record(
        "product_set",
        store.domain,
        product.handle,
        f"{product.title} {what} by {source}",
        product_id=product.id,
        source=source,
        status=product.status,
        variants=[{"sku": one.sku, "price": str(one.price)} for one in product.variants],
    )
