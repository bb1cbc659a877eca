"""Orders in every state staff have a button for, each with a partner of its own."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import User
from django.utils import timezone

from catalog.models import Partner
from integrations.errors import Rejected, Unconfirmed
from integrations.models import Connection
from integrations.types import OrderState
from orders.models import Notification, Order, PartnerOrderLine, Shipment
from orders.services.approving import hold_order
from orders.services.capture import capture_order
from orders.services.center import ship_to_customer
from orders.services.closing import close_and_submit, hold_partner_order
from orders.services.holding import hold_line
from orders.services.partner_news import take_state
from orders.services.planning import skip_next
from orders.services.status import refresh_status
from tests.orders.builders import (
    NOW,
    PartnerSystem,
    add_listing,
    channel_line,
    channel_order,
    make_order,
    make_partner,
    make_variant,
)
from tests.orders.news import moved
from tests.orders.pressing import place, take_parcel
from tests.orders.test_decisions import Customer

if TYPE_CHECKING:
    from tests.config.access.world import World

SystemOf = Callable[[Connection], PartnerSystem]


def add_orders(world: "World", system_of: SystemOf) -> None:
    """One story after the other; none touches the rows of another."""
    boss = User.objects.get(username="boss")
    for story in (_waiting, _on_hold, _short, _edited, _shipping):
        story(world, boss)
    _sent(world, system_of)
    _weekly(world, boss)


def bought(world: "World", code: str, units: int = 1, **terms: object) -> tuple[Order, Any]:
    """An order of one product of a new partner; the order, and the line at the partner."""
    partner = make_partner(code, **terms)
    sku = make_variant(f"PARTNER-{code}-BEAN", partner).sku
    order, _ = capture_order(world.own, channel_order([channel_line(sku, units)]))
    return order, PartnerOrderLine.objects.get(order_line__order=order)


def _waiting(world: "World", boss: User) -> None:
    order, part = bought(world, "waits")
    world.add(order)
    world.add(part)
    world.add(part.partner_order)
    world.add(make_order(world.own, "UNKNOWN-1"), "route", "ship_ourselves")
    world.add(bought(world, "asks", trigger="approved")[0], "approve")


def _on_hold(world: "World", boss: User) -> None:
    order, _ = bought(world, "stopped")
    hold_order(order, boss, "They asked.")
    world.add(order, "release")
    _, part = bought(world, "lineheld")
    world.shows_lines.append(part.partner_order)
    hold_line(part, "by boss", boss)
    world.add(part, "release")
    _, part = bought(world, "rowheld")
    hold_partner_order(part.partner_order, boss, hold=True)
    world.add(part.partner_order, "release")


def _short(world: "World", boss: User) -> None:
    partner, other = make_partner("scarce"), make_partner("plenty", rank=500)
    variant = make_variant("PARTNER-scarce-BEAN", partner, stock=2)
    add_listing(variant, other, stock=50)
    order, _ = capture_order(world.own, channel_order([channel_line(variant.sku, 3)]))
    part = PartnerOrderLine.objects.get(order_line__order=order)
    world.add(part, "place_anyway", "wait_for_stock", "send_elsewhere")
    world.shows_lines.append(order)


def _edited(world: "World", boss: User) -> None:
    customer = Customer(world.own, make_partner("edited"), 3)
    place(customer.fresh.lines.get().parts.get().partner_order)
    world.add(customer.wants(canceled_at=NOW), "ask", "keep", "note_refund")
    order, _ = bought(world, "underpaid")
    Order.objects.filter(pk=order.pk).update(payment_problem="12.00 USD was paid.")
    refresh_status(order)
    order.refresh_from_db()
    world.add(order, "accept_payment", "refuse_payment")
    straight = make_partner("straight", dispatch="immediate", ship_to="customer")
    takes_addresses = {"provider": "extensiv", "settings": {"base_url": "wms.east.example"}}
    Connection.objects.filter(partner=straight).update(**takes_addresses)
    customer = Customer(world.own, straight, 1)
    place(customer.fresh.lines.get().parts.get().partner_order)
    world.add(customer.wants(contact=moved("9 New Road")), "address", "send_address")


def _shipping(world: "World", boss: User) -> None:
    make_variant("MUG-1")
    world.add(make_order(world.own, "MUG-1"), "ship")
    sent = ship_to_customer(make_order(world.own, "MUG-1"), boss, "UPS", "1Z777")
    Shipment.objects.filter(pk=sent.pk).update(publish_status="failed", error="Archived.")
    world.add(sent, "publish")
    mail = Notification.objects.get()
    world.add(mail)
    failed = Notification.objects.get()
    failed.pk, failed.status, failed.object_id = None, "failed", sent.pk + 1
    failed.save()
    world.add(failed, "send_again")
    _, part = bought(world, "parcels")
    world.add(take_parcel(place(part.partner_order)))


def _sent(world: "World", system_of: SystemOf) -> None:
    stories: dict[str, tuple[object, list[str]]] = {
        "refuses": (Rejected("They do not know it."), ["retry"]),
        "silence": (("after", Unconfirmed("Lost.")), ["link", "send_again", "drop"]),
        "takes": (None, ["cancel", "ask"]),
    }
    for code, (step, buttons) in stories.items():
        _, part = bought(world, code)
        system_of(part.partner_order.connection).script = [step]
        world.add(place(part.partner_order), *buttons)
    _, part = bought(world, "drives", dispatch="immediate", ship_to="customer")
    Order.objects.filter(lines__parts=part).update(delivery_method="delivery")
    driven = place(part.partner_order)
    assert driven.connection is not None
    take_state(driven.connection, OrderState(driven.external_id, "packed", "Packed"))
    driven.refresh_from_db()
    world.add(driven, "book", "delivered")
    _, part = bought(world, "byword")
    told = place(part.partner_order)
    veracore = {"provider": "veracore", "settings": {"company_id": "CROSSDOCK"}}
    Connection.objects.filter(pk=told.connection_id).update(**veracore)
    told.refresh_from_db()
    world.add(told, "they_canceled")
    _, part = bought(world, "decides", approval="always")
    close_and_submit(part.partner_order)
    part.partner_order.refresh_from_db()
    world.add(part.partner_order, "approve")


def _weekly(world: "World", boss: User) -> None:
    now = timezone.now()
    weekday = (now + timedelta(days=3)).weekday()
    terms = {"dispatch": "weekly_append", "cutoff_weekday": weekday}
    _, part = bought(world, "skipped", **terms)
    skip_next(Partner.objects.get(code="skipped"), now, boss)
    part.partner_order.refresh_from_db()
    world.add(part.partner_order, "unskip")
    _, part = bought(world, "runs", **terms)
    world.add(part.partner_order, "skip")
