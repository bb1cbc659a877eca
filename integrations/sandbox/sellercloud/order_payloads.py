"""A purchase order in the JSON of both contracts: the published one and the described one."""

from decimal import Decimal
from typing import Any

from .calls import Call
from .dates import NEVER, UNSET, written, written_day
from .models import Line, PurchaseOrder, Status

Json = dict[str, Any]


def item(call: Call, order: PurchaseOrder) -> Json:
    """The order as it stands in a list."""
    if call.erp.rules.dialect == "described":
        return _described(call, order)
    parcel = order.parcels[-1] if order.parcels else None
    return {
        "ID": order.id,
        "PurchaseTitle": order.title,
        "DisplayName": order.vendor,
        "VendorID": order.vendor_id,
        "CompanyID": call.erp.company_id,
        "WarehouseID": order.warehouse_id,
        "POType": 0,
        "CreatedOn": written(order.created_at, call.offset),
        "DateOrdered": written(order.ordered_at, call.offset) if order.ordered_at else NEVER,
        "LastRevisedOn": written(order.updated_at, call.offset),
        "ExpectedDeliveryDate": _expected(call, order),
        "PurchaseOrderStatus": int(order.status),
        "ReceivingStatus": order.receiving,
        "PurchaseOrdersShippingStatus": _shipping_status(order),
        "PaymentStatus": 30 if order.status == Status.COMPLETED else 10,
        **_totals(order),
        "TrackingNumber": parcel.number if parcel else None,
        "TrackingNumbers": _parcels(call, order),
        "Memo": order.memo,
        "VendorInvoiceNumber": order.invoice or None,
        "Items": [_line(call, line) for line in order.lines],
    }


def single(call: Call, order: PurchaseOrder) -> Json:
    """The order by its id, which the published API nests."""
    if call.erp.rules.dialect == "described":
        return _described(call, order)
    whole = item(call, order)
    return {
        "Purchase": {
            "POId": order.id,
            "PurchaseTitle": order.title,
            "VendorId": order.vendor_id,
            "VendorName": order.vendor,
            "CompanyId": call.erp.company_id,
            "WarehouseId": order.warehouse_id,
            "CreatedOn": whole["CreatedOn"],
            "OrderedOn": whole["DateOrdered"],
            "ExpectedDeliveryDate": whole["ExpectedDeliveryDate"],
            "Memo": order.memo,
        },
        "Statuses": {
            "Status": int(order.status),
            "ReceivingStatus": order.receiving,
            "ShippingStatus": whole["PurchaseOrdersShippingStatus"],
            "PaymentStatus": whole["PaymentStatus"],
        },
        "Totals": _totals(order),
        "TrackingNumbers": whole["TrackingNumbers"],
        "Items": whole["Items"],
    }


def _described(call: Call, order: PurchaseOrder) -> Json:
    """The names an integrator was told: words for statuses, and everything on one level."""
    when = order.ordered_at or order.created_at
    return {
        "ID": order.id,
        "PONumber": f"PO-{order.id}",
        "VendorID": order.vendor,
        "Warehouse": "Main",
        "Status": order.status.name.capitalize(),
        "OrderDate": written(when, call.offset),
        "UpdatedOn": written(order.updated_at, call.offset),
        "ExpectedDeliveryDate": written_day(order.expected_at, call.offset),
        "Total": float(order.goods_total + order.shipping),
        "TrackingNumbers": _parcels(call, order),
        "Items": [_line(call, line) for line in order.lines],
    }


def _expected(call: Call, order: PurchaseOrder) -> str | None:
    """A date nobody entered is null, or the first one of their calendar while it is a draft."""
    if order.expected_at is None and order.status == Status.SAVED:
        return UNSET
    return written_day(order.expected_at, call.offset)


def _shipping_status(order: PurchaseOrder) -> int:
    if not order.parcels:
        return 0
    return 2 if order.receiving == 2 else 1


def _totals(order: PurchaseOrder) -> Json:
    return {
        "OrderTotal": float(order.goods_total),
        "ShippingTotal": float(order.shipping),
        "GrandTotal": float(order.goods_total + order.shipping),
    }


def _parcels(call: Call, order: PurchaseOrder) -> list[Json]:
    return [
        {
            "TrackingNumber": parcel.number,
            "ShippingCarrier": parcel.carrier,
            "ShippedOn": written(parcel.shipped_at, call.offset) if parcel.shipped_at else None,
        }
        for parcel in order.parcels
    ]


def _line(call: Call, line: Line) -> Json:
    return {
        "ID": line.id,
        "SKU": line.sku,
        "VendorSKU": line.vendor_sku,
        "ProductName": line.title,
        "QtyOrdered": line.ordered,
        "QtyReceived": line.received,
        "UnitPrice": float(line.unit_price),
        "LineTotal": float(line.unit_price * Decimal(line.ordered)),
        "ExpectedDeliveryDate": written_day(line.expected_at, call.offset),
    }
