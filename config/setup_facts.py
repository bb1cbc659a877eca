"""What the checklist is derived from: facts read off the database, each by one query."""

from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from catalog.models import Listing, Partner, Product, ShipTo
from catalog.services.own_store import own_store
from catalog.services.partners import is_warehouse
from integrations.models import Connection, SyncRun
from inventory.models import Location
from orders.models import Notification, Order, PartnerOrder, Shipment


@dataclass(frozen=True)
class Step:
    """One line: what it is, where it stands, and the one button that leads on.

    `outside`: the next thing happens in another system, so the page looks again by itself.
    """

    title: str
    text: str
    done: bool = False
    button: str = ""
    url: str = ""
    perm: str = ""
    new_tab: bool = False
    outside: bool = False


@dataclass
class Facts:
    """What the steps are derived from; each fact is one query, and only when a step asks."""

    sandbox: str = field(default_factory=lambda: settings.SANDBOX_URL)

    @cached_property
    def store(self) -> Connection | None:
        """Our own store, connected."""
        return own_store()

    @cached_property
    def center(self) -> Location | None:
        """Our shelf; its address is the fulfillment center."""
        return Location.objects.filter(connection=None).order_by("pk").first()

    @cached_property
    def partners(self) -> list[Partner]:
        """Partners with a connected store, the oldest first.

        The demo has warehouses from its start, and the first steps are about a store; who works
        with warehouses alone takes the steps with one of them.
        """
        active = Partner.objects.filter(connection__status=Connection.Status.ACTIVE)
        rows = active.filter(archived_at=None).select_related("connection").order_by("pk")
        found = list(rows.defer("connection__secrets", "connection__tokens"))
        stores = [one for one in found if not is_warehouse(one.connection)]
        return stores if stores or self.sandbox else found

    @property
    def partner(self) -> Partner | None:
        """The first of them."""
        return self.partners[0] if self.partners else None

    @cached_property
    def seen(self) -> int:
        """Variants their stores have."""
        return Listing.objects.filter(connection__partner__in=self.partners).count()

    @cached_property
    def imported(self) -> int:
        """Products imported from partners."""
        return Product.objects.exclude(source_partner=None).count()

    @cached_property
    def published(self) -> int:
        """Imported variants that are in our own store."""
        if self.store is None:
            return 0
        ours = Listing.objects.filter(connection=self.store)
        return ours.exclude(variant__product__source_partner=None).count()

    @cached_property
    def importer(self) -> SyncRun | None:
        """The newest run that puts products into our store."""
        return SyncRun.objects.filter(flow="publish_products").order_by("-id").first()

    @cached_property
    def order(self) -> Order | None:
        """The first customer order that goes to a partner, or the first of all."""
        live = Order.objects.filter(canceled_at=None).order_by("id")
        return live.exclude(lines__parts__partner__connection=None).first() or live.first()

    @cached_property
    def open_batch(self) -> PartnerOrder | None:
        """The first partner order that is not placed yet."""
        waiting = PartnerOrder.objects.filter(submitted_at=None).exclude(status="canceled")
        return waiting.order_by("id").first()

    @cached_property
    def placed(self) -> PartnerOrder | None:
        """The first partner order that was placed, one that comes to our center if there is one."""
        rows = PartnerOrder.objects.exclude(submitted_at=None).order_by("id")
        rows = rows.select_related("connection", "partner")
        return rows.filter(ship_to=ShipTo.CENTER).first() or rows.first()

    @cached_property
    def parcel(self) -> Shipment | None:
        """A parcel to our center: one on its way, else the newest."""
        bound = Shipment.objects.filter(bound_for=ShipTo.CENTER).order_by("-id")
        return bound.filter(received_at=None).first() or bound.first()

    @cached_property
    def to_customer(self) -> Shipment | None:
        """The first parcel to a customer."""
        bound = Shipment.objects.filter(bound_for=ShipTo.CUSTOMER).select_related(
            "order__connection"
        )
        return bound.order_by("id").first()

    @cached_property
    def mailed(self) -> bool:
        """A customer got the tracking number by mail."""
        sent = Notification.objects.filter(status=Notification.Status.SENT)
        return sent.filter(type=Notification.Type.FULFILLMENT).exists()


def address(name: str, *args: object) -> str:
    """`reverse("admin:...")`, or empty where the page does not exist."""
    try:
        return reverse(f"admin:{name}", args=args)
    except NoReverseMatch:
        return ""


def page_of(row: object, fallback: str = "") -> str:
    """The admin page of a row; of its list where there is no row."""
    meta = getattr(row, "_meta", None)
    if meta is None:
        return address(fallback)
    return address(f"{meta.app_label}_{meta.model_name}_change", getattr(row, "pk", ""))
