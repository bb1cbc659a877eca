"""Purchase orders: asked for by filters, checked again here, and read in their many spellings."""

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

from integrations.errors import BadResponse
from integrations.providers.sellercloud.config import Settings
from integrations.providers.sellercloud.pages import Row
from integrations.providers.sellercloud.values import storable, written
from integrations.said import Said, amount, as_text, day, moment, units
from integrations.types import (
    PurchaseOrderQuery,
    PurchaseOrderState,
    RemotePurchaseOrder,
    RemotePurchaseOrderLine,
    RemoteTracking,
)

PATH = "/api/PurchaseOrders"
# Number, name and our word. -1 is *Select*: nobody chose one yet.
STATUSES: tuple[tuple[int, str, PurchaseOrderState], ...] = (
    (0, "Saved", "draft"),
    (1, "Ordered", "ordered"),
    (2, "Pending", "pending"),
    (3, "Received", "received"),
    (4, "Cancelled", "canceled"),
    (5, "Completed", "completed"),
)
BY_WORD: Mapping[str, PurchaseOrderState] = {
    "canceled": "canceled",
    **{str(number): state for number, _, state in STATUSES},
    **{name.lower(): state for _, name, state in STATUSES},
}
STATUS = ("Status", "PurchaseOrderStatus", "POStatus", "Statuses.Status")
ID = ("ID", "POId", "PurchaseOrderID", "Purchase.POId")
CREATED = ("CreatedOn", "CreateDate", "DateCreated", "Purchase.CreatedOn")
ORDERED = ("OrderDate", "DateOrdered", "OrderedOn", "Purchase.OrderedOn")
# What says when it last changed; the last one only when somebody revised it.
UPDATED = ("UpdatedOn", "UpdatedDate", "LastModifiedOn")
REVISED = "LastRevisedOn"
EXPECTED = ("ExpectedDeliveryDate", "ExpectedOn", "Purchase.ExpectedDeliveryDate")
TOTAL = ("GrandTotal", "Total", "TotalAmount", "OrderTotal", "Totals.GrandTotal")
SUPPLIER = ("VendorName", "Vendor", "Purchase.VendorName", "DisplayName")
SUPPLIER_ID = ("VendorID", "Purchase.VendorID")
WAREHOUSE = ("WarehouseName", "ReceiveWarehouseName", "Warehouse")
WAREHOUSE_ID = ("WarehouseID", "ReceiveWarehouseID", "Purchase.WarehouseID")
COMPANY = ("CompanyID", "Purchase.CompanyID")


def params_of(query: PurchaseOrderQuery, config: Settings, zone: tzinfo) -> dict[str, Any]:
    """The filters as their list takes them, times in MM/dd/yyyy HH:mm by the account's clock.

    Statuses are numbers in their specification and names in their guide; a setting chooses.
    """
    by_name = config.status_filter == "names"
    words = [name if by_name else number for number, name, one in STATUSES if one in query.statuses]
    ranges = {
        "createDateFrom": query.created_from,
        "createDateTo": query.created_to,
        "updatedDateFrom": query.updated_from,
        "updatedDateTo": query.updated_to,
    }
    params: dict[str, Any] = {name: written(at, zone) for name, at in ranges.items() if at}
    if words:
        params["pOStatuses"] = words
    if config.company_id:
        params["companyIDList"] = config.company_id
    return params


