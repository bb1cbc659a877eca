"""Pressing a button of the admin, the way a dialog posts it."""

from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from integrations.types import RemoteShipment, ShippedLine
from orders.models import PartnerOrder, Shipment
from orders.services.closing import close_and_submit
from orders.services.shipments import record_shipment
from orders.services.submission import submit


def page_of(row: Model) -> str:
    return reverse(f"admin:orders_{row._meta.model_name}_change", args=[row.pk])


def press(client: Client, row: Model, name: str, **fields: object) -> HttpResponse:
    """Press and answer its question; the page one is sent back to."""
    url = reverse(f"admin:orders_{row._meta.model_name}_do", args=[row.pk, name])
    return client.post(url, {"confirmed": "1", **fields}, follow=True)


def press_bulk(client: Client, rows: list[Model], name: str, **fields: object) -> HttpResponse:
    """Press with these rows ticked."""
    url = reverse(f"admin:orders_{rows[0]._meta.model_name}_changelist")
    ticked = {"_selected_action": [row.pk for row in rows], "action": name, "index": "0"}
    return client.post(
        url, {**ticked, "select_across": "0", "confirmed": "1", **fields}, follow=True
    )


def place(partner_order: PartnerOrder, user=None) -> PartnerOrder:
    """Close it and let the scripted partner answer."""
    submit(close_and_submit(partner_order, user), sleep=lambda seconds: None)
    partner_order.refresh_from_db()
    return partner_order


def take_parcel(placed: PartnerOrder, number: str = "1Z999") -> Shipment:
    """The partner reports one parcel with everything it was asked for."""
    lines = placed.submissions.get().content["lines"]
    inside = tuple(ShippedLine("", line["sku"], line["quantity"]) for line in lines)
    remote = RemoteShipment(
        f"gid://{number}", placed.external_id, inside, carrier="UPS", tracking_number=number
    )
    shipment, created = record_shipment(placed.connection, remote)
    assert created
    assert shipment is not None
    return shipment
