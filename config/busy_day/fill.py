"""The story, told in order: two weeks of trade, then a morning."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.utils import timezone

from integrations.models import SyncRun
from orders.models import Order, PartnerOrder

from .ageing import age_orders, age_partner_orders, age_runs
from .buying import pull_yesterday
from .outside import Outside
from .partners import connect_all, open_stores
from .people import STAFF
from .trade import Trade, partners
from .troubles import MORNING

WEEKS_AGO = (9, 2)  # days the two batches of partner orders lie back
ORDERS_A_WEEK = 24
TODAY = 7
RUNS_EACH = 6


def fill(sandbox_url: str, user: User, say: Callable[[str], None]) -> None:
    """Fill an empty demo; takes a minute or two. `say` hears what happens."""
    if PartnerOrder.objects.exists():
        say("It is filled already.")
        return
    hire()
    outside = Outside(sandbox_url)
    say("Connecting five partners and importing their goods ...")
    open_stores(outside)
    connect_all(outside, user)
    trade = Trade(outside, user)
    for number, days in enumerate(WEEKS_AGO):
        say(f"A week of orders, {days} days ago ...")
        week(trade, days, share_sent_on=1.0 if number == 0 else 0.8)
    say("Stock runs of the last hours ...")
    runs(trade)
    say("What we bought, as the ERP has it ...")
    pull_yesterday(trade)
    say("This morning ...")
    known = set(Order.objects.values_list("pk", flat=True))
    trade.sell_some(TODAY)
    for trouble in MORNING:
        trouble(trade)
    since_breakfast(trade, known)


def hire() -> None:
    """Two colleagues, each in a group."""
    for name, first, last, group in STAFF:
        person, is_new = User.objects.get_or_create(
            username=name, defaults={"first_name": first, "last_name": last, "is_staff": True}
        )
        if is_new:
            person.groups.add(Group.objects.get(name=group))


def week(trade: Trade, days: int, share_sent_on: float) -> None:
    """Orders that were placed, shipped, received and sent on, then aged by so many days."""
    numbers = trade.sell_some(ORDERS_A_WEEK)
    trade.send_open_orders()
    placed = list(PartnerOrder.objects.filter(status="submitted").select_related("connection"))
    trade.ship(placed)
    trade.receive()
    trade.send_on(share_sent_on)
    if days == max(WEEKS_AGO):
        trade.deliver([row for row in placed if row.ship_to == "customer"])
    spread(trade, numbers, days)
    age_partner_orders([row.pk for row in placed if row.order_id is None], timedelta(days=days))


def spread(trade: Trade, numbers: list[str], days: int) -> None:
    """Over the five days before, at the hours people buy."""
    for pk in Order.objects.filter(number__in=numbers).values_list("pk", flat=True):
        hours = days * 24 + trade.luck.randrange(-4, 96)
        age_orders([pk], timedelta(hours=hours, minutes=trade.luck.randrange(60)))


def since_breakfast(trade: Trade, known: set[int]) -> None:
    """The orders of today, the newest a few minutes old."""
    ago = 4
    for pk in Order.objects.exclude(pk__in=known).order_by("-pk").values_list("pk", flat=True):
        age_orders([pk], timedelta(minutes=ago))
        ago += trade.luck.randrange(3, 17)


def runs(trade: Trade) -> None:
    """A few stock runs of every partner, an hour apart."""
    for connection in partners():
        for _ in range(RUNS_EACH):
            trade.run(connection, "stock")
        done = SyncRun.objects.filter(connection=connection, finished_at__lte=timezone.now())
        age_runs(list(done.filter(flow="stock").order_by("-pk")), timedelta(minutes=57))
