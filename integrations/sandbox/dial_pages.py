"""The page of the failure dials: what is on, and every dial there is, in plain words."""

from typing import Any

from pydantic import ValidationError

from .control import add_dial, clear_dials
from .dial_words import COUNTED, GROUPS, SETTINGS, Words, fired, scope, sentence
from .faults import Dial, Mode
from .messages import Request, Response, redirect
from .render import page
from .stripe.models import TYPES as STRIPE_TYPES
from .world import World

OPERATIONS = (
    *("*", "orderCreate", "orderCancel", "orderEditBegin", "orderEditCommit", "orders", "order"),
    *("orderByIdentifier", "nodes", "products", "productVariants", "inventoryItems", "location"),
    *("productSet", "inventorySetQuantities", "fulfillmentCreate", "webhookSubscriptionCreate"),
    *("token", "PurchaseOrders", "PurchaseOrder", "Inventory", "InventoryDetails"),
    *("access_token", "orders/create", "orders/updated", "orders/cancelled", "orders/edited"),
    *("fulfillments/create", "fulfillments/update", "inventory_levels/update", "app/uninstalled"),
    *("order.create", "order.find", "order.read", "order.status", "order.change", "shipments"),
    *("stock.list", "stock.one", "catalog"),
    *("CheckoutSessions", "CheckoutSession", "LineItems", *STRIPE_TYPES),
)
NAMES = {"every": "every", "times": "how many times", "probability": "chance"}


def dials(world: World, request: Request, error: str = "", status: int = 200) -> Response:
    """GET /dials/: what is set to fail, and a form for each kind of failure."""
    with world.lock:
        stores = [{"domain": one.domain, "name": one.name} for one in world.state.stores.values()]
        stores += [
            {"domain": one.account, "name": f"ERP of {one.company}"}
            for one in world.state.erps.values()
        ]
        stores += [
            {"domain": one.account, "name": one.name} for one in world.state.warehouses.values()
        ]
        stores += [
            {"domain": one.account, "name": f"Stripe of {one.name}"}
            for one in world.state.stripes.values()
        ]
        on = [one.model_copy() for one in world.state.dials]
    names = {one["domain"]: one["name"] for one in stores}
    return page(
        "dials.html",
        status=status,
        title="Failure dials",
        on=[_row(world, dial, names) for dial in reversed(on)],
        groups=_groups(world, {dial.mode for dial in on if not dial.is_spent()}),
        stores=stores,
        operations=OPERATIONS,
        error=error,
        tried=request.form.get("mode", "") if error else "",
        said=request.query.get("said", ""),
    )


def _row(world: World, dial: Dial, names: dict[str, str]) -> dict[str, str]:
    store = "all stores" if dial.shop == "*" else names.get(dial.shop, dial.shop)
    return {
        "id": str(dial.id),
        "mode": dial.mode.value,
        "sentence": sentence(dial, world.config.hold_seconds),
        "scope": scope(dial, store),
        "fired": fired(dial),
        "spent": "yes" if dial.is_spent() else "",
    }


def _groups(world: World, on: set[Mode]) -> list[dict[str, Any]]:
    return [
        {
            "key": group.key,
            "title": group.title,
            "note": group.note,
            "dials": [_kind(world, mode, words, on) for mode, words in group.modes.items()],
        }
        for group in GROUPS
    ]


def _kind(world: World, mode: Mode, words: Words, on: set[Mode]) -> dict[str, Any]:
    usual = Dial(mode=mode, hold_seconds=world.config.hold_seconds)
    said = sentence(usual, world.config.hold_seconds)
    return {
        "mode": mode.value,
        "sentence": said.removesuffix(" It has happened."),
        "times": str(words.times),
        "is_on": "yes" if mode in on else "",
        "settings": [_setting(name, usual) for name in words.settings],
    }


def _setting(name: str, usual: Dial) -> dict[str, Any]:
    setting, value = SETTINGS[name], getattr(usual, name)
    shown = str(value).lower() if setting.is_flag else str(value)
    if isinstance(value, float):
        shown = f"{value:g}"
    return {
        "name": name,
        "label": setting.label,
        "choices": [
            {"value": key, "label": label, "is_usual": "yes" if key == shown else ""}
            for key, label in setting.choices.items()
        ],
        "low": setting.low,
        "high": setting.high,
        "step": setting.step,
        "value": shown,
    }


def change_dials(world: World, request: Request) -> Response:
    """POST /dials/: turn one on, one off, or all off."""
    form = request.form
    if "clear" in form:
        clear_dials(world, int(form["clear"]) if form["clear"].isdecimal() else None)
        return redirect("/dials/")
    given = {name: value for name, value in form.items() if value != ""}
    try:
        dial = add_dial(world, given)
    except ValidationError as exc:
        wrong = dict.fromkeys(_name(str(error["loc"][0])) for error in exc.errors())
        return dials(world, request, error=f"Check these values: {', '.join(wrong)}.", status=400)
    return redirect(f"/dials/#dial-{dial.id}")


def _name(setting: str) -> str:
    if setting in COUNTED:
        return NAMES[setting]
    return SETTINGS[setting].label.lower() if setting in SETTINGS else setting
