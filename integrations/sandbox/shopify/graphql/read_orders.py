"""Orders and their lines."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from integrations.sandbox.faults import Mode
from integrations.sandbox.shopify.editing import edit_obstacles
from integrations.sandbox.shopify.gids import gid, number_of
from integrations.sandbox.shopify.orders import ZERO, Address, Order, Refund
from integrations.sandbox.shopify.places import country_name, province_name
from integrations.sandbox.shopify.selling import find_by_metafield

from .binding import resolves
from .connections import connection, in_order
from .context import Call, Info
from .order_lies import a_stranger
from .search import Getter, fits, parse_query


def _status(order: Order) -> list[str]:
    state = "cancelled" if order.cancelled_at else "closed" if order.closed_at else "open"
    return [state, "any", "not_closed"] if state == "open" else [state, "any"]


ORDER_FILTERS: dict[str, Getter] = {
    "": lambda order: f"{order.name} {order.email} {order.note} {order.po_number}",
    "id": lambda order: order.id,
    "name": lambda order: [order.name, order.name.lstrip("#")],
    "source_identifier": lambda order: order.source_identifier,
    "po_number": lambda order: order.po_number,
    "tag": lambda order: order.tags,
    "email": lambda order: order.email,
    "sku": lambda order: [line.sku or "" for line in order.lines],
    "status": _status,
    "financial_status": lambda order: order.financial_status,
    "fulfillment_status": lambda order: order.fulfillment_status,
    "test": lambda order: str(order.test),
    "created_at": lambda order: order.created_at,
    "updated_at": lambda order: order.updated_at,
    "processed_at": lambda order: order.processed_at,
}
ORDER_SORTS: dict[str, Getter] = {
    "ID": lambda order: order.id,
    "CREATED_AT": lambda order: (order.created_at.isoformat(), order.id),
    "UPDATED_AT": lambda order: (order.updated_at.isoformat(), order.id),
    "PROCESSED_AT": lambda order: (order.processed_at.isoformat(), order.id),
    "ORDER_NUMBER": lambda order: order.number,
}


@resolves("QueryRoot", "orders")
def resolve_orders(
    _: Any,
    info: Info,
    query: str | None = None,
    sortKey: str = "PROCESSED_AT",  # noqa: N803
    **page: Any,
) -> Any:
    call: Call = info.context
    terms = parse_query(query)
    if call.is_hit_by(Mode.STRANGER_FOUND):
        a_stranger(call)
        terms = []
    indexed = call.world.now() - timedelta(seconds=call.search_lag_seconds)
    every = [one for one in call.store.orders.values() if one.created_at <= indexed]
    found = [one for one in every if fits(one, terms, ORDER_FILTERS)]
    return connection(found, key=ORDER_SORTS.get(sortKey, ORDER_SORTS["ID"]), **page)


@resolves("QueryRoot", "orderByIdentifier")
def resolve_by_identifier(_: Any, info: Info, identifier: dict[str, Any]) -> Any:
    call: Call = info.context
    if call.is_hit_by(Mode.STRANGER_FOUND):
        return a_stranger(call)
    if "id" in identifier:
        return call.store.orders.get(number_of(identifier["id"], "Order") or 0)
    custom = identifier["customId"]
    namespace = custom.get("namespace") or ""
    return find_by_metafield(call.store, namespace, custom["key"], custom["value"])


def bag(info: Info, amount: Decimal) -> dict[str, Any]:
    """Shop and presentment money, both in the store's currency."""
    one = {"amount": f"{amount:.2f}", "currencyCode": info.context.store.currency}
    return {"shopMoney": one, "presentmentMoney": one}


ORDER_MONEY: dict[str, Getter] = {
    "subtotalPriceSet": lambda order: order.subtotal,
    "totalPriceSet": lambda order: order.total,
    "originalTotalPriceSet": lambda order: order.total,
    "totalTaxSet": lambda order: ZERO,
    "currentTotalTaxSet": lambda order: ZERO,
    "totalDiscountsSet": lambda order: order.discounts,
    "currentTotalDiscountsSet": lambda order: order.discounts,
    "totalShippingPriceSet": lambda order: order.shipping_price,
    "totalOutstandingSet": lambda order: order.outstanding,
    "totalReceivedSet": lambda order: order.received + order.refunded,
    "netPaymentSet": lambda order: order.received,
    "totalRefundedSet": lambda order: order.refunded,
    "currentSubtotalPriceSet": lambda order: order.current_subtotal,
    "currentTotalPriceSet": lambda order: order.current_total,
}
ORDER_FIELDS: dict[str, Getter] = {
    "closed": lambda order: order.closed_at is not None,
    "confirmed": lambda order: True,
    "currencyCode": lambda order: order.currency,
    "presentmentCurrencyCode": lambda order: order.currency,
    "displayFinancialStatus": lambda order: order.financial_status,
    "displayFulfillmentStatus": lambda order: order.display_status,
    "fullyPaid": lambda order: order.outstanding <= 0,
    "unpaid": lambda order: order.received == 0,
    "merchantEditable": lambda order: not edit_obstacles(order),
    "merchantEditableErrors": edit_obstacles,
    "requiresShipping": lambda order: any(line.requires_shipping for line in order.lines),
    "taxesIncluded": lambda order: False,
    "taxLines": lambda order: [],
    "discountCodes": lambda order: [order.discount_code] if order.discount_code else [],
    "paymentGatewayNames": lambda order: [order.gateway] if order.gateway else [],
    "customAttributes": lambda order: [{"key": k, "value": v} for k, v in order.attributes],
    "subtotalLineItemsQuantity": lambda order: sum(line.quantity for line in order.lines),
    "currentSubtotalLineItemsQuantity": lambda order: sum(
        line.current_quantity for line in order.lines
    ),
}


