"""The numbers of the dashboard, each block by one query and only for those who may see its rows."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import strip_tags

from catalog.models import Dispatch, Partner
from config.adminkit.parts import ago, money
from config.attention import find_cards
from config.setup_facts import address, page_of
from config.worker import queue_rows
from integrations.admin.cadence import flow_words
from integrations.admin.connection_facts import health_word, needs_owner, why_they_wait
from integrations.admin.recent import runs_of_connections, tones_of
from integrations.models import Connection, SyncRun
from orders.models import Order, PartnerOrder, Shipment
from orders.services.ready import ready_to_ship
from orders.services.waiting import needs_work

SHOWN_CONNECTIONS, SHOWN_RUNS, SHOWN_CUTOFFS = 7, 8, 6
DAYS = 14
FEW = 5  # orders of a portal that somebody just tries
WAITING = ("captured", "paid")
WITH_PARTNERS = ("exported", "received", "picking", "packed")


def find_today(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """The context of the dashboard."""
    may_orders = request.user.has_perm("orders.view_order")
    may_connections = request.user.has_perm("integrations.view_connection")
    context: dict[str, Any] = {"greeting": greeting(request, now), "today": timezone.localtime(now)}
    connections = list(_connections()) if may_connections else []
    orders = _count_orders(now) if may_orders else {}
    context["attention"] = list(find_cards(request, now, orders, connections))
    if may_orders:
        context["numbers"] = _numbers(orders, now)
        context["days"] = _orders_per_day(now)
        context["cutoffs"] = _cutoffs()
    if may_connections:
        context["connections"] = _connection_rows(connections, now)
        context["connection_count"] = len(connections)
        context["runs"] = _recent_runs()
    context["queues"] = queue_rows(now)
    context["is_new"] = bool(settings.SANDBOX_URL) and _are_few(Order.objects.all())
    return context


def greeting(request: HttpRequest, now: datetime) -> str:
    """Good morning, Mia."""
    hour = timezone.localtime(now).hour
    part = "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"
    name = getattr(request.user, "first_name", "") or request.user.get_username()
    return f"Good {part}, {name}"


def _are_few(orders: QuerySet[Order]) -> bool:
    return orders.order_by()[: FEW + 1].count() <= FEW


def midnight(now: datetime) -> datetime:
    """When today began, in the zone of the pages."""
    day = timezone.localtime(now).date()
    return timezone.make_aware(datetime.combine(day, time.min))


def _count_orders(now: datetime) -> dict[str, Any]:
    start = midnight(now)
    week_ago = Q(placed_at__gte=start - timedelta(days=7), placed_at__lt=now - timedelta(days=7))
    waiting = Q(status__in=WAITING, held_at=None)
    recent = Q(placed_at__gte=start - timedelta(days=7))
    # Only rows an index finds: finished orders are many.
    rows = Order.objects.filter(recent | Q(status__in=WAITING + WITH_PARTNERS))
    ready = ready_to_ship().aggregate(ready=Count("pk"), ready_since=Min("placed_at"))
    stuck = Order.objects.filter(needs_work())
    work = stuck.aggregate(work=Count("pk"), work_since=Min("placed_at"))
    return (
        ready
        | work
        | rows.aggregate(
            today=Count("pk", filter=Q(placed_at__gte=start)),
            week_ago=Count("pk", filter=week_ago),
            waiting=Count("pk", filter=waiting),
            waiting_since=Min("placed_at", filter=waiting),
            with_partners=Count("pk", filter=Q(status__in=WITH_PARTNERS)),
        )
    )


# --- today


def _numbers(orders: dict[str, Any], now: datetime) -> list[dict[str, Any]]:
    start, listing = midnight(now), address("orders_order_changelist")
    sent = Shipment.objects.filter(bound_for="customer", shipped_at__gte=start).aggregate(
        n=Count("pk"), tracked=Count("pk", filter=~Q(tracking_number=""))
    )
    waiting = orders["waiting_since"]
    return [
        _number(
            "Orders today", orders["today"], f"{orders['week_ago']} by now a week ago", listing
        ),
        _number(
            "Waiting to place",
            orders["waiting"],
            f"oldest {ago(waiting, now)}" if waiting else "none waits",
            f"{listing}?status__in={','.join(WAITING)}",
        ),
        _number(
            "With partner",
            orders["with_partners"],
            "placed, not shipped yet",
            f"{listing}?status__in={','.join(WITH_PARTNERS)}",
        ),
        _number(
            "Shipped today",
            sent["n"],
            f"{sent['tracked']} with tracking",
            address("orders_shipment_changelist"),
        ),
        *_sales(start),
    ]


def _number(label: str, value: Any, note: str = "", url: str = "") -> dict[str, Any]:
    return {"label": label, "value": value, "note": note, "url": url}


def _sales(start: datetime) -> Iterator[dict[str, Any]]:
    sold = Order.objects.filter(placed_at__gte=start, canceled_at=None).order_by()
    by_currency = sold.values("currency").annotate(total=Sum("total"), n=Count("pk"))
    rows = list(by_currency.order_by("-n")[:2])
    for row in rows:
        word = "order" if row["n"] == 1 else "orders"
        note = f"{row['n']} {word}, average {money(row['total'] / row['n'], row['currency'])}"
        yield _number("Sales today", money(row["total"], row["currency"]), _plain(note))
    if not rows:
        yield _number("Sales today", "—", "no order yet")


def _plain(html: str) -> str:
    return strip_tags(html)


def _orders_per_day(now: datetime) -> list[tuple[str, int]]:
    last = timezone.localtime(now).date()
    first = last - timedelta(days=DAYS - 1)
    since = timezone.make_aware(datetime.combine(first, time.min))
    rows = Order.objects.filter(placed_at__gte=since).order_by()
    counted = rows.annotate(day=TruncDate("placed_at")).values("day").annotate(n=Count("pk"))
    found = {row["day"]: row["n"] for row in counted}
    days = [first + timedelta(days=index) for index in range(DAYS)]
    return [(f"{day:%a}", found.get(day, 0)) for day in days]


# --- lists


def _connections() -> Iterator[Connection]:
    used = Connection.objects.exclude(status=Connection.Status.ARCHIVED)
    due = Min("schedules__next_due_at", filter=Q(schedules__enabled=True))
    yield from used.defer("secrets", "tokens").annotate(next_due_at=due).order_by("name")


def _connection_rows(rows: list[Any], now: datetime) -> list[dict[str, Any]]:
    """Those that need a person first."""
    order = {Connection.Status.NEEDS_ATTENTION: 0, Connection.Status.DRAFT: 1}
    rows = sorted(
        rows, key=lambda row: (order.get(row.status, 2), -row.opened, -row.failures, row.name)
    )
    shown = rows[:SHOWN_CONNECTIONS]
    runs, why = runs_of_connections(shown), why_they_wait(shown, now)
    return [
        {
            "row": row,
            "why": why.get(row.pk, ""),
            "word": health_word(row, now),
            "by_link": row.status == Connection.Status.NEEDS_ATTENTION and needs_owner(row),
            "tones": tones_of(runs.get(row.pk, [])),
            "next": row.next_due_at if row.status == Connection.Status.ACTIVE else None,
        }
        for row in shown
    ]


def _recent_runs() -> list[dict[str, Any]]:
    rows = SyncRun.objects.select_related("connection").order_by("-id")
    rows = rows.defer("connection__secrets", "connection__tokens")
    return [{"run": run, "words": flow_words(run.flow)} for run in rows[:SHOWN_RUNS]]


def _cutoffs() -> list[dict[str, Any]]:
    """Partners with a plan, the next first, with what waits for them."""
    partners = Partner.objects.filter(archived_at=None, next_batch_at__isnull=False)
    partners = partners.exclude(dispatch=Dispatch.IMMEDIATE).order_by("next_batch_at")
    rows = list(partners[:SHOWN_CUTOFFS])
    live = Q(lines__canceled_at=None, lines__submission=None)
    waiting = PartnerOrder.objects.filter(partner__in=rows, closed_at=None, order=None)
    cost = Sum(F("lines__quantity") * F("lines__unit_cost"), filter=live)
    counted = waiting.annotate(n=Count("lines", filter=live), cost=cost)
    batches = {one.partner_id: one for one in counted}
    return [_cutoff(partner, batches.get(partner.pk)) for partner in rows]


def _cutoff(partner: Partner, batch: Any) -> dict[str, Any]:
    how = str(partner.get_dispatch_display())
    if batch is None or not batch.n:
        text = f"{how}, nothing waiting"
    else:
        cost = _plain(money(batch.cost or 0, batch.currency))
        text = f"{how}, {batch.n} line{'' if batch.n == 1 else 's'}, {cost}"
    if partner.terms_confirmed_at is None:
        text = f"{text}, terms not confirmed"
    at = batch.due_at if batch is not None and batch.due_at else partner.next_batch_at
    url = page_of(batch) if batch is not None and batch.n else ""
    return {"partner": partner, "text": text, "at": at, "url": url, "partner_url": page_of(partner)}
