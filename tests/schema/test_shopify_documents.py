"""Every document we send, against Shopify's official schema of the version we name."""

import gzip
import json
import os
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from graphql import (
    GraphQLSchema,
    NoDeprecatedCustomRule,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    build_schema,
    get_named_type,
    parse,
    print_schema,
    validate,
    visit,
)
from graphql.execution.values import get_variable_values

from integrations.providers.shopify import (
    documents,
    fulfillment,
    own_documents,
    placing,
    products,
    stock,
)
from integrations.providers.shopify.own_store import OwnStore, OwnStoreSettings
from integrations.providers.shopify.partner_store import PartnerStore
from integrations.types import (
    Address,
    LineToPlace,
    NewProduct,
    NewVariant,
    OrderToPlace,
    ShipmentToPublish,
    StockToPublish,
)

pytestmark = pytest.mark.schema

SHARED = ("SHOP", "LOCATIONS", "WEBHOOKS", "WEBHOOK_CREATE", "PRODUCT_VARIANTS")
PUBLISHING = ("PUBLICATIONS", "PUBLISH")


def documents_of(module: ModuleType) -> dict[str, str]:
    return {
        name: text
        for name, text in vars(module).items()
        if isinstance(text, str) and text.lstrip().startswith(("query ", "mutation "))
    }


PARTNER = documents_of(documents)
OWN = documents_of(own_documents)
EVERY = PARTNER | OWN


@pytest.fixture(scope="module")
def official() -> dict[str, Any]:
    folder = os.environ.get("SHOPIFY_SCHEMA_DIR")
    assert folder, "Set SHOPIFY_SCHEMA_DIR to what tests/schema/fetch.sh prints, or `make schema`."
    file = Path(folder) / f"admin_{documents.API_VERSION}.json.gz"
    assert file.exists(), f"{file} is not there: run tests/schema/fetch.sh."
    with gzip.open(file) as content:
        return json.load(content)


@pytest.fixture(scope="module")
def schema(official) -> GraphQLSchema:
    # assume_valid: Shopify deprecates fields its interfaces do not, which graphql-core refuses.
    return build_client_schema(official["data"], assume_valid=True)


@pytest.fixture(scope="module")
def printed(schema) -> GraphQLSchema:
    # NoDeprecatedCustomRule needs the syntax tree a schema built from introspection does not have.
    return build_schema(print_schema(schema), assume_valid=True)


def test_every_constant_of_the_modules_is_a_document():
    fragments = {"PAGE", "VARIANT", "SHIPMENT", "API_VERSION"}
    for module, found in ((documents, PARTNER), (own_documents, OWN)):
        names = {name for name in vars(module) if name.isupper() and not name.startswith("_")}
        assert names - fragments == found.keys()


@pytest.mark.parametrize("name", sorted(EVERY))
def test_a_document_is_valid(schema, name):
    assert [error.message for error in validate(schema, parse(EVERY[name]))] == []


@pytest.mark.parametrize("name", sorted(EVERY))
def test_a_document_uses_nothing_deprecated(printed, name):
    assert validate(printed, parse(EVERY[name]), [NoDeprecatedCustomRule]) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "{ productz { id } }",
        "query Q($first: Int!) { products(first: $first) { nodes { nothing } } }",
        "{ order(id: 1, ignoreCompareQuantity: true) { id } }",
    ],
)
def test_a_wrong_document_is_refused(schema, wrong):
    assert validate(schema, parse(wrong))


def test_a_deprecated_field_is_noticed(printed):
    document = parse("query Q($id: ID!) { order(id: $id) { totalPrice } }")
    assert validate(printed, document, [NoDeprecatedCustomRule])


ADDRESS = Address("Sam Rivers", "Crossdock", "1 Dock St", "", "Los Angeles", "CA", "90001", "US")
ORDER = OrderToPlace(
    reference="CD-0123456789",
    currency="USD",
    lines=(LineToPlace("gid://shopify/ProductVariant/1", "A", "Beans", 3, Decimal("12.00")),),
    ship_to=ADDRESS,
    email="orders@example.com",
    note="Leave at the dock.",
)
PRODUCT = NewProduct(
    handle="beans",
    title="Beans",
    currency="USD",
    variants=(
        NewVariant("A", Decimal("18.90"), Decimal("12.00"), "0123", (("Size", "250g"),)),
        NewVariant("B", Decimal("60.00"), options=(("Size", "1kg"),)),
    ),
    image_url="https://cdn.example.com/beans.jpg",
    tags=("partner",),
)
SHIPMENT = ShipmentToPublish("gid://shopify/Order/1", (), "ups", "1Z999", "https://ups.example/1Z")
STOCK = [StockToPublish("gid://shopify/InventoryItem/1", 12, 9), StockToPublish("x", 0)]
INPUTS = {
    "ORDER_CREATE": {"order": placing.order_input(ORDER), "options": placing.OPTIONS},
    "REFERENCE_DEFINE": {"definition": placing.DEFINITION},
    "PRODUCT_SET": {
        "identifier": {"handle": "beans"},
        "input": products.product_input(PRODUCT, None),
    },
    "STOCK_SET": {"input": stock.stock_input(STOCK, "gid://shopify/Location/1", "7"), "key": "k"},
    "FULFILLMENT_CREATE": {"fulfillment": fulfillment.fulfillment_input(SHIPMENT, [])},
    "WEBHOOK_CREATE": {"topic": "ORDERS_CREATE", "uri": "https://portal.example.com/hooks/k/"},
}


