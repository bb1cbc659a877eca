"""The page of one parcel."""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils.html import format_html

from catalog.admin.links import page_of
from config.adminkit.parts import when
from orders.admin.banner import Banner
from orders.admin.shipment_words import bound_word, publish_word, status_word
from orders.models import Notification, Shipment


def shipment_context(shipment: Shipment, request: HttpRequest) -> dict[str, Any]:
    """Context of admin/orders/shipment/summary.html."""
    lines = shipment.lines.select_related("order_line__order", "order_line__variant")
    kind = ContentType.objects.get_for_model(Shipment)
    mails = Notification.objects.filter(content_type=kind, object_id=shipment.pk)
    is_customer = shipment.bound_for == Shipment.BoundFor.CUSTOMER
    words = [status_word(shipment), *([publish_word(shipment)] if is_customer else [])]
    return {
        "badges": words,
        "head_note": format_html("left {}", when(shipment.shipped_at)),
        "banners": _banners(shipment),
        "lines": [(line, page_of(line.order_line.order)) for line in lines.order_by("pk")],
        "extra": [
            f"{units} x {sku or 'a line without SKU'} more than ordered"
            for sku, units in shipment.left_over.items()
        ],
        "columns": 3 if is_customer else 4,
        "no_mail": _why_no_mail(shipment),
        "is_customer": is_customer,
        "bound": bound_word(shipment),
        "publish_word": publish_word(shipment),
        "mails": [(mail, page_of(mail, request)) for mail in mails.order_by("-pk")],
        "order_url": page_of(shipment.order, request),
        "partner_order_url": page_of(shipment.partner_order, request),
    }


def _banners(shipment: Shipment) -> list[Banner]:
    if shipment.publish_status == Shipment.Publish.FAILED:
        fix = "" if _is_canceled(shipment) else " Correct it in the store, then publish it again."
        text = f"{shipment.error}{fix}"
        return [Banner("bad", "The store does not know that it left.", text)]
    if shipment.status == Shipment.Status.EXCEPTION and shipment.received_at is None:
        return [Banner("bad", "The carrier reports a problem.", "Ask the carrier where it is.")]
    return []


def _is_canceled(shipment: Shipment) -> bool:
    return bool(shipment.order and shipment.order.canceled_at)


def _why_no_mail(shipment: Shipment) -> str:
    if _is_canceled(shipment):
        return "No e-mail: the order was canceled."
    return "No e-mail: the order has no address for it."
