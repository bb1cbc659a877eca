"""productSet: an upsert by handle that replaces the variants."""

import pytest

from .conftest import SHOP

PRODUCT_SET = """
mutation P($identifier: ProductSetIdentifiers, $input: ProductSetInput!) {
  productSet(identifier: $identifier, input: $input, synchronous: true) {
    product { id handle variants(first: 10) { nodes { id sku price inventoryQuantity } } }
    userErrors { field message code }
  }
}"""


def wanted(*sizes, **more):
    return {
        "title": "Ethiopia",
        "handle": "p-ethiopia",
        "productOptions": [{"name": "Size", "values": [{"name": size} for size in sizes]}],
        "variants": [
            {
                "optionValues": [{"optionName": "Size", "name": size}],
                "sku": f"P-{size}",
                "price": "24.40",
            }
            for size in sizes
        ],
        **more,
    }


def put(sandbox, given, **identifier):
    return sandbox.run(PRODUCT_SET, identifier=identifier or None, input=given)["productSet"]


def test_the_same_handle_updates_the_product_and_keeps_its_variants(sandbox):
    first = put(sandbox, wanted("S", "L"), handle="p-ethiopia")["product"]
    again = put(sandbox, wanted("S", "L"), handle="p-ethiopia")["product"]
    assert again == first
    assert len(sandbox.store.products) == 3


def test_a_variant_left_out_is_deleted(sandbox):
    first = put(sandbox, wanted("S", "L"), handle="p-ethiopia")["product"]
    second = put(sandbox, wanted("L"), handle="p-ethiopia")["product"]
    assert [one["sku"] for one in second["variants"]["nodes"]] == ["P-L"]
    assert second["variants"]["nodes"][0]["id"] == first["variants"]["nodes"][1]["id"]


def test_fields_left_out_stay(sandbox):
    put(sandbox, wanted("S"), handle="p-ethiopia")
    changed = put(sandbox, {"title": "Ethiopia Guji"}, handle="p-ethiopia")["product"]
    assert [one["price"] for one in changed["variants"]["nodes"]] == ["24.40"]


def test_a_taken_handle_is_refused_and_nothing_is_written(sandbox):
    answer = put(sandbox, wanted("S", handle="decaf"))
    assert answer["product"] is None
    assert [one["code"] for one in answer["userErrors"]] == ["HANDLE_NOT_UNIQUE"]
    assert len(sandbox.store.products) == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"productOptions": None}, "PRODUCT_OPTIONS_INPUT_MISSING"),
        ({"title": ""}, "INVALID_PRODUCT"),
        ({"productOptions": [{"name": "Color", "values": []}]}, "OPTION_DOES_NOT_EXIST"),
        ({"productOptions": [{"name": "Size", "values": []}]}, "OPTION_VALUE_DOES_NOT_EXIST"),
    ],
)
def test_an_impossible_product_is_refused(sandbox, change, code):
    answer = put(sandbox, wanted("S") | change)
    assert [one["code"] for one in answer["userErrors"]] == [code]
    assert len(sandbox.store.products) == 2
    assert "product_set" not in sandbox.kinds()


def test_a_new_variant_starts_with_the_stock_it_is_given(sandbox):
    given = wanted("S")
    place = f"gid://shopify/Location/{sandbox.store.locations[0].id}"
    given["variants"][0]["inventoryQuantities"] = [
        {"locationId": place, "name": "available", "quantity": 7}
    ]
    made = put(sandbox, given, handle="p-ethiopia")["product"]
    assert made["variants"]["nodes"][0]["inventoryQuantity"] == 7


def test_prices_are_updated_in_bulk_and_the_good_ones_only(sandbox):
    variant = sandbox.variant("GUJI-12")
    document = """
    mutation U($p: ID!, $v: [ProductVariantsBulkInput!]!) {
      productVariantsBulkUpdate(productId: $p, variants: $v, allowPartialUpdates: true) {
        productVariants { sku price } userErrors { code field }
      }
    }"""
    answer = sandbox.run(
        document,
        p=f"gid://shopify/Product/{variant.product_id}",
        v=[
            {"id": f"gid://shopify/ProductVariant/{variant.id}", "price": "21.00"},
            {"id": "gid://shopify/ProductVariant/1", "price": "1.00"},
        ],
    )["productVariantsBulkUpdate"]
    assert answer["productVariants"] == [{"sku": "GUJI-12", "price": "21.00"}]
    assert answer["userErrors"] == [
        {"code": "PRODUCT_VARIANT_DOES_NOT_EXIST", "field": ["variants", "1", "id"]}
    ]


def test_products_come_in_pages_that_lose_nothing(sandbox):
    document = """query L($after: String) { products(first: 1, after: $after) {
      nodes { title } pageInfo { hasNextPage endCursor } } }"""
    first = sandbox.run(document)["products"]
    second = sandbox.run(document, after=first["pageInfo"]["endCursor"])["products"]
    titles = [page["nodes"][0]["title"] for page in (first, second)]
    assert titles == ["Ethiopia Guji", "Decaf"]
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second)] == [True, False]


def test_a_published_product_is_for_sale_on_the_storefront(sandbox):
    made = put(sandbox, wanted("S"), handle="p-ethiopia")["product"]
    assert b"P-S" not in sandbox.send("GET", f"/stores/{SHOP}/").body
    publication = sandbox.run("{ publications(first: 1) { nodes { id } } }")["publications"]
    document = """mutation P($id: ID!, $to: [PublicationInput!]!) {
      publishablePublish(id: $id, input: $to) { userErrors { message } } }"""
    to = [{"publicationId": publication["nodes"][0]["id"]}]
    assert sandbox.run(document, id=made["id"], to=to)["publishablePublish"]["userErrors"] == []
    assert b"P-S" in sandbox.send("GET", f"/stores/{SHOP}/").body
