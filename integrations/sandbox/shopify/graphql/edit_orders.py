"""orderEditBegin, AddVariant, SetQuantity, Commit."""

from dataclasses import dataclass
from typing import Any

from integrations.sandbox.shopify.editing import add_variant, begin_edit, commit_edit, set_quantity
from integrations.sandbox.shopify.gids import gid, number_of
from integrations.sandbox.shopify.models import EditSession, Store
from integrations.sandbox.shopify.orders import ZERO
from integrations.sandbox.shopify.products import Variant
from integrations.sandbox.shopify.refusals import Refusal

from .answers import Payload, done, refused, wanted_id
from .binding import resolves
from .connections import in_order
from .context import Call, Info
from .read_orders import bag


@dataclass(frozen=True)
class EditedLine:
    """A line as the open edit would leave it."""

    line_id: int
    title: str
    sku: str | None
    quantity: int
    before: int
    locked: int
    variant: Variant | None


def edited_lines(store: Store, session: EditSession) -> list[EditedLine]:
    """The order's lines with the staged quantities, then the added ones."""
    lines = []
    for line in store.orders[session.order_id].lines:
        quantity = session.quantities.get(line.id, line.current_quantity)
        variant = store.variant(line.variant_id or 0)
        lines.append(
            EditedLine(
                line.id,
                line.title,
                line.sku,
                quantity,
                line.current_quantity,
                line.fulfilled,
                variant,
            )
        )
    return lines + added_lines(store, session)


def added_lines(store: Store, session: EditSession) -> list[EditedLine]:
    lines = []
    for line_id, (variant_id, quantity) in session.added.items():
        variant = store.variant(variant_id)
        if variant is not None:
            title = store.products[variant.product_id].title
            lines.append(EditedLine(line_id, title, variant.sku, quantity, 0, 0, variant))
    return lines


def _session(call: Call, value: str) -> EditSession:
    number = number_of(value, "CalculatedOrder")
    session = call.store.edits.get(number or 0)
    if session is None:
        raise Refusal("The calculated order does not exist.", field=["id"])
    return session


def _shown(session: EditSession, **more: Any) -> Payload:
    edit = {"id": gid("OrderEditSession", session.id)}
    return done(calculatedOrder=session, orderEditSession=edit, **more)


@resolves("Mutation", "orderEditBegin")
def edit_begin(_: Any, info: Info, id: str) -> Payload:  # noqa: A002
    call: Call = info.context
    order = call.store.orders.get(number_of(id, "Order") or 0)
    if order is None:
        return refused(Refusal("The order does not exist.", field=["id"]))
    try:
        return _shown(begin_edit(call.world, call.store, order))
    except Refusal as exc:
        return refused(exc)


@resolves("Mutation", "orderEditAddVariant")
def edit_add(
    _: Any,
    info: Info,
    id: str,  # noqa: A002
    variantId: str,  # noqa: N803
    quantity: int,
    allowDuplicates: bool = False,  # noqa: N803
    **rest: Any,
) -> Payload:
    call: Call = info.context
    try:
        session = _session(call, id)
        variant_id = wanted_id(variantId, "ProductVariant", ["variantId"])
        line_id = add_variant(
            call.world, call.store, session, variant_id, quantity, allowDuplicates
        )
    except Refusal as exc:
        return refused(exc)
    return _shown(session, calculatedLineItem=_edited_line(call, session, line_id))


@resolves("Mutation", "orderEditSetQuantity")
def edit_set(
    _: Any,
    info: Info,
    id: str,  # noqa: A002
    lineItemId: str,  # noqa: N803
    quantity: int,
    restock: bool | None = None,
) -> Payload:
    call: Call = info.context
    try:
        session = _session(call, id)
        line_id = wanted_id(lineItemId, "CalculatedLineItem", ["lineItemId"])
        set_quantity(call.store, session, line_id, quantity)
    except Refusal as exc:
        return refused(exc)
    return _shown(session, calculatedLineItem=_edited_line(call, session, line_id))


def _edited_line(call: Call, session: EditSession, line_id: int) -> EditedLine:
    return next(one for one in edited_lines(call.store, session) if one.line_id == line_id)


@resolves("Mutation", "orderEditCommit")
def edit_commit(_: Any, info: Info, id: str, **rest: Any) -> Payload:  # noqa: A002
    call: Call = info.context
    try:
        order = commit_edit(call.world, call.store, _session(call, id), call.source)
    except Refusal as exc:
        return refused(exc)
    return done(order=order, successMessages=[])


@resolves("CalculatedOrder", "originalOrder")
def original_order(session: EditSession, info: Info) -> Any:
    return info.context.store.orders[session.order_id]


@resolves("CalculatedOrder", "lineItems", "addedLineItems")
def session_lines(session: EditSession, info: Info, **page: Any) -> Any:
    whole = info.field_name == "lineItems"
    lines = edited_lines if whole else added_lines
    return in_order(lines(info.context.store, session), **page)


@resolves("CalculatedOrder", "subtotalLineItemsQuantity")
def session_quantity(session: EditSession, info: Info) -> int:
    return sum(one.quantity for one in edited_lines(info.context.store, session))


@resolves("CalculatedLineItem", "id")
def edited_line_id(line: EditedLine, info: Info) -> str:
    return gid("CalculatedLineItem", line.line_id)


@resolves("CalculatedLineItem", "editableQuantity", "editableQuantityBeforeChanges")
def editable_quantity(line: EditedLine, info: Info) -> int:
    total = line.quantity if info.field_name == "editableQuantity" else line.before
    return max(0, total - line.locked)


@resolves("CalculatedLineItem", "variantTitle")
def edited_variant_title(line: EditedLine, info: Info) -> str | None:
    return line.variant.title if line.variant else None


@resolves("CalculatedLineItem", "originalUnitPriceSet")
def edited_price(line: EditedLine, info: Info) -> Any:
    return bag(info, line.variant.price if line.variant else ZERO)
