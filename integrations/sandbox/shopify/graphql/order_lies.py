"""Orders that are not as asked for: changed on creation, or somebody else's in the answer."""

from collections.abc import Callable
from dataclasses import replace

from integrations.sandbox.faults import Mode
from integrations.sandbox.shopify.orders import Order
from integrations.sandbox.shopify.selling import BYPASS, WantedLine, WantedOrder, place_order

from .context import Call

Lines = list[WantedLine]


def as_their_system_has_it(call: Call, wanted: WantedOrder) -> WantedOrder:
    """The order as the partner's own system takes it, where a dial lets it meddle."""
    if not call.is_hit_by(Mode.ORDER_CHANGED) or call.dial is None or not wanted.lines:
        return wanted
    lines = CHANGES[call.dial.change](wanted.lines)
    if lines == wanted.lines:  # one line of one unit can be neither less nor merged
        lines = _more(wanted.lines)
    return replace(wanted, lines=lines)


def _less(lines: Lines) -> Lines:
    most = max(lines, key=lambda line: line.quantity)
    return [
        replace(line, quantity=max(1, line.quantity // 2)) if line is most else line
        for line in lines
    ]


def _more(lines: Lines) -> Lines:
    return [replace(lines[0], quantity=lines[0].quantity + 1), *lines[1:]]


def _merged(lines: Lines) -> Lines:
    return [replace(lines[0], quantity=sum(line.quantity for line in lines))]


def _dropped(lines: Lines) -> Lines:
    return lines[:-1] or lines


CHANGES: dict[str, Callable[[Lines], Lines]] = {
    "less": _less,
    "more": _more,
    "merged": _merged,
    "dropped": _dropped,
}


def a_stranger(call: Call) -> Order:
    """An order of this store that no app of ours made; one is placed where there is none."""
    ours = call.installation.client_id
    for order in reversed(call.store.orders.values()):
        if order.client_id != ours:
            return order
    variant = call.store.variants()[0]
    line = WantedLine(quantity=1, variant_id=variant.id)
    wanted = WantedOrder(lines=[line], source_name="pos", inventory=BYPASS)
    return place_order(call.world, call.store, wanted, "a stranger")
