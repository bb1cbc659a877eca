"""Products and variants."""

from decimal import Decimal
from typing import Any

from graphql import GraphQLError

from integrations.sandbox.shopify.catalog import product_by_handle
from integrations.sandbox.shopify.gids import number_of
from integrations.sandbox.shopify.models import Store
from integrations.sandbox.shopify.products import Option, Product, Variant

from .binding import resolves
from .connections import connection, in_order
from .context import Call, Info
from .read_nodes import Item
from .search import Getter, fits, parse_query

VARIANTS_OF_ONE_PRODUCT = 2000

PRODUCT_FILTERS: dict[str, Getter] = {
    "": lambda product: f"{product.title} {product.vendor} {product.handle}",
    "id": lambda product: product.id,
    "title": lambda product: product.title,
    "handle": lambda product: product.handle,
    "status": lambda product: product.status,
    "vendor": lambda product: product.vendor,
    "product_type": lambda product: product.product_type,
    "tag": lambda product: product.tags,
    "sku": lambda product: [variant.sku or "" for variant in product.variants],
    "created_at": lambda product: product.created_at,
    "updated_at": lambda product: product.updated_at,
}
VARIANT_FILTERS: dict[str, Getter] = {
    "": lambda variant: f"{variant.title} {variant.sku}",
    "id": lambda variant: variant.id,
    "sku": lambda variant: variant.sku or "",
    "barcode": lambda variant: variant.barcode or "",
    "product_id": lambda variant: variant.product_id,
    "updated_at": lambda variant: variant.updated_at,
}
PRODUCT_SORTS: dict[str, Getter] = {
    "TITLE": lambda product: (product.title.casefold(), product.id),
    "UPDATED_AT": lambda product: (product.updated_at.isoformat(), product.id),
    "CREATED_AT": lambda product: (product.created_at.isoformat(), product.id),
}


@resolves("QueryRoot", "products")
def resolve_products(
    _: Any,
    info: Info,
    query: str | None = None,
    sortKey: str = "ID",  # noqa: N803
    **page: Any,
) -> Any:
    call: Call = info.context
    terms = parse_query(query)
    every = [one for one in call.store.products.values() if _is_seen(call, one)]
    found = [product for product in every if fits(product, terms, PRODUCT_FILTERS)]
    key = PRODUCT_SORTS.get(sortKey, lambda product: product.id)
    return connection(found, key=key, **page)


def _is_seen(call: Call, product: Product) -> bool:
    return not product.variants or any(call.sees(one) for one in product.variants)


@resolves("QueryRoot", "productVariants")
def resolve_variants(
    _: Any,
    info: Info,
    query: str | None = None,
    sortKey: str = "ID",  # noqa: N803
    **page: Any,
) -> Any:
    call: Call = info.context
    terms = parse_query(query)
    every = [one for one in call.store.variants() if call.sees(one)]
    return connection([one for one in every if fits(one, terms, VARIANT_FILTERS)], **page)


@resolves("QueryRoot", "productByIdentifier")
def resolve_by_identifier(_: Any, info: Info, identifier: dict[str, Any]) -> Any:
    return find_product(info.context.store, identifier)


def find_product(store: Store, identifier: dict[str, Any]) -> Product | None:
    """By id or handle. Raises GraphQLError for a custom id: products have none here."""
    if "handle" in identifier:
        return product_by_handle(store, identifier["handle"])
    if "id" in identifier:
        return store.products.get(number_of(identifier["id"], "Product") or 0)
    raise GraphQLError("Metafield definition not found.", extensions={"code": "NOT_FOUND"})


@resolves("Product", "variants")
def product_variants(
    product: Product,
    info: Info,
    sortKey: str = "POSITION",  # noqa: N803
    **page: Any,
) -> Any:
    # one product may show up to 2000 variants in one page (enhanced variant limits, 2025)
    seen = [one for one in product.variants if info.context.sees(one)]
    return in_order(seen, most=VARIANTS_OF_ONE_PRODUCT, **page)


@resolves("Product", "variantsCount")
def variants_count(product: Product, info: Info) -> Any:
    return {"count": len(product.variants), "precision": "EXACT"}


@resolves("Product", "options")
def product_options(product: Product, info: Info, first: int | None = None) -> Any:
    return [
        {"id": f"gid://shopify/ProductOption/{option.id}", "position": place, "option": option}
        for place, option in enumerate(product.options, start=1)
    ][:first]


@resolves("ProductOption", "name")
def option_name(shown: dict[str, Option], info: Info) -> str:
    return shown["option"].name


@resolves("ProductOption", "values")
def option_values(shown: dict[str, Option], info: Info) -> list[str]:
    return [value.name for value in shown["option"].values]


@resolves("ProductOption", "optionValues")
def option_value_objects(shown: dict[str, Option], info: Info) -> Any:
    return shown["option"].values


@resolves("ProductOptionValue", "hasVariants")
def has_variants(value: Any, info: Info) -> bool:
    return True


@resolves("Product", "description")
def description(product: Product, info: Info) -> str:
    return product.text


@resolves("Product", "isGiftCard")
def is_gift_card(product: Product, info: Info) -> bool:
    return product.gift_card


@resolves("Product", "totalInventory")
def total_inventory(product: Product, info: Info) -> int:
    call: Call = info.context
    return sum(call.units(one, one.available) for one in product.variants if call.sees(one))


@resolves("Product", "tracksInventory")
def tracks_inventory(product: Product, info: Info) -> bool:
    return any(variant.tracked for variant in product.variants)


@resolves("Product", "hasOnlyDefaultVariant")
def has_only_default(product: Product, info: Info) -> bool:
    return all(variant.is_default for variant in product.variants)


@resolves("Product", "publishedAt")
def published_at(product: Product, info: Info) -> Any:
    return product.created_at if product.published_on else None


@resolves("Product", "publishedOnPublication")
def published_on(product: Product, info: Info, publicationId: str) -> bool:  # noqa: N803
    return (number_of(publicationId, "Publication") or 0) in product.published_on


@resolves("ProductVariant", "selectedOptions")
def selected_options(variant: Variant, info: Info) -> Any:
    return [{"name": name, "value": value} for name, value in variant.options.items()]


@resolves("ProductVariant", "displayName")
def display_name(variant: Variant, info: Info) -> str:
    return f"{info.context.store.products[variant.product_id].title} - {variant.title}"


@resolves("ProductVariant", "inventoryQuantity")
def inventory_quantity(variant: Variant, info: Info) -> int:
    call: Call = info.context
    return call.units(variant, variant.available)


@resolves("ProductVariant", "availableForSale")
def available_for_sale(variant: Variant, info: Info) -> bool:
    free = not variant.tracked or variant.inventory_policy == "CONTINUE"
    return free or variant.available > 0


@resolves("ProductVariant", "product")
def variant_product(variant: Variant, info: Info) -> Product:
    product: Product = info.context.store.products[variant.product_id]
    return product


@resolves("ProductVariant", "inventoryItem")
def variant_item(variant: Variant, info: Info) -> Item:
    return Item(variant)


@resolves("ProductVariant", "price")
def variant_price(variant: Variant, info: Info) -> Decimal:
    return variant.price