@resolves("Order", *ORDER_MONEY)
def order_money(order: Order, info: Info) -> Any:
    return bag(info, ORDER_MONEY[info.field_name](order))


@resolves("Order", *ORDER_FIELDS)
def order_field(order: Order, info: Info, **_: Any) -> Any:
    return ORDER_FIELDS[info.field_name](order)


@resolves("Order", "refunds")
def order_refunds(order: Order, info: Info, first: int | None = None) -> Any:
    return order.refunds[:first]


@resolves("Refund", "totalRefundedSet")
def refund_total(refund: Refund, info: Info) -> Any:
    return bag(info, refund.amount)


@resolves("Order", "statusPageUrl")
def status_page(order: Order, info: Info) -> str:
    call: Call = info.context
    return f"{call.world.url}/stores/{call.store.domain}/orders/{order.token}/"


@resolves("Order", "lineItems")
def order_lines(order: Order, info: Info, **page: Any) -> Any:
    return in_order(order.lines, **page)


@resolves("Order", "customer")
def order_customer(order: Order, info: Info) -> Any:
    return info.context.store.customers.get(order.customer_email or "")


@resolves("Customer", "displayName")
def customer_name(customer: Any, info: Info) -> str:
    return f"{customer.first_name} {customer.last_name}".strip()


@resolves("Customer", "defaultEmailAddress")
def customer_email(customer: Any, info: Info) -> Any:
    return {"emailAddress": customer.email}


@resolves("Customer", "defaultPhoneNumber")
def customer_phone(customer: Any, info: Info) -> Any:
    return {"phoneNumber": customer.phone} if customer.phone else None


@resolves("Customer", "updatedAt")
def customer_updated(customer: Any, info: Info) -> Any:
    return customer.created_at


@resolves("Order", "shippingAddress", "billingAddress")
def order_address(order: Order, info: Info) -> Any:
    shipping = info.field_name == "shippingAddress"
    address = order.shipping_address if shipping else order.billing_address
    return _address(order, address) if address else None


def _address(order: Order, address: Address) -> dict[str, Any]:
    country, province = address.country_code, address.province_code
    town = " ".join(part for part in (address.city, province, address.zip) if part)
    lines = [address.company, address.address1, address.address2, town, country_name(country)]
    return {
        "id": f"gid://shopify/MailingAddress/{order.id}?model_name=Address",
        "firstName": address.first_name,
        "lastName": address.last_name,
        "name": address.name or None,
        "company": address.company,
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "province": province_name(country, province),
        "provinceCode": province,
        "country": country_name(country),
        "countryCodeV2": country,
        "zip": address.zip,
        "phone": address.phone,
        "formatted": [line for line in lines if line],
    }


@resolves("Order", "metafield")
def order_metafield(order: Order, info: Info, key: str, namespace: str | None = None) -> Any:
    wanted = (namespace or "", key)
    return next((one for one in order.metafields if (one.namespace, one.key) == wanted), None)


@resolves("Order", "metafields")
def order_metafields(order: Order, info: Info, namespace: str | None = None, **page: Any) -> Any:
    found = [one for one in order.metafields if namespace in (None, one.namespace)]
    return connection(found, **page)


def _shipping_line(order: Order, info: Info) -> Any:
    return {
        "id": gid("ShippingLine", order.shipping_id),
        "title": order.shipping_title,
        "code": order.shipping_title,
        "source": "shopify",
        "custom": False,
        "isRemoved": False,
        "originalPriceSet": bag(info, order.shipping_price),
        "discountedPriceSet": bag(info, order.shipping_price),
    }


@resolves("Order", "shippingLine")
def order_shipping_line(order: Order, info: Info) -> Any:
    return _shipping_line(order, info) if order.shipping_title else None


@resolves("Order", "shippingLines")
def order_shipping_lines(order: Order, info: Info, **page: Any) -> Any:
    lines = [_shipping_line(order, info)] if order.shipping_title else []
    return in_order(lines, **page)


def discount_shown(order: Order, info: Info) -> dict[str, Any]:
    """The order's one discount: of its code, or given by hand."""
    return {
        "__typename": "DiscountCodeApplication"
        if order.discount_code
        else "ManualDiscountApplication",
        "allocationMethod": "ACROSS",
        "index": 0,
        "targetSelection": "ALL",
        "targetType": "LINE_ITEM",
        "value": {"__typename": "MoneyV2"} | bag(info, order.discounts)["shopMoney"],
        "code": order.discount_code,
        "title": "Discount",
    }


@resolves("Order", "discountApplications")
def order_discounts(order: Order, info: Info, **page: Any) -> Any:
    return in_order([discount_shown(order, info)] if order.discounts else [], **page)
