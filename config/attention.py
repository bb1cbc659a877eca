"""The cards on top of the dashboard: what needs a person, each with the rows it counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest

from config.adminkit.parts import ago
from config.setup_facts import address, page_of
from integrations.admin.connection_facts import is_stale, is_used
from integrations.models import Alert, Connection, InboundEvent, SyncRun
from integrations.words import counted
from inventory.admin.purchase_orders import overdue
from inventory.models import PurchaseOrder
from orders.models import Submission
from orders.services.waiting import count_waiting

MOST_HELD = 99


@dataclass(frozen=True)
class Card:
    """Something that needs a person."""

    number: int
    title: str
    text: str
    url: str
    tone: str = "bad"


def find_cards(
    request: HttpRequest, now: datetime, orders: dict[str, Any], connections: list[Connection]
) -> Iterator[Card]:
    """The worst first. `orders` are counts, `connections` what this person may see."""
    listing = address("orders_order_changelist")
    if orders.get("work"):
        since = f"Oldest {ago(orders['work_since'], now)}"
        yield Card(orders["work"], "Orders need work", since, f"{listing}?view=work")
    if orders.get("ready"):
        since = f"At our center, oldest {ago(orders['ready_since'], now)}"
        yield Card(orders["ready"], "Ready to ship", since, f"{listing}?view=ready", "warn")
    if request.user.has_perm("orders.view_partnerorder"):
        yield from _submissions()
    ill = [one for one in connections if one.status == Connection.Status.NEEDS_ATTENTION]
    paused = [one for one in connections if one.status == Connection.Status.PAUSED]
    silent = [one for one in connections if is_used(one) and one.opened]
    url = address("integrations_connection_changelist")
    out = [one.pk for one in [*ill, *paused, *silent]]
    waiting = count_waiting(out) if out else {}
    if ill:
        where = page_of(ill[0]) if len(ill) == 1 else f"{url}?view=bad"
        yield Card(len(ill), "To reconnect", _who_waits(ill, waiting), where)
    if silent:
        title = "Do not answer" if len(silent) > 1 else "Does not answer"
        yield Card(len(silent), title, _who_waits(silent, waiting), url)
    kept = [one for one in paused if waiting.get(one.pk)]
    if kept:
        text = _who_waits(kept, waiting)
        yield Card(len(kept), "Paused, orders wait", text, f"{url}?view=paused", "warn")
    stale = [one for one in connections if is_stale(one, now) and one not in ill]
    if stale:
        names = ", ".join(one.name for one in stale[:2])
        yield Card(len(stale), "Stale data", names, url, "warn")
    yield from _held(request)
    yield from _overdue(request)
    yield from _inbox(request)
    yield from _alerts(request, now)


def _who_waits(rows: list[Connection], waiting: dict[int, int]) -> str:
    """Names, and how many customers' orders wait for them."""
    names = ", ".join(one.name for one in rows[:2])
    number = sum(waiting.get(one.pk, 0) for one in rows)
    waits = "waits" if number == 1 else "wait"
    return f"{names}: {counted(number, 'order')} {waits}" if number else names


def _overdue(request: HttpRequest) -> Iterator[Card]:
    """Purchase orders whose day is past and that are still open."""
    if not request.user.has_perm("inventory.view_purchaseorder"):
        return
    found = PurchaseOrder.objects.filter(overdue()).aggregate(
        n=Count("pk"), since=Min("expected_on")
    )
    if found["n"]:
        url = f"{address('inventory_purchaseorder_changelist')}?view=overdue"
        since = f"Expected since {found['since']:%b %d}"
        yield Card(found["n"], "Purchases overdue", since, url, "warn")


def _submissions() -> Iterator[Card]:
    status = Submission.Status
    unapproved = Q(status=status.PENDING, approved_at=None)
    unsettled = [status.FAILED, status.UNCONFIRMED, status.PENDING]
    found = Submission.objects.filter(status__in=unsettled).aggregate(
        failed=Count("pk", filter=Q(status=status.FAILED)),
        unconfirmed=Count("pk", filter=Q(status=status.UNCONFIRMED)),
        to_approve=Count("pk", filter=unapproved & Q(partner_order__partner__approval="always")),
    )
    url = address("orders_partnerorder_changelist")
    if found["failed"]:
        text = "The partner refused it"
        yield Card(found["failed"], "Placement failed", text, f"{url}?view=failed")
    if found["unconfirmed"]:
        text = "We ask the partner whether it arrived"
        yield Card(found["unconfirmed"], "Unconfirmed", text, f"{url}?view=unconfirmed", "warn")
    if found["to_approve"]:
        text = "Waits for your yes"
        yield Card(found["to_approve"], "To approve", text, f"{url}?view=approve", "warn")


def _held(request: HttpRequest) -> Iterator[Card]:
    """Answers that change nothing until somebody decides."""
    if not request.user.has_perm("integrations.view_syncrun"):
        return
    held = SyncRun.objects.filter(status=SyncRun.Status.HELD).select_related("connection")
    runs = list(held.order_by("-pk")[:MOST_HELD])
    if runs:
        names = ", ".join(dict.fromkeys(run.connection.name for run in runs[:2]))
        listing = f"{address('integrations_syncrun_changelist')}?view=held"
        url = page_of(runs[0]) if len(runs) == 1 else listing
        yield Card(len(runs), "Held, to decide", names, url, "warn")


def _inbox(request: HttpRequest) -> Iterator[Card]:
    if not request.user.has_perm("integrations.view_inboundevent"):
        return
    status, url = InboundEvent.Status, address("integrations_inboundevent_changelist")
    found = InboundEvent.objects.filter(status__in=[status.FAILED, status.UNREADABLE]).aggregate(
        failed=Count("pk", filter=Q(status=status.FAILED)),
        unreadable=Count("pk", filter=Q(status=status.UNREADABLE)),
    )
    if found["failed"]:
        text = "Look, then replay"
        yield Card(found["failed"], "Webhooks failed", text, f"{url}?view=failed")
    if found["unreadable"]:
        text = "Look what they were about"
        yield Card(found["unreadable"], "Unreadable webhooks", text, f"{url}?view=unreadable")


def _alerts(request: HttpRequest, now: datetime) -> Iterator[Card]:
    if not request.user.has_perm("integrations.view_alert"):
        return
    in_sight = Q(snoozed_until=None) | Q(snoozed_until__lte=now)
    found = Alert.objects.filter(in_sight, closed_at=None).aggregate(
        n=Count("pk"), since=Min("first_at")
    )
    if found["n"]:
        text = f"Oldest {ago(found['since'], now)}"
        yield Card(
            found["n"], "Open alerts", text, address("integrations_alert_changelist"), "warn"
        )
