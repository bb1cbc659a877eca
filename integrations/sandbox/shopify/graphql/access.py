"""Scopes: which types and fields need one, from the official schema's offline scopes."""

from graphql import GraphQLError

from .context import Call

FULFILLMENT_READS = ("read_merchant_managed_fulfillment_orders", "read_assigned_fulfillment_orders")
FULFILLMENT_WRITES = (
    "write_merchant_managed_fulfillment_orders",
    "write_assigned_fulfillment_orders",
)
ORDERS_OR_FULFILLMENTS = ("read_orders", *FULFILLMENT_READS)

TYPES: dict[str, tuple[str, ...]] = {
    "CalculatedLineItem": ("read_order_edits",),
    "CalculatedOrder": ("read_order_edits",),
    "Customer": ("read_customers",),
    "Fulfillment": ORDERS_OR_FULFILLMENTS,
    "FulfillmentLineItem": ("read_orders",),
    "FulfillmentOrder": FULFILLMENT_READS,
    "FulfillmentOrderLineItem": FULFILLMENT_READS,
    "FulfillmentTrackingInfo": ORDERS_OR_FULFILLMENTS,
    "InventoryAdjustmentGroup": ("read_inventory",),
    "InventoryItem": ("read_inventory", "read_products"),
    "InventoryLevel": ("read_inventory",),
    "InventoryQuantity": ("read_inventory",),
    "LineItem": ("read_orders",),
    "Location": ("read_locations", "read_inventory"),
    "Order": ("read_orders",),
    "OrderEditSession": ("read_order_edits",),
    "Product": ("read_products",),
    "ProductOption": ("read_products",),
    "ProductSetOperation": ("read_products",),
    "ProductVariant": ("read_products",),
}
FIELDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("InventoryItem", "inventoryLevel"): ("read_inventory",),
    ("InventoryItem", "inventoryLevels"): ("read_inventory",),
    ("Location", "address"): ("read_locations",),
    ("Location", "fulfillsOnlineOrders"): ("read_locations",),
    ("Location", "inventoryLevels"): ("read_locations",),
    ("Location", "isActive"): ("read_locations",),
    ("Location", "name"): ("read_locations",),
    ("Location", "shipsInventory"): ("read_locations",),
    ("QueryRoot", "locations"): ("read_locations",),
    ("QueryRoot", "orders"): ("read_orders",),
    ("QueryRoot", "products"): ("read_products",),
    ("QueryRoot", "productVariants"): ("read_products",),
    ("QueryRoot", "publications"): ("read_publications",),
    ("Mutation", "fulfillmentCancel"): FULFILLMENT_WRITES,
    ("Mutation", "fulfillmentCreate"): FULFILLMENT_WRITES,
    ("Mutation", "fulfillmentTrackingInfoUpdate"): FULFILLMENT_WRITES,
    ("Mutation", "inventoryActivate"): ("write_inventory",),
    ("Mutation", "inventorySetQuantities"): ("write_inventory",),
    ("Mutation", "orderCancel"): ("write_orders",),
    ("Mutation", "orderCreate"): ("write_orders",),
    ("Mutation", "orderEditAddVariant"): ("write_order_edits",),
    ("Mutation", "orderEditBegin"): ("write_order_edits",),
    ("Mutation", "orderEditCommit"): ("write_order_edits",),
    ("Mutation", "orderEditSetQuantity"): ("write_order_edits",),
    ("Mutation", "orderUpdate"): ("write_orders",),
    ("Mutation", "productSet"): ("write_products",),
    ("Mutation", "productVariantsBulkUpdate"): ("write_products",),
    ("Mutation", "publishablePublish"): ("write_publications",),
}
TOPICS: dict[str, str] = {
    "FULFILLMENTS": "read_orders",
    "INVENTORY_LEVELS": "read_inventory",
    "ORDERS": "read_orders",
    "PRODUCTS": "read_products",
    "REFUNDS": "read_orders",
}


def needed_scopes(type_name: str, field_name: str, returned: str) -> tuple[str, ...]:
    """Any one of these opens the field; empty when it is open to all."""
    return FIELDS.get((type_name, field_name)) or TYPES.get(returned, ())


def require(call: Call, field_name: str, any_of: tuple[str, ...]) -> None:
    """Raise Shopify's ACCESS_DENIED error when none of the scopes is granted."""
    if call.scopes.isdisjoint(any_of):
        wanted = " or ".join(f"`{scope}` access scope" for scope in any_of[:2])
        raise GraphQLError(
            f"Access denied for {field_name} field. Required access: {wanted}.",
            extensions={
                "code": "ACCESS_DENIED",
                "documentation": "https://shopify.dev/api/usage/access-scopes",
                "requiredAccess": f"{wanted}.",
            },
        )


def may_subscribe(call: Call, topic: str) -> bool:
    """Whether the app's scopes open this webhook topic."""
    scope = next((need for start, need in TOPICS.items() if topic.startswith(start)), None)
    return scope is None or scope in call.scopes
