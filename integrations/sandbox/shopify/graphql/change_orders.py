"""orderCreate, orderUpdate, orderCancel, tags, custom-id definitions."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from graphql import GraphQLError

from integrations.sandbox.faults import Mode
from integrations.sandbox.shopify.gids import gid, number_of
from integrations.sandbox.shopify.models import MetafieldDefinition
from integrations.sandbox.shopify.orders import ZERO, Address, Metafield, Order
from integrations.sandbox.shopify.products import Product
from integrations.sandbox.shopify.refusals import Refusal
from integrations.sandbox.shopify.selling import (
    BYPASS,
    WantedLine,
    WantedOrder,
    cancel_order,
    place_order,
    touch,
)

from .answers import Payload, amount, done, refused, wanted_id
from .binding import resolves
from .context import Call, Info
from .order_lies import a_stranger, as_their_system_has_it
from .read_nodes import find_node

MOST_LINES = 250


@resolves("Mutation", "orderCreate")
def order_create(
    _: Any,
    info: Info,
    order: dict[str, Any],
    options: dict[str, Any] | None = None,
) -> Payload:
    call: Call = info.context
    try:
        wanted = _wanted_order(call, order)
        wanted.inventory = (options or {}).get("inventoryBehaviour", BYPASS)
        wanted = as_their_system_has_it(call, wanted)
        made = place_order(call.world, call.store, wanted, call.source)
    except Refusal as exc:
        return refused(exc)
    return done(order=a_stranger(call) if call.is_hit_by(Mode.STRANGER_ANSWER) else made)


def _wanted_order(call: Call, given: dict[str, Any]) -> WantedOrder:
    currency = given.get("currency") or call.store.currency
    if currency != call.store.currency:
        raise Refusal("Currency must be the shop's currency here", field=["order", "currency"])
    code, discount, free_shipping = _discount(given)
    title, price = _shipping(given)
    first, last, email, phone = _customer(given)
    return WantedOrder(
        lines=_lines(given.get("lineItems") or []),
        email=given.get("email") or email,
        phone=given.get("phone") or phone,
        first_name=first,
        last_name=last,
        shipping_address=read_address(given.get("shippingAddress")),
        billing_address=read_address(given.get("billingAddress")),
        financial_status=given.get("financialStatus") or "PENDING",
        discount_code=code,
        discount=discount,
        shipping_title=title,
        shipping_price=ZERO if free_shipping else price,
        tags=sorted(set(given.get("tags") or [])),
        note=given.get("note"),
        attributes=[(one["key"], one["value"]) for one in given.get("customAttributes") or []],
        metafields=[_metafield(call, one) for one in given.get("metafields") or []],
        po_number=given.get("poNumber"),
        source_identifier=given.get("sourceIdentifier"),
        source_name=given.get("sourceName") or call.installation.client_id,
        source_url=given.get("sourceUrl"),
        processed_at=_moment(given.get("processedAt")),
        test=bool(given.get("test")),
        client_id=call.installation.client_id,
    )


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError as exc:
        field = ["order", "processedAt"]
        raise Refusal("Processed at is invalid", "PROCESSED_AT_INVALID", field) from exc


def _lines(given: list[dict[str, Any]]) -> list[WantedLine]:
    if len(given) > MOST_LINES:
        raise GraphQLError(
            f"The input array size of {len(given)} is greater than the maximum of {MOST_LINES}.",
            extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"},
        )
    return [_line(one, ["order", "lineItems", str(place)]) for place, one in enumerate(given)]


def _line(given: dict[str, Any], path: list[str]) -> WantedLine:
    variant_id = given.get("variantId")
    number = wanted_id(variant_id, "ProductVariant", [*path, "variantId"]) if variant_id else None
    return WantedLine(
        quantity=given["quantity"],
        variant_id=number,
        title=given.get("title"),
        sku=given.get("sku"),
        price=_shop_money(given.get("priceSet"), [*path, "priceSet"]),
        requires_shipping=bool(given.get("requiresShipping")),
        gift_card=bool(given.get("giftCard")),
        taxable=bool(given.get("taxable", True)),
        properties=[(one["name"], one["value"]) for one in given.get("properties") or []],
    )


def _shop_money(given: dict[str, Any] | None, path: list[str]) -> Decimal | None:
    return amount(given["shopMoney"]["amount"], path) if given else None


def _shipping(given: dict[str, Any]) -> tuple[str | None, Decimal]:
    lines = given.get("shippingLines") or []
    if not lines:
        return None, ZERO
    prices = [_shop_money(one.get("priceSet"), ["order", "shippingLines"]) for one in lines]
    return str(lines[0]["title"]), sum((price or ZERO for price in prices), ZERO)


def _discount(given: dict[str, Any]) -> tuple[str | None, Decimal, bool]:
    """Code, amount off, whether shipping is free."""
    discount = given.get("discountCode") or {}
    path = ["order", "discountCode"]
    if fixed := discount.get("itemFixedDiscountCode"):
        return fixed["code"], _shop_money(fixed.get("amountSet"), path) or ZERO, False
    if share := discount.get("itemPercentageDiscountCode"):
        lines = _lines(given.get("lineItems") or [])
        total = sum(((one.price or ZERO) * one.quantity for one in lines), ZERO)
        percent = Decimal(str(share.get("percentage") or 0))
        return share["code"], (total * percent / 100).quantize(Decimal("0.01")), False
    if free := discount.get("freeShippingDiscountCode"):
        return free["code"], ZERO, True
    return None, ZERO, False


def _customer(given: dict[str, Any]) -> tuple[str, str, str | None, str | None]:
    person = (given.get("customer") or {}).get("toUpsert") or {}
    first, last = person.get("firstName") or "", person.get("lastName") or ""
    return first, last, person.get("email"), person.get("phone")


def read_address(given: dict[str, Any] | None) -> Address | None:
    """An address from MailingAddressInput."""
    if given is None:
        return None
    return Address(
        first_name=given.get("firstName"),
        last_name=given.get("lastName"),
        company=given.get("company"),
        address1=given.get("address1"),
        address2=given.get("address2"),
        city=given.get("city"),
        province_code=given.get("provinceCode"),
        country_code=given.get("countryCode"),
        zip=given.get("zip"),
        phone=given.get("phone"),
    )


def _metafield(call: Call, given: dict[str, Any]) -> Metafield:
    key = (given.get("namespace") or "", given.get("key") or "")
    types = [one.type for one in call.store.definitions if (one.namespace, one.key) == key]
    if not types and not given.get("type"):
        raise Refusal("Type can't be blank", field=["order", "metafields"])
    return Metafield(
        id=call.world.new_id(),
        namespace=key[0],
        key=key[1],
        value=str(given.get("value") or ""),
        type=given.get("type") or types[0],
    )


@resolves("Mutation", "orderUpdate")
def order_update(_: Any, info: Info, input: dict[str, Any]) -> Payload:  # noqa: A002
    call: Call = info.context
    order = call.store.orders.get(number_of(input["id"], "Order") or 0)
    if order is None:
        return refused(Refusal("Order does not exist", field=["id"]))
    for theirs, ours in {"email": "email", "phone": "phone", "note": "note"}.items():
        if theirs in input:
            setattr(order, ours, input[theirs])
    if "poNumber" in input:
        order.po_number = input["poNumber"]
    if "tags" in input:
        order.tags = sorted(set(input["tags"] or []))
    if "customAttributes" in input:
        order.attributes = [(one["key"], one["value"]) for one in input["customAttributes"] or []]
    if "shippingAddress" in input:
        order.shipping_address = read_address(input["shippingAddress"])
    _tell_update(call, order, f"fields {', '.join(sorted(set(input) - {'id'}))}")
    return done(order=order)


def _tell_update(call: Call, order: Order, what: str) -> None:
    summary = f"{order.name}: {what} changed by {call.source}"
    call.world.record("order_updated", call.store.domain, order.name, summary, order_id=order.id)
    touch(call.world, call.store, order)


@resolves("Mutation", "orderCancel")
def order_cancel(
    _: Any,
    info: Info,
    orderId: str,  # noqa: N803
    reason: str,
    restock: bool,
    **rest: Any,
) -> Payload:
    call: Call = info.context
    order = call.store.orders.get(number_of(orderId, "Order") or 0)
    errors = "orderCancelUserErrors"
    if order is None:
        missing = Refusal("Order does not exist", "NOT_FOUND", ["orderId"])
        return {"userErrors": [], **refused(missing, errors)}
    try:
        cancel_order(call.world, call.store, order, reason, restock, call.source)
    except Refusal as exc:
        return refused(exc, errors)
    job = {"id": f"gid://shopify/Job/{call.world.new_id()}", "done": True}
    return {"job": job, errors: []}


@resolves("Mutation", "tagsAdd", "tagsRemove")
def tags_change(_: Any, info: Info, id: str, tags: list[str]) -> Payload:  # noqa: A002
    call: Call = info.context
    node = find_node(call, id)
    if not isinstance(node, Order | Product):
        return refused(Refusal("Resource does not exist", field=["id"]))
    scope = "write_orders" if isinstance(node, Order) else "write_products"
    if scope not in call.scopes:
        raise GraphQLError(
            f"Access denied for {info.field_name} field. Required access: `{scope}` access scope.",
            extensions={"code": "ACCESS_DENIED"},
        )
    kept = set(node.tags) - set(tags)
    node.tags = sorted(kept | set(tags) if info.field_name == "tagsAdd" else kept)
    if isinstance(node, Order):
        _tell_update(call, node, "tags")
    return done(node=node)


@resolves("Mutation", "metafieldDefinitionCreate")
def define_metafield(_: Any, info: Info, definition: dict[str, Any]) -> Payload:
    call: Call = info.context
    namespace, key = definition.get("namespace") or "", definition["key"]
    owner = definition["ownerType"]
    for one in call.store.definitions:
        if (one.owner_type, one.namespace, one.key) == (owner, namespace, key):
            message = (
                f"Key is in use for {owner.title()} metafields on the '{namespace}' namespace."
            )
            return refused(Refusal(message, "TAKEN", ["definition", "key"]))
    unique = (definition.get("capabilities") or {}).get("uniqueValues") or {}
    made = MetafieldDefinition(
        id=call.world.new_id(),
        owner_type=owner,
        namespace=namespace,
        key=key,
        type=definition["type"],
        name=definition["name"],
        unique=definition["type"] == "id" or bool(unique.get("enabled")),
    )
    call.store.definitions.append(made)
    shown = {
        "id": gid("MetafieldDefinition", made.id),
        "name": made.name,
        "namespace": namespace,
        "key": key,
        "ownerType": owner,
        "type": {"name": made.type, "category": "ID"},
    }
    return done(createdDefinition=shown)
