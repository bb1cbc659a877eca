"""GraphQL of every store and of partners' stores, one document per constant (`make schema`)."""

API_VERSION = "2026-10"

PAGE = "pageInfo { hasNextPage endCursor }"
VARIANT = """
  id sku title price barcode inventoryQuantity selectedOptions { name value }
  inventoryItem { id tracked requiresShipping }
"""
_PLACED = """
  id name sourceIdentifier cancelledAt closed merchantEditable displayFulfillmentStatus
  lineItems(first: 100) {
    nodes { id sku currentQuantity variant { id } }
    pageInfo { hasNextPage endCursor }
  }
"""
SHIPMENT = """
  id status displayStatus createdAt updatedAt deliveredAt
  trackingInfo(first: 10) { company number url }
  fulfillmentLineItems(first: 50) {
    nodes { quantity lineItem { id sku } }
    pageInfo { hasNextPage endCursor }
  }
"""
_LEVEL = """
  location { id name isActive fulfillsOnlineOrders }
  quantities(names: ["available", "on_hand", "committed", "incoming"]) { name quantity }
"""

# --- both stores ---

SHOP = """
query Shop {
  shop { name myshopifyDomain currencyCode ianaTimezone }
  currentAppInstallation { accessScopes { handle } }
}"""

LOCATIONS = f"""
query Locations($first: Int!, $after: String) {{
  locations(first: $first, after: $after) {{
    nodes {{ id name isActive fulfillsOnlineOrders }}
    {PAGE}
  }}
}}"""

WEBHOOKS = f"""
query Webhooks($first: Int!, $after: String) {{
  webhookSubscriptions(first: $first, after: $after) {{ nodes {{ id topic uri }} {PAGE} }}
}}"""

WEBHOOK_CREATE = """
mutation WebhookCreate($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
    webhookSubscription { id }
    userErrors { field message }
  }
}"""

PRODUCT_VARIANTS = f"""
query ProductVariants($id: ID!, $first: Int!, $after: String) {{
  product(id: $id) {{
    variants(first: $first, after: $after) {{ nodes {{ {VARIANT} }} {PAGE} }}
  }}
}}"""

# --- a partner's store ---

PRODUCTS = f"""
query Products($first: Int!, $after: String, $query: String) {{
  products(first: $first, after: $after, query: $query, sortKey: ID) {{
    nodes {{
      id title handle status vendor productType descriptionHtml tags
      featuredMedia {{ preview {{ image {{ url }} }} }}
      variants(first: 50) {{ nodes {{ {VARIANT} }} {PAGE} }}
    }}
    {PAGE}
  }}
}}"""

STOCK_OF_ITEMS = f"""
query StockOfItems($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on InventoryItem {{
      id sku tracked
      inventoryLevels(first: 10) {{ nodes {{ {_LEVEL} }} {PAGE} }}
    }}
  }}
}}"""

STOCK_OF_ITEM = f"""
query StockOfItem($id: ID!, $first: Int!, $after: String) {{
  inventoryItem(id: $id) {{
    inventoryLevels(first: $first, after: $after) {{ nodes {{ {_LEVEL} }} {PAGE} }}
  }}
}}"""

STOCK_OF_LOCATION = f"""
query StockOfLocation($id: ID!, $first: Int!, $after: String, $query: String) {{
  location(id: $id) {{
    inventoryLevels(first: $first, after: $after, query: $query) {{
      nodes {{ item {{ id sku tracked }} {_LEVEL} }}
      {PAGE}
    }}
  }}
}}"""

ORDER_CREATE = f"""
mutation OrderCreate($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {{
  orderCreate(order: $order, options: $options) {{
    order {{ {_PLACED} }}
    userErrors {{ code field message }}
  }}
}}"""

ORDER_BY_REFERENCE = f"""
query OrderByReference($namespace: String!, $key: String!, $value: String!) {{
  orderByIdentifier(
    identifier: {{ customId: {{ namespace: $namespace, key: $key, value: $value }} }}
  ) {{ {_PLACED} }}
}}"""

ORDERS_BY_REFERENCE = f"""
query OrdersByReference($query: String!) {{
  orders(first: 5, query: $query, sortKey: CREATED_AT) {{ nodes {{ {_PLACED} }} }}
}}"""

ORDER = f"""
query Order($id: ID!) {{
  order(id: $id) {{ {_PLACED} }}
}}"""

ORDER_LINES = f"""
query OrderLines($id: ID!, $first: Int!, $after: String) {{
  order(id: $id) {{
    lineItems(first: $first, after: $after) {{
      nodes {{ id sku currentQuantity variant {{ id }} }}
      {PAGE}
    }}
  }}
}}"""

REFERENCE_DEFINE = """
mutation ReferenceDefine($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) {
    createdDefinition { id }
    userErrors { code field message }
  }
}"""

ORDER_CANCEL = """
mutation OrderCancel($id: ID!, $note: String) {
  orderCancel(
    orderId: $id, reason: OTHER, restock: true, notifyCustomer: false, staffNote: $note
    refundMethod: { originalPaymentMethodsRefund: false }
  ) {
    job { id done }
    orderCancelUserErrors { code field message }
  }
}"""

EDIT_BEGIN = f"""
mutation EditBegin($id: ID!) {{
  orderEditBegin(id: $id) {{
    calculatedOrder {{
      id
      lineItems(first: 250) {{ nodes {{ id quantity variant {{ id }} }} {PAGE} }}
    }}
    userErrors {{ field message }}
  }}
}}"""

EDIT_ADD = """
mutation EditAdd($id: ID!, $variant: ID!, $quantity: Int!) {
  orderEditAddVariant(
    id: $id, variantId: $variant, quantity: $quantity, allowDuplicates: false
  ) {
    calculatedLineItem { id }
    userErrors { field message }
  }
}"""

EDIT_SET = """
mutation EditSet($id: ID!, $line: ID!, $quantity: Int!) {
  orderEditSetQuantity(id: $id, lineItemId: $line, quantity: $quantity, restock: true) {
    calculatedLineItem { id }
    userErrors { field message }
  }
}"""

EDIT_COMMIT = """
mutation EditCommit($id: ID!, $note: String) {
  orderEditCommit(id: $id, notifyCustomer: false, staffNote: $note) {
    order { id }
    userErrors { field message }
  }
}"""

SHIPMENTS_OF_ORDERS = f"""
query ShipmentsOfOrders($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on Order {{ id fulfillments(first: 20) {{ {SHIPMENT} }} }} }}
}}"""

SHIPMENTS_SINCE = f"""
query ShipmentsSince($first: Int!, $after: String, $query: String!) {{
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {{
    nodes {{ id fulfillments(first: 20) {{ {SHIPMENT} }} }}
    {PAGE}
  }}
}}"""

SHIPMENT_LINES = f"""
query ShipmentLines($id: ID!, $first: Int!, $after: String) {{
  fulfillment(id: $id) {{
    fulfillmentLineItems(first: $first, after: $after) {{
      nodes {{ quantity lineItem {{ id sku }} }}
      {PAGE}
    }}
  }}
}}"""
