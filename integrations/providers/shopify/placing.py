"""Orders we place in a partner's store: create, find by our reference, cancel, change."""

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.errors import (
    BadResponse,
    Duplicate,
    NotAuthorized,
    ProviderError,
    Rejected,
    Retryable,
    TooLittleStock,
    Unconfirmed,
)
from integrations.providers.shopify import documents
from integrations.providers.shopify.graphql import (
    GraphQL,
    Unanswerable,
    UserErrors,
    next_cursor,
    shaped,
)
from integrations.providers.shopify.values import gid, need_gid, quoted, rows, text, whole
from integrations.types import Address, OrderToPlace, PlacedLine, PlacedOrder

Node = Mapping[str, Any]
TAG = "crossdock"
METAFIELD = {"namespace": "crossdock", "key": "reference"}
# The metafield's definition: with it Shopify finds an order by our reference without its search
# (which lags) and refuses a second order with the same one.
DEFINITION = {
    **METAFIELD,
    "name": "Crossdock reference",
    "type": "id",
    "ownerType": "ORDER",
    "capabilities": {"uniqueValues": {"enabled": True}},
}
OPTIONS = {
    "inventoryBehaviour": "DECREMENT_OBEYING_POLICY",
    "sendReceipt": False,
    "sendFulfillmentReceipt": False,
}
MOST_LINES = 250


class Orders:
    """The orders of one partner's store that carry our references."""

    def __init__(self, graph: GraphQL, account: str) -> None:
        self.graph, self.account = graph, account

    def define_reference(self) -> None:
        """Make our reference a unique id of orders there; harmless if it is one already."""
        try:
            self.graph.write(documents.REFERENCE_DEFINE, definition=DEFINITION)
        except UserErrors as refusal:
            if not refusal.has("TAKEN"):
                raise

    def place(self, order: OrderToPlace) -> PlacedOrder:
        """Create the order and claim its stock. Raises Duplicate if the reference is there."""
        content = order_input(order)
        try:
            payload = self.graph.write(
                documents.ORDER_CREATE, order.reference, order=content, options=OPTIONS
            )
        except UserErrors as refusal:
            failure = _explain(refusal)
        else:
            with shaped(after_write=True):
                return self._read(payload["order"])
        raise failure

    def find(self, reference: str) -> PlacedOrder | None:
        """By the unique id first, then by search; a hit counts only with this very reference."""
        with shaped():
            try:
                node = self.graph.read(
                    documents.ORDER_BY_REFERENCE, reference, value=reference, **METAFIELD
                )["orderByIdentifier"]
            except (Unanswerable, Rejected):  # the id is not defined in this store
                node = None
            if not _carries(node, reference):
                node = self._search(reference)
            return self._read(node) if node else None

    def _search(self, reference: str) -> Node | None:
        query = f"source_identifier:{quoted(reference)}"
        found = self.graph.read(documents.ORDERS_BY_REFERENCE, reference, query=query)
        nodes = rows(found["orders"]["nodes"], "orders")
        hits = [node for node in nodes if _carries(node, reference)]
        if nodes and not hits:  # the filter was ignored: ours may stand behind these
            raise BadResponse(f"{self.account} searched for {reference} and found other orders.")
        live = [node for node in hits if node["cancelledAt"] is None]
        return next(iter(live or hits), None)

    def get(self, external_id: str) -> PlacedOrder:
        """The order as it is now. Raises Rejected if it is gone."""
        with shaped():
            node = self.graph.read(documents.ORDER, external_id, id=external_id)["order"]
            if not node:
                raise Rejected(f"{self.account} does not have this order any more.")
            return self._read(node)

    def cancel(self, external_id: str, reason: str) -> PlacedOrder:
        """Ask for cancellation of the whole; it is done there a moment later."""
        try:
            self.graph.write(
                documents.ORDER_CANCEL,
                external_id,
                errors="orderCancelUserErrors",
                id=external_id,
                note=reason[:255],
            )
        except UserErrors as problem:
            refusal = problem
        else:
            return self._read_back(external_id)
        order = self.get(external_id)
        if order.status == "canceled":
            return order
        raise refusal

    def append(self, external_id: str, lines: Sequence[PlacedLine], reference: str) -> PlacedOrder:
        """Set each variant to its absolute quantity; nothing is saved there before the commit."""
        with shaped():
            session = self._prepare(external_id, lines)
        if session:
            note = f"Crossdock {reference}"
            self.graph.write(documents.EDIT_COMMIT, reference, id=session, note=note)
            return self._read_back(external_id)
        return self.get(external_id)

    def _prepare(self, external_id: str, lines: Sequence[PlacedLine]) -> str:
        """Stage the changes; the session's id, or "" if the order already is as wanted."""
        order = self._stage(documents.EDIT_BEGIN, id=external_id)["calculatedOrder"]
        if next_cursor(order["lineItems"]):
            raise Rejected(f"The order has over {MOST_LINES} lines: it takes no more.")
        there: dict[str, list[Node]] = {}
        for node in rows(order["lineItems"]["nodes"], "order lines"):
            if node["variant"]:
                there.setdefault(text(node["variant"]["id"]), []).append(node)
        session, changes = text(order["id"]), 0
        for line in lines:
            changes += self._set(session, line, there.get(line.external_id, []))
        return session if changes else ""

    def _set(self, session: str, line: PlacedLine, there: Sequence[Node]) -> int:
        """Stage one variant; how many changes that took. Doubled lines are folded into one."""
        wanted = [line.quantity] + [0] * (len(there) - 1)
        changed = 0
        for known, quantity in zip(there, wanted, strict=False):
            if known["quantity"] != quantity:
                self._stage(documents.EDIT_SET, id=session, line=known["id"], quantity=quantity)
                changed += 1
        if not there and line.quantity:
            variant = line.external_id
            self._stage(documents.EDIT_ADD, id=session, variant=variant, quantity=line.quantity)
            changed += 1
        return changed

    def _stage(self, document: str, **variables: Any) -> Node:
        """A step before the commit: if its answer is lost, nothing has happened."""
        try:
            return self.graph.write(document, **variables)
        except Unconfirmed:
            pass
        raise Retryable(f"{self.account} broke off while its order was being edited.")

    def _read_back(self, external_id: str) -> PlacedOrder:
        """The order after a change that went through: if it cannot be read, ask again later."""
        try:
            return self.get(external_id)
        except NotAuthorized:
            raise
        except ProviderError as problem:
            failure = problem
        raise Unconfirmed(f"The change was made, but the order could not be read. {failure}")

    def _read(self, node: Node) -> PlacedOrder:
        lines = node["lineItems"]
        if next_cursor(lines) is None:
            found = rows(lines["nodes"], "order lines")
        else:
            pages = self.graph.pages(
                documents.ORDER_LINES, "order.lineItems", MOST_LINES, id=node["id"]
            )
            found = [line for page in pages for line in page]
        fulfilled = text(node["displayFulfillmentStatus"]).lower()
        return PlacedOrder(
            external_id=need_gid("Order", node["id"]),
            reference=text(node["sourceIdentifier"]),
            account=self.account,
            number=text(node["name"]),
            status="canceled" if node["cancelledAt"] else fulfilled,
            lines=tuple(_line(one) for one in found if one["currentQuantity"]),
            is_open=_takes_lines(node, fulfilled),
        )


