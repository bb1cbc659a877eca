"""Orders as VeraCore takes them, and as it says them back."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from integrations.answers import Response
from integrations.errors import BadResponse, ProviderError
from integrations.said import Said, as_text, units
from integrations.types import LineToPlace, OrderState, OrderToPlace, PlacedLine, PlacedOrder

Row = Mapping[str, Any]
State = Literal["confirmed", "picking", "packed", "shipped", "delivered", "canceled", ""]
NUMBER = ("OrderNumber", "OrderNo")
SKU, QUANTITY = ("SKU", "ProductId", "PartNumber"), ("Quantity", "QuantityOrdered", "Qty")
LINES = ("Items", "Lines", "OrderItems")
REASONS = ("Error", "Message", "ErrorMessage", "Errors", "detail", "title")
DEEPEST = 4  # levels a sentence is looked for in
# Their words, folded; anything else is a word we do not know and moves nothing.
WORDS: Mapping[State, str] = {
    "confirmed": "unprocessed unapproved accepted pending hold new backordered received",
    "picking": "processed processing picking",
    "packed": "picked packing packed partiallyshipped",
    "shipped": "shipped complete completed",
    "delivered": "delivered",
    "canceled": "canceled cancelled",
}
STATES = {word: state for state, words in WORDS.items() for word in words.split()}


def encode(order: OrderToPlace, company: str) -> dict[str, Any]:
    """The body of a new order; our reference is its number, by which it is found again."""
    to = order.ship_to
    first, _, last = to.name.strip().rpartition(" ")
    body = {
        "CompanyId": company,
        "OrderNumber": order.reference,
        "Customer": {"FirstName": first or last, "LastName": last, "Email": order.email},
        "ShippingAddress": {
            "Name": to.name,
            "Company": to.company,
            "Address1": to.street1,
            "Address2": to.street2,
            "City": to.city,
            "State": to.state,
            "Zip": to.zip,
            "Country": to.country,
            "Phone": to.phone,
        },
        "Items": [_line(line) for line in order.lines],
        "Comments": order.note,
    }
    return body | ({"ReferenceNumber": order.customer.number} if order.customer else {})


def _line(line: LineToPlace) -> dict[str, Any]:
    price: Decimal = line.unit_cost if line.price is None else line.price
    # Amounts of up to 15 digits pass through a float unchanged, and JSON knows no other number.
    return {"SKU": line.sku, "Quantity": line.quantity, "UnitPrice": float(price)}


def number_of(row: Row) -> str:
    """The number they know the order by: our reference, if it is ours."""
    return Said(row).text(*NUMBER)


def read(row: Row, company: str) -> PlacedOrder:
    """An order as it stands there. Its number is its id: by that it is asked for."""
    said = Said(row)
    return PlacedOrder(
        external_id=said.text(*NUMBER),
        reference=said.text(*NUMBER),
        account=(said.text("CompanyId") or company).upper(),
        number=said.text("OrderId", "Id"),
        status=state_of(row),
        lines=read_lines(row),
        is_open=False,
        tells_lines=bool(said.rows(*LINES)),
    )


def read_lines(row: Row) -> tuple[PlacedLine, ...]:
    """One per SKU. Raises BadResponse for a quantity that is none."""
    found: dict[str, int] = defaultdict(int)
    for line in Said(row).rows(*LINES):
        said = Said(line)
        sku, count = said.text(*SKU), units(said.get(*QUANTITY))
        if not sku or count is None:
            raise BadResponse(f"A line of {number_of(row)} has no SKU or no number of units.")
        found[sku] += count
    return tuple(PlacedLine(sku, sku, count) for sku, count in found.items())


def state_of(row: Row) -> State:
    """Their status as one of our words; empty for one we do not know."""
    return STATES.get(_folded(_word(row)), "")


def read_state(row: Row) -> OrderState:
    """How far they are with it, with their own word."""
    return OrderState(number_of(row), state_of(row), _word(row))


def _word(row: Row) -> str:
    return Said(row).text("Status", "OrderStatus", "CurrentOrderStatus")


def _folded(word: str) -> str:
    return word.lower().replace(" ", "").replace("_", "").replace("-", "")


def reason_of(answer: Response) -> str:
    """Why they refused, in their words; empty where the answer says nothing readable."""
    try:
        return " ".join(_sentence(answer.json(), DEEPEST).split())
    except ProviderError:
        return ""


def _sentence(value: Any, deep: int) -> str:
    """The first sentence in it: by name, in a list, or alone."""
    if isinstance(value, Mapping) and deep:
        said = Said(value)
        value = [said.get(name) for name in REASONS]
    if isinstance(value, list) and deep:
        return next((text for one in value if (text := _sentence(one, deep - 1))), "")
    return as_text(value)
