"""What staff can do with a SKU nobody knows: link it, create it, ignore it, list it again."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from catalog.admin.unmatched_words import best_of, orders_url, run_url, short_reason
from catalog.models import UnmatchedSku, Variant
from catalog.services.link_skus import CannotLink, link_sku
from catalog.services.make_variant import PERMISSION as MAKE
from catalog.services.make_variant import CannotMake, can_make, make_variant
from catalog.services.own_store import own_currency
from catalog.services.unmatched import PERMISSION as IGNORE
from catalog.services.unmatched import ignore_skus, take_back_skus
from catalog.skus import find_variant
from config.adminkit.actions import Told, portal_action
from config.adminkit.options import SummaryAdmin
from integrations.admin.places import address

Rows = QuerySet[UnmatchedSku]
Source = UnmatchedSku.Source


LINKED = {
    Source.STOCK: "From the next run on what they say of it is said of our variant.",
    Source.PURCHASE: "From the next run on its purchase order lines are of our variant.",
    Source.ORDER: "Lines of orders with this SKU are for our variant from now on.",
}
MADE = (
    "A product of our own with exactly this SKU. Nobody supplies it yet: orders for it go to our "
    "own shelf."
)


class LinkForm(forms.Form):
    """Which of our variants it is."""

    sku = forms.CharField(label="Our SKU", max_length=100)

    def clean_sku(self) -> Variant:
        """The variant that has it."""
        variant, reason = find_variant(self.cleaned_data["sku"].strip())
        if variant is None:
            raise forms.ValidationError(reason)
        return variant


class MakeForm(forms.Form):
    """What the new product is called, and what it costs in our store."""

    title = forms.CharField(label="Product title", max_length=255)
    price = forms.DecimalField(
        label="Our price, if you know it", min_value=Decimal(0), max_digits=14, decimal_places=4,
        required=False,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].help_text = f"In {own_currency()}. It can be left empty."


class UnmatchedButtons(SummaryAdmin):
    """Each is a service; the row goes with what settles it."""

    refusals = (CannotLink, CannotMake)

    def change_url(self, obj: UnmatchedSku) -> str:
        """The list: a row has no page of its own, and may be gone after a button."""
        return address("catalog_unmatchedsku_changelist")

    @portal_action(
        "Link",
        perm="catalog.import_product",
        icon="link",
        where=("row",),
        title="Link {obj} to one of ours?",
        submit="Link",
        confirm=lambda row: (
            f"{LINKED[Source(row.source)]} Only do this if both are the "
            "same thing. The page of the variant takes it back."
        ),
        form=LinkForm,
        initial=lambda row: {"sku": best_of(row)},
        available=lambda row: row.can_link and not row.ignored_at,
        why_not="the partner does not list it, or it is linked already",
    )
    def link_it(self, request: HttpRequest, queryset: Rows, sku: Variant) -> Told:
        """What they call so is a variant of ours."""
        row = queryset.select_related("connection").get()
        link_sku(row, sku, cast(User, request.user))
        self.log_change(request, sku, f"Linked to {row.sku} of {row.connection}.")
        if row.source == Source.ORDER:
            said = f"{row.sku} of {row.connection} is {sku}. Press Route again on its orders."
            return Told(said, url=orders_url(row.sku), link="Orders with it")
        what = "Its purchase orders say so" if row.source == Source.PURCHASE else "Its stock counts"
        said = f"{row.sku} of {row.connection} is {sku}. {what} from the next run on."
        return Told(said, url=run_url(row.connection), link="Run now")

    @portal_action(
        "Create variant",
        perm=MAKE,
        icon="plus",
        where=("row",),
        title="Create a variant {obj}?",
        submit="Create",
        confirm=lambda row: f"{short_reason(row)} {MADE}".strip(),
        form=MakeForm,
        available=lambda row: can_make(row) and not row.ignored_at,
        why_not="it is a partner's product: import it from their catalog",
    )
    def make_it(
        self, request: HttpRequest, queryset: Rows, title: str, price: Decimal | None
    ) -> Told:
        """It is a product of ours from now on."""
        row = queryset.select_related("connection").get()
        variant = make_variant(row, title, price, cast(User, request.user))
        self.log_addition(request, variant, f"Created for {row.sku} of {row.connection}.")
        if row.source == Source.ORDER:
            said = f"{variant} is {title}. Press Route again on the orders that wait for it."
            return Told(said, url=orders_url(row.sku), link="Orders with it")
        said = f"{variant} is {title}. The next run of {row.connection} finds it."
        return Told(said, url=run_url(row.connection), link="Run now")

    @portal_action(
        "Ignore",
        perm=IGNORE,
        icon="x",
        where=("row", "bulk"),
        quiet=True,
        available=lambda row: not row.ignored_at,
        why_not="it is ignored already",
    )
    def ignore(self, request: HttpRequest, queryset: Rows) -> Told:
        """Nobody has to look at it any more; runs go on leaving it out."""
        what = _which(queryset)
        ignore_skus(queryset, cast(User, request.user), timezone.now())
        said = f"{what} ignored: later runs leave that out without listing it again."
        url = f"{address('catalog_unmatchedsku_changelist')}?view=ignored"
        return Told(said, url=url, link="See them", before="Listed", after="Ignored")

    @portal_action(
        "List again",
        perm=IGNORE,
        icon="retry",
        where=("row", "bulk"),
        available=lambda row: row.ignored_at,
        why_not="it is not ignored",
    )
    def take_back(self, request: HttpRequest, queryset: Rows) -> Told:
        """It needs somebody again."""
        what = _which(queryset)
        take_back_skus(queryset, cast(User, request.user))
        return Told(f"{what} listed again.", before="Ignored", after="Listed")


def _which(rows: Rows) -> str:
    count = rows.count()
    return f"{rows.get().sku} is" if count == 1 else f"{count:,} SKUs are"
