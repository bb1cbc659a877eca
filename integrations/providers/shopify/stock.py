"""Stock: a partner's per location, and our own store's numbers, compared and set."""

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.errors import Rejected, Retryable
from integrations.providers.shopify import documents, own_documents
from integrations.providers.shopify.graphql import GraphQL, UserErrors, next_cursor
from integrations.providers.shopify.values import need_gid, rows, search_time, text
from integrations.types import RemoteItem, StockAnswer, StockItem, StockToPublish

log = logging.getLogger(__name__)
Node = Mapping[str, Any]

MOST_ITEMS = 250
PAGE = 100
ROUNDS = 8
STALE = "CHANGE_FROM_QUANTITY_STALE"
NEW_KEY = ("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")


def serving_locations(graph: GraphQL) -> list[Node]:
    """The locations that ship online orders, the oldest first."""
    pages = graph.pages(documents.LOCATIONS, "locations", PAGE)
    found = [node for page in pages for node in page if _serves(node)]
    return sorted(found, key=lambda node: int(text(node["id"]).rpartition("/")[2]))


def _serves(location: Node) -> bool:
    return location["isActive"] is True and location["fulfillsOnlineOrders"] is True


def read_items(graph: GraphQL, items: Sequence[RemoteItem]) -> Iterator[StockItem]:
    """One row per item and serving location. Items not counted there, or gone, yield nothing."""
    wanted = {item.item_id: item for item in items if item.item_id}
    for node in graph.nodes(documents.STOCK_OF_ITEMS, list(wanted), MOST_ITEMS):
        item = wanted.get(text(node.get("id")))
        if item is None or not _is_counted(node):
            continue
        for level in _levels(graph, node):
            if _serves(level["location"]):
                yield _row(item.sku or text(node["sku"]), item.external_id, node["id"], level)


def _levels(graph: GraphQL, item: Node) -> list[Node]:
    found = item["inventoryLevels"]
    if next_cursor(found) is None:
        return rows(found["nodes"], "stock levels")
    pages = graph.pages(
        documents.STOCK_OF_ITEM, "inventoryItem.inventoryLevels", PAGE, id=item["id"]
    )
    return [node for page in pages for node in page]


def read_everything(graph: GraphQL, since: datetime | None) -> Iterator[StockItem]:
    """Every counted item at every serving location; only levels changed after `since` if given."""
    query = f"updated_at:>={search_time(since)}" if since else None
    for location in serving_locations(graph):
        pages = graph.pages(
            documents.STOCK_OF_LOCATION,
            "location.inventoryLevels",
            MOST_ITEMS,
            id=location["id"],
            query=query,
        )
        for level in (node for page in pages for node in page):
            if _is_counted(level["item"]):
                yield _row(text(level["item"]["sku"]), "", level["item"]["id"], level)


def _is_counted(item: Node) -> bool:
    if item["tracked"] is not True:
        log.debug("Item %s is not counted by its store: left out.", item["id"])
    return item["tracked"] is True


def _row(sku: str, external_id: str, item_id: str, level: Node) -> StockItem:
    units = quantities(level)
    return StockItem(
        sku=sku,
        available=units.get("available"),
        external_id=external_id,
        item_id=item_id,
        location_id=need_gid("Location", level["location"]["id"]),
        location_name=text(level["location"]["name"]),
        on_hand=units.get("on_hand"),
        allocated=units.get("committed"),
        in_transit=units.get("incoming"),
    )


def quantities(level: Node) -> dict[str, Any]:
    """What a level says, by name: the list has no order. An odd number stays as it was said, so
    that whoever reads it can name it; one odd row does not stop the others.
    """
    return {text(one["name"]): one["quantity"] for one in rows(level["quantities"], "quantities")}


def read_own(graph: GraphQL, item_ids: Sequence[str], location: str) -> dict[str, int]:
    """What our store shows as available at its location, by item id."""
    shown = {}
    for node in graph.nodes(own_documents.OWN_STOCK, item_ids, MOST_ITEMS, location=location):
        level = node.get("inventoryLevel")
        available = quantities(level).get("available") if level else None
        if type(available) is int:
            shown[text(node["id"])] = available
    return shown


def stock_input(items: Sequence[StockToPublish], location: str, reference: str) -> dict[str, Any]:
    """An InventorySetQuantitiesInput; `reference` shows in the merchant's stock history."""
    return {
        "name": "available",
        "reason": "correction",
        "referenceDocumentUri": f"gid://crossdock/SyncRun/{reference}",
        "quantities": [
            {
                "inventoryItemId": one.item_id,
                "locationId": location,
                "quantity": one.quantity,
                "changeFromQuantity": one.change_from,
            }
            for one in items
        ],
    }


class StockWriter:
    """Sets our store's numbers: whole batches pass or fail there, so bad lines are dropped."""

    def __init__(self, graph: GraphQL, location: str, reference: str, key: str) -> None:
        self.graph, self.location, self.reference, self.key = graph, location, reference, key

    def publish(
        self, items: Sequence[StockToPublish], read: Callable[[Sequence[str]], Mapping[str, int]]
    ) -> list[StockAnswer]:
        """One answer per item, in their order. `read` re-reads what was stale."""
        answers: dict[str, StockAnswer] = {}
        for start in range(0, len(items), MOST_ITEMS):
            answers |= self._publish_batch(items[start : start + MOST_ITEMS], start)
        stale = [one.item_id for one in answers.values() if one.error == STALE]
        current = read(stale) if stale else {}
        for item_id in stale:
            error = "The number in the store has changed since it was read."
            answers[item_id] = StockAnswer(item_id, False, error, current.get(item_id))
        return [answers[item.item_id] for item in items]

    def _publish_batch(self, batch: Sequence[StockToPublish], start: int) -> dict[str, StockAnswer]:
        """Send, drop the lines refused, send the rest under a new key."""
        left = list(batch)
        answers: dict[str, StockAnswer] = {}
        for attempt in range(ROUNDS):
            try:
                self._send(left, uuid.uuid5(uuid.NAMESPACE_URL, f"{self.key}/{start}/{attempt}"))
            except UserErrors as refusal:
                bad = self._refused(refusal, left)
            else:
                return answers | {one.item_id: StockAnswer(one.item_id, True) for one in left}
            answers |= bad
            left = [one for one in left if one.item_id not in bad]
            if not left:
                return answers
        raise Rejected("The store kept refusing stock numbers; nothing more was written.")

    def _send(self, items: Sequence[StockToPublish], key: uuid.UUID) -> None:
        content = stock_input(items, self.location, self.reference)
        self.graph.write(own_documents.STOCK_SET, self.reference, input=content, key=str(key))

    def _refused(
        self, refusal: UserErrors, sent: Sequence[StockToPublish]
    ) -> dict[str, StockAnswer]:
        """The answers for the lines an error names. Raises if it names none."""
        if refusal.has("IDEMPOTENCY_CONCURRENT_REQUEST"):
            raise Retryable("The store is still busy with the same stock numbers.", 5) from None
        if refusal.has(*NEW_KEY):
            return {}
        bad = {}
        for error in refusal.errors:
            places = [int(part) for part in error.field if part.isdecimal()]
            if not places or places[0] >= len(sent):
                raise Rejected(str(refusal)) from None
            item_id = sent[places[0]].item_id
            text_for_staff = STALE if error.code == STALE else error.message
            bad[item_id] = StockAnswer(item_id, False, text_for_staff)
        return bad
