"""A file of purchase orders of our own: a row per line, the first row of a number has its head."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, F, Sum
from django.utils import timezone
from import_export.fields import Field

from catalog.services.own_store import own_currency
from catalog.variant_lookup import VariantLookup
from integrations.importing.cells import Amount, Cell, Choice, Day, Whole
from integrations.importing.kinds import importer
from integrations.importing.resource import CREATE, LEAD, NUMBER, ImportResource, Planned, Row
from integrations.models.base import locked
from inventory.models import PurchaseOrder, PurchaseOrderLine

HEAD = ("supplier", "status", "ordered_on", "expected_on")
OF_ORDER = ("number", *HEAD)
MOST_UNITS, MOST_NUMBER = 1_000_000, 100


@importer
class PurchaseOrderImport(ImportResource):
    """By number and SKU. Lines the file does not name stay; orders of an ERP are only compared."""

    kind, label, perm = "purchase_orders", "Purchase orders", "inventory.import_purchaseorder"
    about = "Add or change purchase orders of your own. Rows with one number are its lines."
    key = required = ("number", "sku")
    reads_not = (
        *("connection", "warehouse", "total", "currency", "tracking", "title", "outstanding"),
        *("ordered_units", "received_units", "status_raw", "changed_at", "product"),
    )
    words = {
        "number": "Number of the purchase order.",
        "supplier": "Who it was ordered from.",
        "status": "draft, ordered, pending, received, completed or canceled.",
        "ordered_on": "Date, like 2026-11-20.",
        "expected_on": "Date, like 2026-12-04.",
        "sku": "Our SKU.",
        "ordered": "Units ordered.",
        "received": "Units that came.",
        "unit_cost": "What one unit costs, like 4.20.",
    }
    example = (
        *("2026-001", "Potters Ltd", "ordered", "2026-11-20", "2026-12-04"),
        *("OWN-MUG-L", "40", "0", "4.20"),
    )

    number = Field("purchase_order__number", "number", Cell(100, required=True), readonly=True)
    supplier = Field("purchase_order__supplier", "supplier", Cell(200))
    status = Field("purchase_order__status", "status", Choice(PurchaseOrder.Status.choices))
    ordered_on = Field("purchase_order__ordered_on", "ordered_on", Day())
    expected_on = Field("purchase_order__expected_on", "expected_on", Day())
    sku = Field("sku", "sku", Cell(100, required=True), readonly=True)
    ordered = Field("ordered", "ordered", Whole(0, MOST_UNITS, required=True))
    received = Field("received", "received", Whole(0, MOST_UNITS, required=True))
    unit_cost = Field("unit_cost", "unit_cost", Amount())

    class Meta:
        model = PurchaseOrderLine
        fields = import_order = ("number", *HEAD, "sku", "ordered", "received", "unit_cost")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.new_orders: dict[str, PurchaseOrder] = {}
        self.heads: dict[str, Row] = {}
        self.lost: dict[str, int] = {}

    @classmethod
    def group_of(cls, row: Row) -> str:
        """The order."""
        return str(row.get("number", "")).strip()

    def load(self, rows: Sequence[Row]) -> None:
        """Orders, lines and variants: three queries."""
        numbers = {str(row["number"]).strip() for row in rows}
        skus = {str(row["sku"]).strip() for row in rows}
        orders = PurchaseOrder.objects.filter(number__in=numbers).order_by("pk")
        orders = (locked(orders) if self.locks else orders).select_related("connection")
        self.theirs = {one.number: one for one in orders if one.connection_id}
        self.orders = self.theirs | {one.number: one for one in orders if not one.connection_id}
        self.variants = VariantLookup(skus)
        lines = PurchaseOrderLine.objects.filter(
            purchase_order__in=[one.pk for one in self.orders.values()]
        ).order_by("pk")
        by_pk = {one.pk: one for one in self.orders.values()}
        self.lines: dict[tuple[str, str], PurchaseOrderLine] = {}
        for line in lines:
            line.purchase_order = by_pk[line.purchase_order_id]
            self.lines[line.purchase_order.number, line.sku] = line

    def _order(self, number: str) -> PurchaseOrder:
        if number in self.orders:
            return self.orders[number]
        status = PurchaseOrder.Status.DRAFT
        new = PurchaseOrder(number=number, status=status, currency="")
        return self.new_orders.setdefault(number, new)

    def find(self, row: Row) -> PurchaseOrderLine | None:
        """The line of this SKU, spelled as there or as our variant is."""
        number, sku = str(row["number"]).strip(), str(row["sku"]).strip()
        variant = self.variants.get(sku)
        line = self.lines.get((number, sku))
        return line or (self.lines.get((number, variant.sku)) if variant else None)

    def init_instance(self, row: Any = None) -> PurchaseOrderLine:
        """A line more, of an order that may be new itself."""
        sku = str(row["sku"]).strip()
        variant = self.variants.get(sku)
        order = self._order(str(row["number"]).strip())
        name = variant.sku if variant else sku
        line = PurchaseOrderLine(purchase_order=order, variant=variant, sku=name, received=0)
        line.external_id = name[:100]
        self.lines[order.number, name] = line
        return line

    # --- the head, of the first row of a number

    def _leads(self, row: Row) -> bool:
        return row[LEAD] in (None, row[NUMBER])

    def import_field(
        self, field: Field, instance: Any, row: Row, is_m2m: bool = False, **kwargs: Any
    ) -> None:
        if field.column_name not in HEAD or self._leads(row):
            super().import_field(field, instance, row, is_m2m, **kwargs)
        elif field.column_name in row:
            self._compare_head(field, row)

    def _compare_head(self, field: Field, row: Row) -> None:
        """Raises ValueError where a later row says something else of the order."""
        head = self.heads.get(str(row["number"]).strip())
        if head is None or field.column_name not in head:
            return
        said, first = str(row[field.column_name]).strip(), str(head[field.column_name]).strip()
        if said != first:
            words = f"Row {head[NUMBER]} says “{first}” for the same order. Make them the same."
            raise ValueError(words)

    def before_import_row(self, row: Row, **kwargs: Any) -> None:
        """Remember the head for the rows after it."""
        super().before_import_row(row, **kwargs)
        if self._leads(row):
            self.heads[str(row["number"]).strip()] = row
        number = str(row["number"]).strip()
        if not number or len(number) > MOST_NUMBER:
            words = f"It must have 1 to {MOST_NUMBER} characters."
            raise ValidationError({"purchase_order__number": words})

    def shown(self, instance: Any, row: Row) -> dict[str, str]:
        """Without the head where another row has it."""
        found = super().shown(instance, row)
        leads = self._leads(row)
        return {name: text for name, text in found.items() if leads or name not in OF_ORDER}

    def after_init_instance(self, instance: Any, new: bool, row: Row, **kwargs: Any) -> None:
        """A new line of an order that is there changes its head from what it is."""
        super().after_init_instance(instance, new, row, **kwargs)
        order = instance.purchase_order
        if new and order.pk is not None:
            changes = self.planned[row[NUMBER]].changes
            head = super().shown(instance, row)
            for name in changes:
                if name in OF_ORDER:
                    changes[name] = [head[name], ""]

    def check(self, instance: PurchaseOrderLine, row: Row, *, new: bool) -> dict[str, str]:
        """What an ERP manages is changed there; a line needs a variant of ours."""
        order = instance.purchase_order
        if order.connection is not None:
            words = f"{order} is managed in {order.connection}; change it there."
            return {"number": words}
        sku = str(row["sku"]).strip()
        if new and instance.variant is None:
            return {"sku": self.variants.why_not(sku)}
        if new and "ordered" not in row:
            return {"ordered": "A new line needs the units that were ordered."}
        if self.locks and order.pk is None and not self._leads(row) and not self._head_here(row):
            return {"number": f"Row {row[LEAD]}, which makes this order, was not imported."}
        return {}

    def _head_here(self, row: Row) -> bool:
        return str(row["number"]).strip() in self.heads

    def without_lead(self, planned: Sequence[Planned]) -> dict[int, str]:
        """Rows of a new order whose first row cannot be imported."""
        kept = {one.number for one in planned}
        refused = {}
        for number, one in self.planned.items():
            if one.row and self._leads(one.row) and number not in kept:
                self.lost[str(one.row["number"]).strip()] = number
        for one in planned:
            order = one.instance.purchase_order
            if order.pk is None and not self._leads(one.row) and order.number in self.lost:
                lead = self.lost[order.number]
                refused[one.number] = f"Row {lead}, which makes this order, has a mistake."
        return refused

    # --- writing

    def write(self, planned: Sequence[Planned]) -> None:
        """Orders, then lines, each new and changed; then the sums of what was touched."""
        lines = [one.instance for one in planned]
        orders = {id(line.purchase_order): line.purchase_order for line in lines}.values()
        self._write_orders(list(orders), {id(o) for o in self._touched_heads(planned)})
        for line in lines:
            line.purchase_order_id = line.purchase_order.pk
        new = [one.instance for one in planned if one.action == CREATE]
        PurchaseOrderLine.objects.bulk_create(new)
        if changed := [one.instance for one in planned if one.action != CREATE]:
            PurchaseOrderLine.objects.bulk_create(
                sorted(changed, key=lambda line: line.pk),
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=["ordered", "received", "unit_cost"],
            )
        add_up([order.pk for order in orders])

    def _touched_heads(self, planned: Sequence[Planned]) -> list[PurchaseOrder]:
        return [one.instance.purchase_order for one in planned if set(one.changes) & set(HEAD)]

    def _write_orders(self, orders: Sequence[PurchaseOrder], touched: set[int]) -> None:
        now, currency = timezone.now(), own_currency()
        new = [order for order in orders if order.pk is None]
        for order in new:
            order.currency = currency
        PurchaseOrder.objects.bulk_create(new)
        changed = [order for order in orders if id(order) in touched and order not in new]
        for order in changed:
            order.changed_at = now
        if changed:
            PurchaseOrder.objects.bulk_create(
                sorted(changed, key=lambda order: order.pk),
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=[*HEAD, "changed_at"],
            )

    def logged(self, planned: Planned) -> PurchaseOrder:
        """The order's history has its lines."""
        found: PurchaseOrder = planned.instance.purchase_order
        return found


def add_up(order_ids: Sequence[int]) -> None:
    """Units and total of these orders from their lines; no total while a cost is unknown."""
    rows = PurchaseOrderLine.objects.filter(purchase_order__in=order_ids).order_by()
    sums = rows.values("purchase_order").annotate(
        units=Sum("ordered"),
        came=Sum("received"),
        cost=Sum(F("ordered") * F("unit_cost")),
        lines=Count("pk"),
        priced=Count("unit_cost"),
    )
    by_pk = {one["purchase_order"]: one for one in sums}
    orders = list(PurchaseOrder.objects.filter(pk__in=order_ids).order_by("pk"))
    for order in orders:
        found = by_pk[order.pk]
        order.ordered_units, order.received_units = found["units"], found["came"]
        order.total = found["cost"] if found["lines"] == found["priced"] else None
    PurchaseOrder.objects.bulk_create(
        orders,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["ordered_units", "received_units", "total"],
    )
