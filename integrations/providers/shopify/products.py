"""Products: reading a partner's, writing our own."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from integrations.errors import BadResponse
from integrations.providers.shopify import documents, own_documents
from integrations.providers.shopify.graphql import GraphQL, next_cursor, shaped
from integrations.providers.shopify.values import mapping, money, need_gid, rows, search_time, text
from integrations.types import NewProduct, NewVariant, RemoteProduct, RemoteVariant

Node = Mapping[str, Any]
FIRST_PRODUCTS, FIRST_VARIANTS = 25, 250
NO_OPTION = (("Title", "Default Title"),)


def read_products(graph: GraphQL, since: datetime | None) -> Iterator[RemoteProduct]:
    """Every product whatever its status, with every variant."""
    query = f"updated_at:>={search_time(since)}" if since else None
    currency = text(mapping(graph.read(documents.SHOP)["shop"], "shop")["currencyCode"])
    for page in graph.pages(documents.PRODUCTS, "products", FIRST_PRODUCTS, query=query):
        for node in page:
            yield product_from_node(node, currency, all_variants(graph, node))


def all_variants(graph: GraphQL, product: Node) -> list[Node]:
    """The variants of a product node: its first page, or all pages if there are more."""
    found = product["variants"]
    if next_cursor(found) is None:
        return rows(found["nodes"], "variants")
    pages = graph.pages(
        documents.PRODUCT_VARIANTS, "product.variants", FIRST_VARIANTS, id=product["id"]
    )
    return [node for page in pages for node in page]


def product_from_node(node: Node, currency: str, variants: Iterable[Node]) -> RemoteProduct:
    """A product as it stands there; `currency` is the shop's, prices have no other."""
    media = node.get("featuredMedia") or {}
    image = (media.get("preview") or {}).get("image") or {}
    return RemoteProduct(
        external_id=need_gid("Product", node["id"]),
        title=text(node["title"]),
        currency=currency,
        variants=tuple(_variant(one) for one in variants),
        handle=text(node["handle"]),
        vendor=text(node["vendor"]),
        product_type=text(node["productType"]),
        description=text(node["descriptionHtml"]),
        status=text(node["status"]).lower(),
        image_url=text(image.get("url")),
        tags=tuple(text(tag) for tag in node["tags"]),
    )


def _variant(node: Node) -> RemoteVariant:
    """An untracked variant is sold without counting: its number means nothing."""
    item = mapping(node["inventoryItem"], "inventory item")
    options = tuple(
        (text(one["name"]), text(one["value"])) for one in rows(node["selectedOptions"], "options")
    )
    tracked = item["tracked"] is True
    return RemoteVariant(
        external_id=need_gid("ProductVariant", node["id"]),
        sku=text(node["sku"]),
        title=text(node["title"]),
        item_id=need_gid("InventoryItem", item["id"]),
        price=money(node["price"], "a price"),
        barcode=text(node["barcode"]),
        options=() if options == NO_OPTION else options,
        available=node["inventoryQuantity"] if tracked else None,
        tracked=tracked,
        requires_shipping=item["requiresShipping"] is not False,
    )


def product_input(product: NewProduct, known: Mapping[str, str] | None) -> dict[str, Any]:
    """The whole product for productSet: what it does not name is removed there.

    `known` is variant id by SKU of the product that is there, None if there is none. Status and
    image are set only then: later they belong to whoever looks after the store.
    """
    names = list(dict.fromkeys(name for one in product.variants for name, _ in _options(one)))
    content: dict[str, Any] = {
        "handle": product.handle,
        "title": product.title,
        "descriptionHtml": product.description,
        "vendor": product.vendor,
        "productType": product.product_type,
        "tags": list(product.tags),
        "productOptions": [
            {"name": name, "position": place, "values": _values(product, name)}
            for place, name in enumerate(names, start=1)
        ],
        "variants": [_variant_input(one, known or {}) for one in product.variants],
    }
    if known is None:
        content["status"] = "ACTIVE"
    if known is None and product.image_url:
        image = {"originalSource": product.image_url, "contentType": "IMAGE", "alt": product.title}
        content["files"] = [image]
    return content


def _options(variant: NewVariant) -> tuple[tuple[str, str], ...]:
    return variant.options or NO_OPTION


def _values(product: NewProduct, name: str) -> list[dict[str, str]]:
    values = [value for one in product.variants for key, value in _options(one) if key == name]
    return [{"name": value} for value in dict.fromkeys(values)]


def _variant_input(variant: NewVariant, known: Mapping[str, str]) -> dict[str, Any]:
    item: dict[str, Any] = {"tracked": True, "requiresShipping": True}
    if variant.cost is not None:
        item["cost"] = str(variant.cost)
    content: dict[str, Any] = {
        "sku": variant.sku,
        "price": str(variant.price),
        "inventoryPolicy": "DENY",
        "inventoryItem": item,
        "optionValues": [{"optionName": name, "name": value} for name, value in _options(variant)],
    }
    if variant.barcode:
        content["barcode"] = variant.barcode
    if variant.sku in known:
        content["id"] = known[variant.sku]
    return content


def set_product(graph: GraphQL, product: NewProduct) -> RemoteProduct:
    """Create the product with this handle, or replace its variants; the answer holds the ids."""
    there = graph.read(own_documents.PRODUCT_BY_HANDLE, product.handle, handle=product.handle)
    node = there["productByIdentifier"]
    known = None
    if node:
        known = {text(one["sku"]): text(one["id"]) for one in all_variants(graph, node)}
    payload = graph.write(
        own_documents.PRODUCT_SET,
        product.handle,
        identifier={"handle": product.handle},
        input=product_input(product, known),
    )
    with shaped(after_write=True):
        made = mapping(payload["product"], "product")
        return product_from_node(made, product.currency, all_variants(graph, made))


def publish(graph: GraphQL, product_id: str) -> None:
    """Show the product on the sales channels that take new products by themselves."""
    pages = graph.pages(own_documents.PUBLICATIONS, "publications", 50)
    found = [
        need_gid("Publication", one["id"]) for page in pages for one in page if one["autoPublish"]
    ]
    if not found:
        raise BadResponse("The store has no sales channel that shows new products by itself.")
    targets = [{"publicationId": publication} for publication in found]
    graph.write(own_documents.PUBLISH, product_id, id=product_id, input=targets)