def coerce(schema, name: str, values: dict[str, Any]) -> list[str]:
    """What the schema finds wrong with the variables of a document."""
    operation = parse(EVERY[name]).definitions[0]
    result = get_variable_values(schema, operation.variable_definitions, values)
    return [error.message for error in result] if isinstance(result, list) else []


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_what_we_put_into_a_document_fits_its_input_types(schema, name):
    assert coerce(schema, name, INPUTS[name]) == []


def test_an_input_field_that_is_gone_is_noticed(schema):
    values = {"input": {**INPUTS["STOCK_SET"]["input"], "ignoreCompareQuantity": True}, "key": "k"}
    assert coerce(schema, "STOCK_SET", values)


@pytest.mark.parametrize("topic", sorted({*OwnStore.topics, *PartnerStore.topics}))
def test_a_topic_we_subscribe_to_exists(schema, topic):
    assert coerce(schema, "WEBHOOK_CREATE", {"topic": topic, "uri": "https://x.example/"}) == []


class ScopeVisitor(Visitor):
    """Collects, per field of a document, the scopes of which one is needed."""

    def __init__(self, info: TypeInfo, official: dict[str, Any]) -> None:
        super().__init__()
        self.info = info
        self.needed: dict[str, set[str]] = {}
        items = official["offline_scopes"]["items"]
        self.of_type = {one["typeName"]: one for one in items if one["type"] == "type"}
        self.of_field = {
            (one["typeName"], one["fieldName"]): one for one in items if one["type"] == "field"
        }

    def enter_field(self, node, *_) -> None:
        parent, returned = self.info.get_parent_type(), get_named_type(self.info.get_type())
        at = f"{parent.name}.{node.name.value}"
        for item in (
            self.of_field.get((parent.name, node.name.value)),
            self.of_type.get(returned.name),
        ):
            if item and item["offlineScopes"]:
                self.needed[f"{at} {item['type']}"] = set(item["offlineScopes"])


def lacking(schema, official, document: str, asked: tuple[str, ...]) -> dict[str, set[str]]:
    """The fields of a document that none of the scopes asked for opens."""
    have = set(asked) | {one.replace("write_", "read_") for one in asked}
    info = TypeInfo(schema)
    visitor = ScopeVisitor(info, official)
    visit(parse(document), TypeInfoVisitor(info, visitor))
    return {at: any_of for at, any_of in visitor.needed.items() if not any_of & have}


@pytest.mark.parametrize("name", sorted(PARTNER))
def test_partner_documents_need_no_scope_we_do_not_ask_for(schema, official, name):
    assert lacking(schema, official, PARTNER[name], PartnerStore.needed_scopes) == {}


@pytest.mark.parametrize("name", sorted((OWN.keys() | set(SHARED)) - set(PUBLISHING)))
def test_own_documents_need_no_scope_we_do_not_ask_for(schema, official, name):
    assert lacking(schema, official, EVERY[name], OwnStore.needed_scopes) == {}


@pytest.mark.parametrize("name", PUBLISHING)
def test_publishing_to_the_store_needs_the_scopes_it_adds(schema, official, name):
    assert lacking(schema, official, EVERY[name], OwnStore.needed_scopes) != {}
    settings = OwnStoreSettings(shop="own.myshopify.com", publish_to_online_store=True)
    asked = OwnStore.scopes_for(settings)
    assert lacking(schema, official, EVERY[name], asked) == {}


def test_a_missing_scope_is_noticed(schema, official):
    asked = tuple(one for one in PartnerStore.needed_scopes if one != "write_orders")
    found = lacking(schema, official, PARTNER["ORDER_CREATE"], asked)
    assert found["Mutation.orderCreate field"] == {"write_orders"}
