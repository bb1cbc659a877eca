"""The demo's ERP with its 120 purchase orders, and servers made on demand."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .changing import vendor_number
from .models import Erp, Good, Line, Parcel, PurchaseOrder, Status
from .seed_data import ACCOUNT, COMPANY, VENDORS, goods

if TYPE_CHECKING:
    from integrations.sandbox.world import World

ORDERS = 120
OLDEST_DAYS = 200
# By age: two thirds are history, then come those under way, then those of the last weeks.
HISTORY = (Status.COMPLETED, Status.COMPLETED, Status.RECEIVED, Status.COMPLETED, Status.CANCELLED)
UNDER_WAY = (Status.ORDERED, Status.RECEIVED, Status.ORDERED, Status.PENDING)
FRESH = (Status.ORDERED, Status.PENDING, Status.SAVED, Status.ORDERED)
PART_RECEIVED = 3  # every so many of those under way
CARRIERS = ("UPS", "FedEx", "DHL")


def seed_erps(world: "World", *, wanted: bool) -> None:
    """The demo's server, if it is wanted and none is there."""
    with world.lock:
        if wanted and not world.state.erps:
            _seed_erp(world)


def _seed_erp(world: "World") -> None:
    config = world.config
    erp = Erp(
        account=ACCOUNT,
        company=COMPANY,
        username=config.erp_username,
        password=config.erp_password,
    )
    world.state.erps[erp.account] = erp
    fill(world, erp, ORDERS)
    world.record("erp_created", erp.account, COMPANY, f"{len(erp.orders)} purchase orders")


def create_erp(world: "World", given: Mapping[str, Any]) -> Erp:
    """A server of one's own, empty unless `orders` says how many. Raises ValueError, KeyError."""
    account = str(given["account"]).lower()
    if account in world.state.erps or "/" in account or not account:
        raise ValueError(f"{account!r} is taken, or no host name.")
    erp = Erp(
        account=account,
        company=str(given.get("company", account.partition(".")[0].title())),
        username=str(given.get("username", world.config.erp_username)),
        password=str(given.get("password", world.config.erp_password)),
    )
    world.state.erps[account] = erp
    if count := int(given.get("orders", 0)):
        fill(world, erp, count)
    said = f"{len(erp.orders)} purchase orders"
    world.record("erp_created", account, erp.company, said)
    return erp


def fill(world: "World", erp: Erp, count: int) -> None:
    """The demo's goods, and so many purchase orders, the newest of them from today."""
    now, luck = world.now(), random.Random(24)  # noqa: S311 - the same orders every time
    for number, one in enumerate(goods()):
        usual = {"physical": 12 + number * 29 % 170, "reserved": number % 3}
        good = Good.model_validate(usual | one | {"changed_at": now - timedelta(days=9)})
        erp.goods[good.sku] = good
    for place in range(count):
        order = _order(erp, place, count, now, luck)
        erp.orders[order.id] = order


def _order(erp: Erp, place: int, count: int, now: datetime, luck: random.Random) -> PurchaseOrder:
    left = count - place
    age = timedelta(days=OLDEST_DAYS * (left - 1) / max(1, count), minutes=luck.randrange(300))
    created = (now - age).replace(microsecond=0)
    status = _status(left, place, count)
    vendor, begins = VENDORS[place % len(VENDORS)]
    order = PurchaseOrder(
        id=erp.next_order,
        title=f"{vendor} {created:%b %d}",
        vendor=vendor,
        vendor_id=vendor_number(vendor),
        status=status,
        created_at=created,
        ordered_at=None if status in (Status.SAVED, Status.SELECT) else created,
        updated_at=created,
        expected_at=created + timedelta(days=luck.randrange(12, 40)),
        shipping=Decimal(luck.choice([0, 0, 18, 42])),
        lines=[_line(erp, sku, luck) for sku in _skus(erp, begins, luck)],
        memo=luck.choice(["", "", "", "Call before delivery."]),
    )
    erp.next_order += 1
    _live_on(order, place, now, luck)
    return order


def _status(left: int, place: int, count: int) -> Status:
    """The second newest was never given a status: nobody chose one in their form."""
    if left == 2:
        return Status.SELECT
    if left <= count // 8:
        return FRESH[place % len(FRESH)]
    if left <= count // 3:
        return UNDER_WAY[place % len(UNDER_WAY)]
    return HISTORY[place % len(HISTORY)]


def _skus(erp: Erp, begins: tuple[str, ...], luck: random.Random) -> list[str]:
    sold = [sku for sku in erp.goods if sku.startswith(begins)]
    return luck.sample(sold, min(len(sold), luck.choice([1, 2, 3, 3, 5])))


def _line(erp: Erp, sku: str, luck: random.Random) -> Line:
    erp.next_line += 1
    good = erp.goods[sku]
    return Line(
        id=erp.next_line,
        sku=sku,
        title=good.title,
        vendor_sku=sku.rpartition("-")[2],
        ordered=luck.choice([12, 24, 24, 48, 60, 144]),
        unit_price=good.cost,
    )


def _live_on(order: PurchaseOrder, place: int, now: datetime, luck: random.Random) -> None:
    """What has happened since: goods arrived, parcels are on their way, dates are odd."""
    if order.status in (Status.RECEIVED, Status.COMPLETED):
        _arrived(order, luck)
        order.invoice = f"INV-{place:04d}" if order.status == Status.COMPLETED else ""
    elif order.status == Status.ORDERED and place % PART_RECEIVED == 0:
        order.lines[0].received = order.lines[0].ordered // 3
        order.updated_at = min(now, order.created_at + timedelta(days=6))
    if order.status in (Status.ORDERED, Status.PENDING) and place % 2:
        order.parcels = [_parcel(order, luck, number) for number in range(1 + place % 5 // 4)]
    if order.status == Status.SAVED or (order.status == Status.PENDING and place % 5 == 0):
        order.expected_at = None
    if order.status == Status.COMPLETED and place % 17 == 0:
        order.ordered_at = None  # entered afterwards: their form leaves year 1


def _arrived(order: PurchaseOrder, luck: random.Random) -> None:
    for line in order.lines:
        line.received = line.ordered
    if luck.random() < 0.1:
        order.lines[0].received += 2  # the vendor sent two more
    order.updated_at = order.created_at + timedelta(days=luck.randrange(8, 14))
    order.parcels = [_parcel(order, luck, 0)]


def _parcel(order: PurchaseOrder, luck: random.Random, number: int) -> Parcel:
    return Parcel(
        number=f"{luck.randrange(10**11, 10**12)}",
        carrier=luck.choice(CARRIERS),
        shipped_at=order.created_at + timedelta(days=3 + number),
    )
