"""inventorySetQuantities and inventoryActivate, with @idempotent keys."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from graphql import GraphQLError
from graphql.execution.values import get_directive_values

from integrations.sandbox.shopify.gids import gid, number_of
from integrations.sandbox.shopify.refusals import Refusal
from integrations.sandbox.shopify.stock import (
    Change,
    Target,
    announce_level,
    level_of,
    set_quantities,
)

from .answers import Payload, done, refused
from .binding import resolves
from .connections import MOST
from .context import Call, Info
from .read_inventory import shelf_of
from .read_nodes import Item


def idempotent(info: Info, variables: dict[str, Any], act: Callable[[], Payload]) -> Payload:
    """Answer a known key as before; refuse a known key with other variables.

    Only successes are remembered. Raises GraphQLError when the directive is missing, which
    Shopify requires at run time since 2026-04.
    """
    call: Call = info.context
    key = _key(info)
    digest = hashlib.sha256(json.dumps(variables, sort_keys=True).encode()).hexdigest()
    known = call.installation.idempotency.get(key)
    if known is not None and known[0] != digest:
        message = "The same idempotency key was used with different parameters."
        return refused(Refusal(message, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"))
    if known is not None:
        return dict(json.loads(known[1]))
    payload = act()
    if not payload["userErrors"]:
        call.installation.idempotency[key] = (digest, json.dumps(payload))
    return payload


def _key(info: Info) -> str:
    directive = info.schema.get_directive("idempotent")
    if directive is None:
        raise LookupError("The schema lost @idempotent")
    found = get_directive_values(directive, info.field_nodes[0], info.variable_values)
    key = str((found or {}).get("key", "")).strip()
    if not key:
        raise GraphQLError(
            "The @idempotent directive is required for this mutation but was not provided.",
            extensions={"code": "BAD_REQUEST"},
        )
    return key


@resolves("Mutation", "inventorySetQuantities")
def inventory_set(_: Any, info: Info, input: dict[str, Any]) -> Payload:  # noqa: A002
    _check_arguments(input["quantities"])
    return idempotent(info, input, lambda: _set(info.context, input))


def _check_arguments(quantities: list[dict[str, Any]]) -> None:
    if len(quantities) > MOST:
        raise GraphQLError(
            f"The input array size of {len(quantities)} is greater than the maximum of {MOST}.",
            extensions={"code": "MAX_INPUT_SIZE_EXCEEDED"},
        )
    if any("changeFromQuantity" not in one for one in quantities):
        raise GraphQLError(
            "InventoryQuantityInput must include the following argument: changeFromQuantity.",
            extensions={"code": "INVALID_FIELD_ARGUMENTS"},
        )


def _set(call: Call, given: dict[str, Any]) -> Payload:
    targets = [
        Target(
            variant=call.store.variant_of_item(
                number_of(one["inventoryItemId"], "InventoryItem") or 0
            ),
            location_id=number_of(one["locationId"], "Location"),
            quantity=one["quantity"],
            change_from=one["changeFromQuantity"],
        )
        for one in given["quantities"]
    ]
    try:
        changes = set_quantities(
            call.world, call.store, given["name"], given["reason"], targets, call.source
        )
    except Refusal as exc:
        return refused(exc)
    return done(inventoryAdjustmentGroup=_group(call, given, changes))


def _group(call: Call, given: dict[str, Any], changes: list[Change]) -> Payload:
    """Plain data only: it is remembered with the idempotency key."""
    return {
        "id": gid("InventoryAdjustmentGroup", call.world.new_id()),
        "createdAt": call.world.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "reason": given["reason"],
        "referenceDocumentUri": given.get("referenceDocumentUri"),
        "changes": [
            {
                "name": change.name,
                "delta": change.delta,
                "quantityAfterChange": change.after,
                "item_id": change.variant.item_id,
                "location_id": change.location_id,
            }
            for change in changes
            if change.delta
        ],
    }


@resolves("InventoryChange", "item")
def change_item(change: Payload, info: Info) -> Item | None:
    variant = info.context.store.variant_of_item(change["item_id"])
    return Item(variant) if variant else None


@resolves("InventoryChange", "location")
def change_location(change: Payload, info: Info) -> Any:
    return info.context.store.location(change["location_id"])


@resolves("Mutation", "inventoryActivate")
def inventory_activate(
    _: Any,
    info: Info,
    inventoryItemId: str,  # noqa: N803
    locationId: str,  # noqa: N803
    available: int | None = None,
) -> Payload:
    given = {"item": inventoryItemId, "location": locationId, "available": available}
    return idempotent(info, given, lambda: _activate(info.context, given))


def _activate(call: Call, given: dict[str, Any]) -> Payload:
    variant = call.store.variant_of_item(number_of(given["item"], "InventoryItem") or 0)
    place = number_of(given["location"], "Location") or 0
    if variant is None or call.store.location(place) is None:
        return refused(Refusal("The specified inventory item or location could not be found."))
    if given["available"] is not None and place in variant.levels:
        message = "Not allowed to set available quantity when the item is already active."
        return refused(Refusal(message, field=["available"]))
    level = level_of(call.world, variant, place)
    level.available = given["available"] or level.available
    announce_level(call.world, call.store, variant, place)
    return done(shelf=[variant.item_id, place])


@resolves("InventoryActivatePayload", "inventoryLevel")
def activated_level(payload: Payload, info: Info) -> Any:
    if "shelf" not in payload:
        return None
    item_number, place = payload["shelf"]
    variant = info.context.store.variant_of_item(item_number)
    return shelf_of(info.context.store, variant, place) if variant else None
