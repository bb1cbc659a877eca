"""Lines that wait because their partner's system cannot be called: which, since when, told once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from integrations.models import Connection
from integrations.models.base import locked
from integrations.services.breaker import why_waiting
from integrations.words import sentence
from orders.models import Order, OrderEvent, PartnerOrder, PartnerOrderLine, Submission
from orders.services.closing import UNAPPROVED
from orders.services.consolidation import GROWING
from orders.services.history import ERROR, INFO, record, record_for_orders

Status, Sending = Connection.Status, Submission.Status
OUT = [Status.DRAFT, Status.PAUSED, Status.NEEDS_ATTENTION, Status.ARCHIVED]
WAITS, GOES_ON = "waits_for_partner", "goes_on"
Parts = QuerySet[PartnerOrderLine]


# --- which


def waiting_parts() -> Parts:
    """Live parts that cannot go out because their partner's system cannot be called now.

    Of a system that only does not answer those that would go out now: it is tried again by itself.
    """
    pks = _put_up().values("pk").union(_collected().values("pk"))
    return PartnerOrderLine.objects.filter(pk__in=pks)


def waiting_orders() -> QuerySet[Any, Any]:
    """The ids of the orders these lines are of."""
    return _put_up().values("order_line__order").union(_collected().values("order_line__order"))


def needs_work() -> Q:
    """Orders with something to decide, or that wait for a system that cannot be called."""
    # Ids from three indexes: an OR of conditions would read every order there is.
    marked = Order.objects.exclude(attention="").order_by().values("pk")
    return Q(pk__in=marked.union(waiting_orders()))


def count_waiting(connection_ids: Iterable[int]) -> dict[int, int]:
    """How many customers' orders wait for each of these connections."""
    parts = waiting_parts().filter(partner_order__connection__in=connection_ids).order_by()
    counted = parts.values_list("partner_order__connection")
    return dict(counted.annotate(n=Count("order_line__order", distinct=True)))


def waits_of(order_ids: Iterable[int]) -> dict[int, Connection]:
    """The connection each of these orders waits for; those that wait for none are left out."""
    parts = waiting_parts().filter(order_line__order__in=order_ids).order_by("-pk")
    pairs = list(parts.values_list("order_line__order", "partner_order__connection"))
    found = Connection.objects.defer("secrets", "tokens").in_bulk({pk for _, pk in pairs})
    return {order: found[connection] for order, connection in pairs}


def _put_up() -> Parts:
    """Put up for sending; or sent, and nobody can ask what became of it."""
    at = "partner_order__connection__"
    silent = Q(**{f"{at}opened__gt": 0}) & ~UNAPPROVED
    unsettled = Submission.objects.filter(status__in=[Sending.PENDING, Sending.UNCONFIRMED])
    found = unsettled.filter(Q(**{f"{at}status__in": OUT}) | silent)
    parts = PartnerOrderLine.objects.filter(canceled_at=None, partner_order__isnull=False)
    return parts.filter(submission__in=found).order_by()


def _collected() -> Parts:
    """In an order that takes lines, at a system somebody has to bring back."""
    alone = Q(order=None) | Q(submitted_at=None)
    rows = PartnerOrder.objects.filter(
        alone, closed_at=None, status__in=GROWING, connection__status__in=OUT
    )
    found = PartnerOrderLine.objects.filter(submission=None, canceled_at=None)
    return found.filter(partner_order__in=rows).order_by()


# --- in words


def why_out(connection: Connection, now: datetime) -> str:
    """Why nothing goes to it now and what ends that, as sentences for staff."""
    if connection.status == Status.ACTIVE:
        return f"{why_waiting(connection, now)} What waits goes out by itself then."
    said = connection.status_reason or f"It is {connection.get_status_display().lower()}."
    is_paused = connection.status == Status.PAUSED
    then = "once somebody presses Resume there" if is_paused else "by itself once it works"
    return f"{sentence(said)} What waits goes out {then}."


# --- told in the histories


def note_waiting() -> int:
    """Say in the history of each order that it began to wait, and that it goes on; once each.

    Returns how many orders were told that they wait.
    """
    _end_over()
    _begin()
    return sum(_tell(pk) for pk in sorted({pk for pk, _ in _untold()}))


def end_waiting(row: PartnerOrder, parts: Iterable[PartnerOrderLine] | None = None) -> None:
    """Its system was called and answered: what waited for it goes out."""
    if row.update_where(~Q(waits_since=None), waits_since=None):
        said = f"{row.connection} works again: what waited for it goes out."
        record_for_orders(row, GOES_ON, said, parts=parts)


def _begin() -> None:
    ids = waiting_parts().values("partner_order")
    rows = PartnerOrder.objects.filter(waits_since=None, pk__in=ids)
    rows.update(waits_since=timezone.now())


def _end_over() -> None:
    """They wait no more, because their system works or because they are somebody else's now."""
    still = waiting_parts().values("partner_order")
    rows = PartnerOrder.objects.filter(waits_since__isnull=False).exclude(pk__in=still)
    for row in rows.select_related("connection"):
        works = row.connection and row.connection.status == Status.ACTIVE
        if works and not (row.connection and row.connection.opened):
            live = row.lines.filter(canceled_at=None).select_related("submission")
            with transaction.atomic():
                end_waiting(row, [part for part in live if not part.is_sent])
        else:
            row.update_where(Q(), waits_since=None)


def _tell(pk: int) -> int:
    """Write it down, with the row locked: another worker may be at it."""
    with transaction.atomic():
        row = locked(PartnerOrder.objects.all()).get(pk=pk)
        missing = {order for _, order in _untold(partner_order=pk)}
        if not missing or row.connection is None:
            return 0
        level = INFO if row.connection.status == Status.PAUSED else ERROR
        said = f"Waits for {row.connection}: {why_out(row.connection, timezone.now())}"
        told = row.events.filter(kind=WAITS, at__gte=row.waits_since)
        if not told.exists():
            record(row, WAITS, said, level=level)
        for order in Order.objects.filter(pk__in=missing).order_by("pk"):
            record(order, WAITS, said, level=level, reference=row.reference, waits_in=pk)
    return len(missing)


def _untold(**which: int) -> set[tuple[int, int]]:
    """(partner order, customer's order) that wait, and their history does not say so; two queries.

    What it said of an outage before this one does not count.
    """
    parts = waiting_parts().filter(partner_order__waits_since__isnull=False, **which)
    columns = ("partner_order", "order_line__order", "partner_order__waits_since")
    since = {(pk, order): at for pk, order, at in parts.values_list(*columns)}
    events = OrderEvent.objects.filter(order__in={order for _, order in since}, kind=WAITS)
    told = {
        (data.get("waits_in"), order): at
        for order, at, data in events.order_by("at").values_list("order", "at", "data")
    }
    return {pair for pair, at in since.items() if pair not in told or told[pair] < at}
