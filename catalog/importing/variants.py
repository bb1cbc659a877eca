"""A file of variants: titles, barcodes, prices and buffers; and new variants of our own shelf."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.text import slugify
from import_export.fields import Field

from catalog.models import Product, Variant, normalize_sku
from catalog.money import places_of
from catalog.services.own_store import own_currency, own_store
from catalog.skus import parse_sku
from integrations.importing.cells import Amount, Cell, Kept, Since, Whole
from integrations.importing.kinds import importer
from integrations.importing.resource import (
    CREATE,
    NUMBER,
    ImportResource,
    Planned,
    Row,
    SinceField,
)
from integrations.models import SyncRun
from integrations.models.base import locked
from integrations.services.run_requests import request_run

WRITTEN = ("title", "barcode", "price", "currency", "buffer", "archived_at")
STOCK_COLUMNS = {"buffer", "archived", "sku"}


@importer
class VariantImport(ImportResource):
    """By SKU. A SKU nobody has makes a variant of our own shelf, under its product's title."""

    kind, label, perm = "variants", "Products", "catalog.import_variant"
    about = "Change titles, barcodes, prices and buffers, or add products of your own shelf."
    key = required = ("sku",)
    reads_not = ("partner", "their_price", "thc", "batch", "certificate_url")
    words = {
        "sku": "Our SKU. One that is not there yet makes a new variant.",
        "product": "Title of the product. Needed for a new variant; it moves no existing one.",
        "title": "Title of the variant, like “Large”.",
        "barcode": "EAN, UPC or another code.",
        "price": "Our price, like 12.50.",
        "currency": "Three letters. Only the currency we sell in.",
        "buffer": "Units never sold. Empty: the partner's.",
        "archived": "yes or no.",
    }
    example = ("OWN-MUG-L", "Mug", "Large", "4006381333931", "12.50", "USD", "2", "no")

    sku = Field("sku", "sku", Cell(100, required=True))
    product = Field("product__title", "product", Cell(), readonly=True)
    title = Field("title", "title", Cell())
    barcode = Field("barcode", "barcode", Cell(60))
    price = Field("price", "price", Amount())
    currency = Field("currency", "currency", Kept(3), saves_null_values=False)
    buffer = Field("buffer", "buffer", Whole())
    archived = SinceField("archived_at", "archived", Since())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.new_keys: dict[str, str] = {}

    class Meta:
        model = Variant
        fields = import_order = (
            *("sku", "product", "title", "barcode", "price", "currency", "buffer", "archived"),
        )

    def load(self, rows: Sequence[Row]) -> None:
        """The variants of a chunk, those spelled alike, and products of ours by title."""
        keys = {normalize_sku(str(row["sku"]))[:100] for row in rows}
        found = Variant.objects.filter(sku_key__in=keys).select_related("product").order_by("pk")
        self.by_sku = {one.sku: one for one in (locked(found) if self.locks else found)}
        self.alike = {one.sku_key: one.sku for one in self.by_sku.values()}
        titles = {title for row in rows if (title := str(row.get("product", "")).strip())}
        ours = Product.objects.filter(title__in=titles, source_partner=None, archived_at=None)
        self.products: dict[str, list[Product]] = defaultdict(list)
        for product in ours:
            self.products[product.title].append(product)
        self.sells_in = own_currency()

    def find(self, row: Row) -> Variant | None:
        """Exactly this SKU."""
        return self.by_sku.get(str(row["sku"]).strip())

    def init_instance(self, row: Any = None) -> Variant:
        """A new one, in the currency we sell in."""
        title = str(row.get("product", "")).strip()
        known = self.products.get(title) or [Product(title=title)]
        return Variant(product=known[0], currency=self.sells_in)

    def check(self, instance: Variant, row: Row, *, new: bool) -> dict[str, str]:
        """Currencies, decimals, and what only an import from a partner may make."""
        errors = self._check_new(instance, row) if new else _check_product(instance, row)
        changes = self.planned[row[NUMBER]].changes
        if instance.currency != self.sells_in and "currency" in changes:
            errors["currency"] = f"We sell in {self.sells_in}."
        places, price = places_of(instance.currency), instance.price
        if "price" in changes and price is not None and price != round(price, places):
            errors["price"] = f"{instance.currency} has {places or 'no'} decimals."
        return errors

    def _check_new(self, instance: Variant, row: Row) -> dict[str, str]:
        title = str(row.get("product", "")).strip()
        key = normalize_sku(instance.sku)[:100]
        alike = self.alike.get(key) or self.new_keys.setdefault(key, instance.sku)
        if alike != instance.sku:
            return {"sku": f"There is {alike}, which differs only in its spelling. Write {alike}."}
        if parse_sku(instance.sku):
            return {"sku": "Such SKUs are made by importing from a partner. Choose another one."}
        if not title:
            return {"product": "A new variant needs the title of its product."}
        if len(title) > 255:
            return {"product": "A title has at most 255 characters."}
        if len(self.products.get(title, ())) > 1:
            return {"product": f"More than one product of ours is called {title}."}
        return {}

    def write(self, planned: Sequence[Planned]) -> None:
        """New products, new variants, changed variants: a statement each."""
        new = [one.instance for one in planned if one.action == CREATE]
        changed = [one.instance for one in planned if one.action != CREATE]
        self._make_products(new)
        for variant in new:
            variant.sku_key = normalize_sku(variant.sku)[:100]
        Variant.objects.bulk_create(new)
        if changed:
            Variant.objects.bulk_create(
                sorted(changed, key=lambda variant: variant.pk),
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=WRITTEN,
            )

    def _make_products(self, new: Sequence[Variant]) -> None:
        """One for each title that has none; variants of one title share it."""
        missing = {one.product.title: one.product for one in new if one.product.pk is None}
        handles = free_handles(missing)
        for title, product in missing.items():
            product.handle = handles[title]
        Product.objects.bulk_create(missing.values())
        for variant in new:
            variant.product = missing.get(variant.product.title, variant.product)

    @classmethod
    def finish(cls, user: AbstractBaseUser | None, columns: set[str]) -> None:
        """Our store is told new prices, and what may be sold where that may have changed."""
        own, by = own_store(), {"trigger": SyncRun.Trigger.STAFF, "user": user, "again": True}
        if own is not None and "price" in columns:
            request_run(own, "publish_products", **by)  # type: ignore[arg-type]
        if own is not None and columns & STOCK_COLUMNS:
            request_run(own, "publish_stock", **by)  # type: ignore[arg-type]


def _check_product(instance: Variant, row: Row) -> dict[str, str]:
    title = str(row.get("product", instance.product.title)).strip()
    if title in ("", instance.product.title):
        return {}
    return {"product": f"{instance.sku} belongs to {instance.product.title}. No file moves it."}


def free_handles(titles: Any) -> dict[str, str]:
    """A handle nobody has for each title; one query."""
    bases = {title: f"us-{slugify(title) or 'product'}"[:240] for title in titles}
    taken = _taken(set(bases.values()))
    found: dict[str, str] = {}
    for title, base in bases.items():
        handle, number = base, 1
        while handle in taken:
            number += 1
            handle = f"{base}-{number}"
        taken.add(handle)
        found[title] = handle
    return found


def _taken(bases: set[str]) -> set[str]:
    """Those in use, with the numbers they may have got."""
    exact = set(Product.objects.filter(handle__in=bases).values_list("handle", flat=True))
    numbered: set[str] = set()
    for base in exact:
        alike = Product.objects.filter(handle__startswith=f"{base}-")
        numbered |= set(alike.values_list("handle", flat=True))
    return exact | numbered
