"""productSet, price updates, publishing."""

from typing import Any

from integrations.sandbox.shopify.catalog import (
    WantedProduct,
    WantedVariant,
    set_product,
    update_variants,
)
from integrations.sandbox.shopify.gids import gid, number_of
from integrations.sandbox.shopify.products import Product, Variant
from integrations.sandbox.shopify.refusals import Refusal

from .answers import Payload, amount, done, refused, wanted_id
from .binding import resolves
from .context import Call, Info
from .read_products import find_product

Given = dict[str, object]

PRODUCT_NAMES = {
    "title": "title",
    "handle": "handle",
    "descriptionHtml": "description_html",
    "vendor": "vendor",
    "productType": "product_type",
    "tags": "tags",
    "status": "status",
    "giftCard": "gift_card",
}
VARIANT_NAMES = {
    "sku": "sku",
    "barcode": "barcode",
    "inventoryPolicy": "inventory_policy",
    "taxable": "taxable",
}


@resolves("Mutation", "productSet")
def product_set(
    _: Any,
    info: Info,
    input: dict[str, Any],  # noqa: A002 - Shopify's name
    identifier: dict[str, Any] | None = None,
    synchronous: bool = True,
) -> Payload:
    call: Call = info.context
    product = find_product(call.store, identifier) if identifier else None
    if identifier and "id" in identifier and product is None:
        missing = Refusal("Product does not exist", "PRODUCT_DOES_NOT_EXIST", ["identifier", "id"])
        return refused(missing)
    try:
        wanted = _wanted_product(input, identifier or {})
        product = set_product(call.world, call.store, product, wanted, call.source)
    except Refusal as exc:
        return refused(exc)
    operation = {
        "__typename": "ProductSetOperation",
        "id": gid("ProductSetOperation", product.id),
        "status": "COMPLETE",
        "product": product,
        "userErrors": [],
    }
    return done(product=product, productSetOperation=None if synchronous else operation)


def _wanted_product(given: dict[str, Any], identifier: dict[str, Any]) -> WantedProduct:
    fields: Given = {
        ours: given[theirs] for theirs, ours in PRODUCT_NAMES.items() if theirs in given
    }
    if "handle" in identifier:
        fields.setdefault("handle", identifier["handle"])
    options = given.get("productOptions")
    variants = given.get("variants")
    return WantedProduct(
        given=fields,
        options=[_option(one) for one in options] if options is not None else None,
        variants=[_variant(one, place) for place, one in enumerate(variants)]
        if variants is not None
        else None,
    )


def _option(given: dict[str, Any]) -> tuple[str, list[str]]:
    return str(given.get("name")), [str(value.get("name")) for value in given.get("values") or []]


def _variant(given: dict[str, Any], place: int) -> WantedVariant:
    path = ["input", "variants", str(place)]
    return WantedVariant(
        options={str(one["optionName"]): str(one["name"]) for one in given["optionValues"]},
        given=_variant_fields(given, path),
        variant_id=wanted_id(given["id"], "ProductVariant", [*path, "id"])
        if given.get("id")
        else None,
        quantities=[
            (number_of(one["locationId"], "Location") or 0, one["name"], one["quantity"])
            for one in given.get("inventoryQuantities") or []
        ],
    )


def _variant_fields(given: dict[str, Any], path: list[str]) -> Given:
    fields: Given = {
        ours: given[theirs] for theirs, ours in VARIANT_NAMES.items() if theirs in given
    }
    if given.get("price") is not None:
        fields["price"] = amount(given["price"], [*path, "price"])
    if "compareAtPrice" in given:
        old = given["compareAtPrice"]
        fields["compare_at_price"] = None if old is None else amount(old, [*path, "compareAtPrice"])
    return fields | _item_fields(given.get("inventoryItem") or {}, path)


def _item_fields(given: dict[str, Any], path: list[str]) -> Given:
    fields: Given = {}
    if given.get("tracked") is not None:
        fields["tracked"] = given["tracked"]
    if given.get("requiresShipping") is not None:
        fields["requires_shipping"] = given["requiresShipping"]
    if "sku" in given:
        fields["sku"] = given["sku"]
    if "cost" in given:
        cost = given["cost"]
        fields["cost"] = None if cost is None else amount(cost, [*path, "inventoryItem", "cost"])
    return fields


@resolves("Mutation", "productVariantsBulkUpdate")
def variants_bulk_update(
    _: Any,
    info: Info,
    productId: str,  # noqa: N803
    variants: list[dict[str, Any]],
    allowPartialUpdates: bool = False,  # noqa: N803
) -> Payload:
    call: Call = info.context
    product = call.store.products.get(number_of(productId, "Product") or 0)
    if product is None:
        missing = Refusal("Product does not exist", "PRODUCT_DOES_NOT_EXIST", ["productId"])
        return refused(missing)
    changes: list[tuple[Variant, Given]] = []
    errors: list[Payload] = []
    for place, given in enumerate(variants):
        try:
            changes.append(_price_change(product, given, place))
        except Refusal as exc:
            errors += refused(exc)["userErrors"]
    if errors and not allowPartialUpdates:
        return {"product": product, "productVariants": None, "userErrors": errors}
    update_variants(call.world, call.store, product, changes, call.source)
    changed = [variant for variant, _given in changes]
    return {"product": product, "productVariants": changed, "userErrors": errors}


def _price_change(product: Product, given: dict[str, Any], place: int) -> tuple[Variant, Given]:
    path = ["variants", str(place)]
    number = number_of(given.get("id") or "", "ProductVariant")
    variant = next((one for one in product.variants if one.id == number), None)
    if variant is None:
        message = "Product variant does not exist"
        raise Refusal(message, "PRODUCT_VARIANT_DOES_NOT_EXIST", [*path, "id"])
    return variant, _variant_fields(given, path)


@resolves("ProductVariantsBulkUpdatePayload", "productVariants")
def updated_variants(payload: Payload, info: Info) -> Any:
    return payload.get("productVariants")


@resolves("Mutation", "publishablePublish")
def publish(
    _: Any,
    info: Info,
    id: str,  # noqa: A002
    input: list[dict[str, Any]],  # noqa: A002
) -> Payload:
    call: Call = info.context
    product = call.store.products.get(number_of(id, "Product") or 0)
    if product is None:
        return refused(Refusal("Resource does not exist", field=["id"]))
    known = {number for number, _name in call.store.publications}
    wanted = [number_of(one.get("publicationId") or "", "Publication") or 0 for one in input]
    if not known.issuperset(wanted):
        return refused(Refusal("Publication does not exist", field=["input", "publicationId"]))
    product.published_on = sorted({*product.published_on, *wanted})
    summary = f"{product.title} published by {call.source}"
    call.world.record("product_published", call.store.domain, product.handle, summary)
    return done(publishable=product)
