"""One table per interface VeraCore is reached by: how values are written, read and understood.

`rest` is the front our users described. Its published interfaces (Public.Api, SOAP) will be further
tables; nothing but the table knows which one is spoken.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.answers import Response
from integrations.errors import Duplicate, ProviderError, Rejected
from integrations.providers.veracore import orders, parcels, stock
from integrations.types import OrderState, OrderToPlace, PlacedOrder, RemoteShipment, StockItem

Row = Mapping[str, Any]
EXISTS = b"already exists"
LONGEST_REASON = 200


@dataclass(frozen=True)
class Dialect:
    """`encode_order` takes (order, company); `read_order` (row, company) answers with what is
    there; `read_stock` and `read_parcels` take all rows of an answer."""

    name: str
    encode_order: Callable[[OrderToPlace, str], Row]
    read_order: Callable[[Row, str], PlacedOrder]
    read_state: Callable[[Row], OrderState]
    read_stock: Callable[[list[Row]], list[StockItem]]
    read_parcels: Callable[[list[Row]], list[RemoteShipment]]
    refusal: Callable[[Response], ProviderError]


def refusal(answer: Response) -> ProviderError:
    """A refused order, in their words. Some say 409 for one they have, some 400 with a sentence.

    That sentence is looked for in the whole body: it may stand in a list, or be no JSON at all.
    """
    said = orders.reason_of(answer)[:LONGEST_REASON].rstrip(".")
    sentence = f"{answer.host} refused the order (HTTP {answer.status})"
    whole = f"{sentence}: {said}." if said else f"{sentence}."
    is_there = EXISTS in answer.body.lower() or "duplicate" in said.lower()
    return Duplicate(whole) if answer.status == 409 or is_there else Rejected(whole)


DIALECTS: Mapping[str, Dialect] = {
    "rest": Dialect(
        name="rest",
        encode_order=orders.encode,
        read_order=orders.read,
        read_state=orders.read_state,
        read_stock=stock.read,
        read_parcels=parcels.read,
        refusal=refusal,
    )
}