def order_input(order: OrderToPlace) -> dict[str, Any]:
    """What orderCreate takes: our reference in every field that can be searched."""
    content: dict[str, Any] = {
        "currency": order.currency,
        "financialStatus": "PENDING",
        "sourceIdentifier": order.reference,
        "poNumber": order.reference,
        "tags": [TAG, order.reference],
        "metafields": [{**METAFIELD, "type": "id", "value": order.reference}],
        "lineItems": [
            {
                "variantId": line.external_id,
                "quantity": line.quantity,
                "requiresShipping": True,
                "priceSet": {
                    "shopMoney": {
                        "amount": str(line.unit_cost),
                        "currencyCode": order.currency,
                    }
                },
            }
            for line in order.lines
        ],
        "shippingAddress": address_input(order.ship_to),
    }
    optional = {"email": order.email, "note": order.note}
    return content | {name: value for name, value in optional.items() if value}


def address_input(address: Address) -> dict[str, str]:
    """A MailingAddressInput; empty parts are left out."""
    first, _, last = address.name.strip().rpartition(" ")
    parts = {
        "firstName": first,
        "lastName": last,
        "company": address.company,
        "address1": address.street1,
        "address2": address.street2,
        "city": address.city,
        "provinceCode": address.state,
        "countryCode": address.country,
        "zip": address.zip,
        "phone": address.phone,
    }
    return {name: value for name, value in parts.items() if value}


def _takes_lines(node: Node, fulfilled: str) -> bool:
    """Whether the partner left it alone: nothing packed or put on hold, not archived, editable."""
    untouched = fulfilled == "unfulfilled" and not node["closed"]
    return untouched and node["merchantEditable"] is True


def _carries(node: Node | None, reference: str) -> bool:
    return bool(node) and node is not None and node["sourceIdentifier"] == reference


def _line(node: Node) -> PlacedLine:
    variant = node["variant"]
    return PlacedLine(
        external_id=gid("ProductVariant", variant["id"]) if variant else "",
        sku=text(node["sku"]),
        quantity=whole(node["currentQuantity"], "ordered units"),
    )


def _explain(refusal: UserErrors) -> Rejected:
    """What a refused orderCreate means for staff."""
    if refusal.has("INVENTORY_CLAIM_FAILED"):
        return TooLittleStock(f"The partner does not have enough stock for this order. {refusal}")
    taken = any(
        error.code == "TAKEN" or ("metafields" in error.field and "taken" in error.message.lower())
        for error in refusal.errors
    )
    return (
        Duplicate("The partner's store has an order with this reference already.")
        if taken
        else refusal
    )