class Decoder:
    """Reads the rows of one account, and leaves out those nobody asked for."""

    def __init__(self, config: Settings, zone: tzinfo) -> None:
        self._config, self._zone = config, zone

    def wanted(self, rows: list[Row], query: PurchaseOrderQuery) -> Iterator[RemotePurchaseOrder]:
        """Those of a page that hold for the query: a filter they do not know they ignore silently.

        What changed when is left to them unless an order says so itself: *revised* is not known
        to cover every change, and an order too many does no harm.
        """
        for row in rows:
            said = Said(row)
            if self._holds(said, query):
                yield self.order(row, said)

    def _holds(self, said: Said, query: PurchaseOrderQuery) -> bool:
        company = said.text(*COMPANY)
        if self._config.company_id and company and company != self._config.company_id:
            return False
        if query.statuses and status_of(said)[0] not in query.statuses:
            return False
        created = moment(said.get(*CREATED), self._zone)
        updated = moment(said.get(*UPDATED), self._zone)
        return _within(created, query.created_from, query.created_to) and _within(
            updated, query.updated_from, query.updated_to
        )

    def order(self, row: Row, said: Said) -> RemotePurchaseOrder:
        """One order. Raises BadResponse where it has no id: nothing could be kept of it."""
        external_id = said.text(*ID)
        if not external_id:
            raise BadResponse("SellerCloud sent a purchase order without an id. Run it again.")
        status, raw_status = status_of(said)
        return RemotePurchaseOrder(
            external_id=external_id,
            number=said.text("PONumber") or external_id,
            status=status,
            status_raw=raw_status,
            lines=tuple(self._lines(said)),
            supplier=said.text(*SUPPLIER) or said.text(*SUPPLIER_ID),
            warehouse=said.text(*WAREHOUSE) or _some_id(said.text(*WAREHOUSE_ID)),
            ordered_on=self._ordered_on(said),
            expected_on=day(said.get(*EXPECTED), self._zone),
            total=amount(said.get(*TOTAL)),
            currency=said.text("CurrencyCode", "Currency") or self._config.currency,
            tracking=tuple(self._tracking(said)),
            updated_at=moment(said.get(*UPDATED, REVISED), self._zone),
            raw=storable(row),
        )

    def _ordered_on(self, said: Said) -> Any:
        """The first that is a date: a draft has 0001-01-01 where the order date belongs."""
        days = (day(said.get(name), self._zone) for name in (*ORDERED, *CREATED))
        return next((one for one in days if one), None)

    def _lines(self, said: Said) -> Iterator[RemotePurchaseOrderLine]:
        for number, row in enumerate(said.rows("Items", "Lines", "Products"), 1):
            line = Said(row)
            yield RemotePurchaseOrderLine(
                external_id=line.text("ID", "ItemID", "LineID") or f"line-{number}",
                sku=line.text("SKU", "ProductID", "VendorSKU"),
                ordered=_count(line.get("QtyOrdered", "QuantityOrdered", "Qty", "Quantity")),
                received=_count(line.get("QtyReceived", "QuantityReceived"), 0),
                title=line.text("ProductName", "Title"),
                unit_cost=amount(line.get("UnitPrice", "UnitCost")),
                expected_on=day(line.get("ExpectedDeliveryDate"), self._zone),
            )

    def _tracking(self, said: Said) -> Iterator[RemoteTracking]:
        """The list, and the single number where the list does not hold it."""
        seen = set()
        for row in said.rows("TrackingNumbers"):
            parcel = Said(row)
            number = parcel.text("TrackingNumber", "Number")
            if not number or number in seen:
                continue
            seen.add(number)
            carrier = parcel.text("ShippingCarrier", "Carrier")
            yield RemoteTracking(number, carrier, day(parcel.get("ShippedOn"), self._zone))
        number = said.text("TrackingNumber")
        if number and number not in seen:
            yield RemoteTracking(number, said.text("ShippingCarrier"))


def status_of(said: Said) -> tuple[PurchaseOrderState | None, str]:
    """Our word, or None where theirs is unknown; and theirs as it came.

    It comes as a number, as a number in text and as a name, in both spellings of *canceled*.
    """
    raw = as_text(said.get(*STATUS))
    return BY_WORD.get(raw.lower()), raw


def _count(value: Any, absent: int | None = None) -> Any:
    """Units; what is no number of units is handed on as it was said, for it to be refused."""
    if value is None:
        return absent
    found = units(value)
    return value if found is None else found


def _some_id(text: str) -> str:
    return "" if text in ("0", "-1") else text


def _within(at: datetime | None, start: datetime | None, end: datetime | None) -> bool:
    """Filters know minutes only: both ends are inclusive to the minute. Unknown holds."""
    if at is None:
        return True
    if start is not None and at < start.replace(second=0, microsecond=0):
        return False
    return end is None or at < end or _minute(at) == _minute(end)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
