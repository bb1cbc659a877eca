"""Products are written to our own store."""

from decimal import Decimal

import pytest

from integrations.errors import Rejected
from integrations.types import NewProduct, NewVariant

from .conftest import LAST, item, load

PRODUCT = NewProduct(
    handle="lantern-ethiopia-guji",
    title="Ethiopia Guji",
    currency="USD",
    variants=(
        NewVariant("P-12", Decimal("19.50"), Decimal("12.00"), "0123", (("Size", "12 oz"),)),
        NewVariant("P-32", Decimal("46.00"), options=(("Size", "2 lb"),)),
    ),
    vendor="Lantern Roasters",
    image_url="https://cdn.example.com/guji.jpg",
)


def made():
    product = load("graphql_products")["data"]["products"]["nodes"][0]
    return {"data": {"productSet": {"product": product, "userErrors": []}}}


def known(*rows):
    if not rows:
        return {"data": {"productByIdentifier": None}}
    nodes = [{"id": external_id, "sku": sku} for external_id, sku in rows]
    product = {"id": "gid://shopify/Product/1", "variants": {"nodes": nodes, "pageInfo": LAST}}
    return {"data": {"productByIdentifier": product}}


def test_a_new_product_is_written_whole(world):
    world.answer_own(known(), made())
    remote = world.own().publish_product(PRODUCT)
    assert remote.external_id == "gid://shopify/Product/632910392"
    assert remote.variants[0].item_id == item(7001)
    call = world.sent()[1]
    assert call["identifier"] == {"handle": "lantern-ethiopia-guji"}
    content = call["input"]
    assert content["productOptions"] == [
        {"name": "Size", "position": 1, "values": [{"name": "12 oz"}, {"name": "2 lb"}]}
    ]
    assert (content["status"], content["files"][0]["originalSource"]) == (
        "ACTIVE",
        "https://cdn.example.com/guji.jpg",
    )
    assert content["variants"][0] == {
        "sku": "P-12",
        "price": "19.50",
        "barcode": "0123",
        "inventoryPolicy": "DENY",
        "inventoryItem": {"tracked": True, "requiresShipping": True, "cost": "12.00"},
        "optionValues": [{"optionName": "Size", "name": "12 oz"}],
    }


def test_a_product_that_is_there_keeps_its_variants_status_and_pictures(world):
    world.answer_own(known(("gid://shopify/ProductVariant/5", "P-32")), made())
    world.own().publish_product(PRODUCT)
    content = world.sent()[1]["input"]
    assert [one.get("id") for one in content["variants"]] == [
        None,
        "gid://shopify/ProductVariant/5",
    ]
    assert "status" not in content
    assert "files" not in content


def test_a_product_with_one_variant_gets_the_default_option(world):
    world.answer_own(known(), made())
    world.own().publish_product(
        NewProduct("mug", "Mug", "USD", (NewVariant("MUG", Decimal("14")),))
    )
    content = world.sent()[1]["input"]
    assert content["productOptions"][0]["values"] == [{"name": "Default Title"}]
    assert content["variants"][0]["optionValues"] == [
        {"optionName": "Title", "name": "Default Title"}
    ]


def test_a_refused_product_says_why(world):
    error = {"code": "INVALID_INPUT", "field": ["input"], "message": "Title can't be blank."}
    world.answer_own(known(), {"data": {"productSet": {"product": None, "userErrors": [error]}}})
    with pytest.raises(Rejected, match="Title can't be blank"):
        world.own().publish_product(PRODUCT)


def test_a_product_is_shown_in_the_store_when_asked(world):
    channels = [
        {"id": "gid://shopify/Publication/1", "autoPublish": True},
        {"id": "gid://shopify/Publication/2", "autoPublish": False},
    ]
    world.answer_own(
        known(), made(), {"data": {"publications": {"nodes": channels, "pageInfo": LAST}}}
    )
    world.answer_own({"data": {"publishablePublish": {"userErrors": []}}})
    world.own(publish_to_online_store=True).publish_product(PRODUCT)
    assert world.sent()[3] == {
        "op": "Publish",
        "id": "gid://shopify/Product/632910392",
        "input": [{"publicationId": "gid://shopify/Publication/1"}],
    }
