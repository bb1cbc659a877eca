"""Rows for every list of the admin: each with its own neighbors, so a list that asks per row shows.

Row n of any kind carries the number n with three digits in each text that can be searched.
"""

from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone

from catalog.models import Listing, Partner, Product, UnmatchedSku, Variant
from integrations.models import (
    Alert,
    ApiKey,
    BulkAction,
    BulkRow,
    Connection,
    FlowSchedule,
    ImportJob,
    InboundEvent,
    InstallLink,
    SyncRun,
)
from inventory.models import Location, PurchaseOrder, Reservation, StockLevel
from orders.models import (
    Notification,
    Order,
    OrderContact,
    OrderLine,
    PartnerOrder,
    PartnerOrderLine,
    PrivacyRequest,
    Shipment,
    ShipmentLine,
    Submission,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def fill(first: int, last: int) -> None:
    """Rows with the numbers from first to last, of every kind."""
    for number in range(first, last + 1):
        fill_one(f"{number:03}")


def fill_one(n: str) -> None:
    user = User.objects.create_user(f"person{n}", f"person{n}@staff.example", is_staff=True)
    user.groups.add(Group.objects.create(name=f"group{n}"))
    shop, partner = make_partner(n)
    variant = make_variant(n, shop, partner)
    line = make_order(n, shop, variant)
    placed, part = place(n, partner, line)
    parcel = ship(n, line, part)
    mail = Notification.objects.create(
        type="fulfillment", event="shipped", content_type=kind_of(parcel), object_id=parcel.pk,
        order=line.order, recipient=f"dana{n}@mail.example", subject=f"Parcel {n} left", body="",
    )  # fmt: skip
    run = SyncRun.objects.create(
        connection=shop, flow=f"stock{n}", status="completed", trigger="schedule", user=user,
        started_at=NOW, finished_at=NOW,
    )  # fmt: skip
    request = PrivacyRequest.objects.create(
        kind="data_request", provider="fake", account=f"shop{n}.fake", connection=shop,
        key=n, customer_id=f"customer{n}", due_on=timezone.localdate(),
    )  # fmt: skip
    bulk = BulkAction.objects.create(
        user=user, content_type=kind_of(line.order), action="hold", label=f"Hold {n}", total=1,
        status="completed",
    )  # fmt: skip
    BulkRow.objects.create(bulk=bulk, object_id=line.order.pk, outcome="done")
    ImportJob.objects.create(
        user=user, content_type=kind_of(variant), kind="variants", file_name=f"prices {n}.csv",
        counts={"create": 1}, total=1, status="draft",
    )  # fmt: skip
    kinds = [shop, partner, line.order, placed, parcel, mail, run, request, variant.product]
    event = make_event(n, shop, kinds[int(n) % len(kinds)])
    kinds.append(event)
    make_alert(n, kinds[int(n) % len(kinds)], user)
    UnmatchedSku.objects.create(
        connection=shop, source="order", sku=f"OLD-{n}", reason="No product variant found.",
        first_at=NOW, last_at=NOW,
    )  # fmt: skip
    ApiKey.objects.create(
        name=f"Script {n}", prefix=f"cd_key00{n}", hash="", scopes=["sync:read"], owner=user,
        expires_at=timezone.now() + timedelta(days=300),
    )  # fmt: skip
    InstallLink.objects.create(
        provider="fake", token_hash=n, account=f"shop{n}.fake", email=f"owner{n}@shop.example",
        created_by=user, expires_at=timezone.now() + timedelta(days=1), connection=shop,
    )  # fmt: skip


def kind_of(row: Model) -> ContentType:
    return ContentType.objects.get_for_model(row)


def make_partner(n: str) -> tuple[Connection, Partner]:
    shop = Connection.objects.create(
        provider="shopify-partner", slug=f"shop{n}", name=f"Shop {n}", account=f"shop{n}.fake",
        status="active",
    )  # fmt: skip
    FlowSchedule.objects.create(connection=shop, flow=f"stock{n}")
    partner = Partner.objects.create(
        name=f"Partner {n}", code=f"code{n}", connection=shop, terms_confirmed_at=NOW
    )
    return shop, partner


def make_variant(n: str, shop: Connection, partner: Partner) -> Variant:
    product = Product.objects.create(
        title=f"Coffee {n}", handle=f"coffee{n}", source_partner=partner
    )
    variant = Variant.objects.create(
        product=product, sku=f"Sku-{n}", title=f"{n} grams", barcode=f"400{n}", price=2
    )
    Listing.objects.create(
        connection=shop, external_id=n, external_product_id=n, sku=f"Theirs-{n}", title="Coffee",
        currency="USD", price=1, cost=1, variant=variant, seen_at=NOW,
    )  # fmt: skip
    place = Location.objects.create(connection=shop, external_id=n, name=f"Store {n}", as_of=NOW)
    StockLevel.objects.create(location=place, variant=variant, available=9, as_of=NOW)
    Reservation.objects.create(key=f"line:{n}", variant=variant, connection=shop, quantity=1)
    bought = PurchaseOrder.objects.create(
        connection=shop, number=f"PO-9{n}", status="ordered", supplier=f"Supplier {n}"
    )
    bought.lines.create(external_id="1", variant=variant, sku=variant.sku, ordered=4)
    return variant


def make_order(n: str, shop: Connection, variant: Variant) -> OrderLine:
    order = Order.objects.create(
        number=f"#1{n}", connection=shop, external_id=f"gid://shopify/Order/77{n}", currency="USD",
        source_version=NOW, placed_at=NOW, total=9, status="shipped", attention="shortfall",
    )  # fmt: skip
    OrderContact.objects.create(order=order, name=f"Dana No{n}", email=f"dana{n}@mail.example")
    first, _ = (
        OrderLine.objects.create(
            order=order, external_id=kind, variant=variant, sku=f"{kind}-{n}", title="Coffee",
            quantity=2, price=3,
        )
        for kind in ("Sku", "Gift")
    )  # fmt: skip
    return first


def place(n: str, partner: Partner, line: OrderLine) -> tuple[PartnerOrder, PartnerOrderLine]:
    placed = PartnerOrder.objects.create(
        partner=partner, connection=partner.connection, reference=f"CD-AAAAAAA{n}",
        external_id=f"gid://shopify/Order/88{n}", external_number=f"#2{n}", order=line.order,
        ship_to="customer", currency="USD", closed_at=NOW, submitted_at=NOW, status="submitted",
    )  # fmt: skip
    Submission.objects.create(
        partner_order=placed, kind="create", reference=f"CD-AAAAAAA{n}", digest="", status="failed"
    )
    part = PartnerOrderLine.objects.create(
        order_line=line, variant=line.variant, partner=partner, partner_order=placed, quantity=2
    )
    return placed, part


def ship(n: str, line: OrderLine, part: PartnerOrderLine) -> Shipment:
    parcel = Shipment.objects.create(
        order=line.order, partner_order=part.partner_order, bound_for="customer", carrier="UPS",
        tracking_number=f"1Z{n}", shipped_at=NOW, source="partner", publish_status="failed",
    )  # fmt: skip
    ShipmentLine.objects.create(
        shipment=parcel, order_line=line, partner_order_line=part, quantity=2
    )
    return parcel


def make_event(n: str, shop: Connection, about: Model) -> InboundEvent:
    return InboundEvent.objects.create(
        provider="fake", connection=shop, account=shop.account, topic="orders/create",
        dedupe_key=f"shop{n}.fake:orders/create:delivery-{n}", received_at=NOW, status="failed",
        content_type=kind_of(about), object_id=about.pk,
    )  # fmt: skip


def make_alert(n: str, about: Model, owner: User) -> Alert:
    return Alert.objects.create(
        fingerprint=n, kind=f"kind{n}", title=f"Trouble {n}", advice=f"Press Retry {n}.",
        first_at=NOW, last_at=NOW, owner=owner, content_type=kind_of(about), object_id=about.pk,
    )  # fmt: skip
