"""GraphQL of our own store, one document per constant (`make schema`)."""

from integrations.providers.shopify.documents import PAGE, SHIPMENT, VARIANT

_MONEY = "{ shopMoney { amount currencyCode } }"
_ADDRESS = (
    "{ name company address1 address2 city province provinceCode country countryCodeV2 zip phone }"
)
_CHANNEL_LINE = f"""
  id sku name title quantity currentQuantity requiresShipping isGiftCard
  originalUnitPriceSet {_MONEY}
  discountAllocations {{ allocatedAmountSet {_MONEY} }}
  variant {{ id }}
"""

CHANNEL_ORDERS = f"""
query ChannelOrders($first: Int!, $after: String, $query: String!) {{
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    nodes {{
      id name createdAt updatedAt processedAt cancelledAt cancelReason test note currencyCode
      email phone displayFinancialStatus paymentGatewayNames
      totalPriceSet {_MONEY}
      currentTotalPriceSet {_MONEY}
      currentTotalTaxSet {_MONEY}
      totalShippingPriceSet {_MONEY}
      totalRefundedSet {_MONEY}
      shippingLine {{ title code }}
      shippingAddress {_ADDRESS}
      billingAddress {{ name phone }}
      lineItems(first: 50) {{ nodes {{ {_CHANNEL_LINE} }} {PAGE} }}
    }}
    {PAGE}
  }}
}}"""

CHANNEL_ORDER_LINES = f"""
query ChannelOrderLines($id: ID!, $first: Int!, $after: String) {{
  order(id: $id) {{
    lineItems(first: $first, after: $after) {{ nodes {{ {_CHANNEL_LINE} }} {PAGE} }}
  }}
}}"""

PRODUCT_BY_HANDLE = f"""
query ProductByHandle($handle: String!) {{
  productByIdentifier(identifier: {{ handle: $handle }}) {{
    id
    variants(first: 250) {{ nodes {{ id sku }} {PAGE} }}
  }}
}}"""

PRODUCT_SET = f"""
mutation ProductSet($identifier: ProductSetIdentifiers!, $input: ProductSetInput!) {{
  productSet(identifier: $identifier, input: $input, synchronous: true) {{
    product {{
      id title handle status vendor productType descriptionHtml tags
      featuredMedia {{ preview {{ image {{ url }} }} }}
      variants(first: 250) {{ nodes {{ {VARIANT} }} {PAGE} }}
    }}
    userErrors {{ code field message }}
  }}
}}"""

PUBLICATIONS = f"""
query Publications($first: Int!, $after: String) {{
  publications(first: $first, after: $after) {{ nodes {{ id autoPublish }} {PAGE} }}
}}"""

PUBLISH = """
mutation Publish($id: ID!, $input: [PublicationInput!]!) {
  publishablePublish(id: $id, input: $input) { userErrors { field message } }
}"""

OWN_STOCK = """
query OwnStock($ids: [ID!]!, $location: ID!) {
  nodes(ids: $ids) {
    ... on InventoryItem {
      id
      inventoryLevel(locationId: $location) { quantities(names: ["available"]) { name quantity } }
    }
  }
}"""

STOCK_SET = """
mutation StockSet($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id }
    userErrors { code field message }
  }
}"""

FULFILLMENT_ORDERS = f"""
query FulfillmentOrders($id: ID!) {{
  order(id: $id) {{
    fulfillments(first: 50) {{ {SHIPMENT} }}
    fulfillmentOrders(first: 50) {{
      nodes {{
        id status supportedActions {{ action }} assignedLocation {{ location {{ id }} }}
        lineItems(first: 100) {{
          nodes {{ id remainingQuantity lineItem {{ id }} }}
          {PAGE}
        }}
      }}
    }}
  }}
}}"""

FULFILLMENT_CREATE = """
mutation FulfillmentCreate($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id }
    userErrors { field message }
  }
}"""

FULFILLMENTS_OF_ORDER = f"""
query FulfillmentsOfOrder($id: ID!) {{
  order(id: $id) {{ fulfillments(first: 50) {{ {SHIPMENT} }} }}
}}"""
