"""Customers buy, partners ship, our center receives and sends on."""

import random
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Sum

from catalog.models import Listing, Variant
from integrations.models import Connection
from integrations.services.run_requests import request_run
from orders.models import Order, PartnerOrder, Shipment
from orders.services.center import at_center, receive_shipment, ship_to_customer
from orders.services.closing import CannotSubmit, close_and_submit

from .outside import Outside, wait_for
from .people import carrier, customer

OWN = "crossdock-coffee.myshopify.com"
PARTNER = "shopify-partner"


class Trade:
    """Everybody who trades, with luck that is the same every time."""

    def __init__(self, outside: Outside, user: User) -> None:
        self.outside, self.user = outside, user
        self.luck = random.Random(11)  # noqa: S311 - a story, not a secret

    # --- our store

    def sell(self, lines: dict[str, int], **given: Any) -> str:
        """One customer's order of these units by our SKU; its number."""
        wanted = [{"sku": sku, "quantity": units} for sku, units in lines.items()]
        return self.sell_lines(wanted, **given)

    def sell_lines(self, lines: list[dict[str, Any]], **given: Any) -> str:
        """The same, with lines as the sandbox takes them."""
        made = self.outside.do(
            f"stores/{OWN}/orders", lines=lines, **customer(self.luck) | given, inventory="BYPASS"
        )
        return str(made["name"])

    def sell_some(self, count: int) -> list[str]:
        """So many orders of one to three things that are in stock; their numbers."""
        goods = [sku for shop in (self.skus_of(one) for one in partners()) for sku in shop]
        numbers = []
        for _ in range(count):
            chosen = self.luck.sample(goods, self.luck.choice([1, 1, 1, 2, 2, 3]))
            numbers.append(self.sell({sku: self.luck.choice([1, 1, 2]) for sku in chosen}))
        return self.captured(numbers)

    def captured(self, numbers: list[str]) -> list[str]:
        """Wait until we know all of these."""
        known = Order.objects.filter(number__in=numbers)
        wait_for(lambda: known.count() == len(numbers), f"{len(numbers)} orders captured")
        return numbers

    def skus_of(self, connection: Connection) -> list[str]:
        """Our SKUs of what this partner supplies and has."""
        rows = Listing.objects.filter(connection=connection).exclude(variant=None)
        known = Variant.objects.filter(listings__in=rows)
        stocked = known.annotate(units=Sum("levels__available")).filter(units__gt=5)
        return list(stocked.order_by("sku").values_list("sku", flat=True))

    # --- partners

    def send_open_orders(self) -> None:
        """Press Submit now on what is still collecting."""
        for row in PartnerOrder.objects.filter(status="open", closed_at=None, submitted_at=None):
            try:
                close_and_submit(row, self.user)
            except CannotSubmit:
                continue
        wait_for(lambda: not PartnerOrder.objects.filter(status="open", external_id="").exists(),
                 "every partner order placed")  # fmt: skip

    def ship(self, rows: list[PartnerOrder]) -> None:
        """The partners ship these in full; we learn of it."""
        for row in rows:
            company, number = carrier(self.luck)
            assert row.connection is not None
            self.outside.do(
                f"stores/{row.connection.account}/ship",
                order=row.external_number, company=company, number=number,
            )  # fmt: skip
        for one in {row.connection for row in rows if row.connection}:
            request_run(one, "shipments", trigger="staff", user=self.user, again=True)
        shipped = PartnerOrder.objects.filter(
            pk__in=[row.pk for row in rows], status__in=["shipped", "delivered"]
        )
        wait_for(lambda: shipped.count() == len(rows), f"{len(rows)} parcels seen")

    def deliver(self, rows: list[PartnerOrder]) -> None:
        """The courier hands these over; we learn of it."""
        for row in rows:
            assert row.connection is not None
            self.outside.do(f"stores/{row.connection.account}/deliver", order=row.external_number)
        for one in {row.connection for row in rows if row.connection}:
            request_run(one, "shipments", trigger="staff", user=self.user, again=True)
        there = PartnerOrder.objects.filter(pk__in=[row.pk for row in rows], status="delivered")
        wait_for(lambda: there.count() == len(rows), f"{len(rows)} parcels delivered")

    # --- our center

    def receive(self) -> None:
        """Press Received on every parcel that came."""
        for parcel in Shipment.objects.filter(bound_for="center", received_at=None):
            receive_shipment(parcel, self.user)

    def send_on(self, share: float) -> None:
        """Ship that share of what lies at the center to the customers."""
        for order in Order.objects.filter(status="received").order_by("pk"):
            if at_center(order) and self.luck.random() < share:
                company, number = carrier(self.luck)
                ship_to_customer(order, self.user, company, number)

    # --- flows

    def run(self, connection: Connection, flow: str) -> str:
        """One run of it, to its end; its status."""
        run, _ = request_run(connection, flow, trigger="staff", user=self.user)

        def ended() -> bool:
            run.refresh_from_db()
            return run.status not in ("queued", "running")

        wait_for(ended, f"{flow} of {connection} ended")
        return str(run.status)


def partners() -> list[Connection]:
    """The partners' connections that work, in the order they were made."""
    return list(Connection.objects.filter(provider=PARTNER, status="active").order_by("pk"))


def partner_at(shop: str) -> Connection:
    """The connection of one shop, by the first part of its domain."""
    return Connection.objects.get(provider=PARTNER, account=f"{shop}.myshopify.com")
