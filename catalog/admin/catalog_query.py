"""What a person asked of the catalog page: partner, search, filters, markup; and the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict

from catalog.admin.terms_form import as_percent
from catalog.models import Listing, Partner, Rounding
from integrations.models import SyncRun

PER_PAGE = 200
MOST_MARKUP = Decimal(1000)
SHOWS = [
    ("", "Everything"),
    ("new", "Not imported"),
    ("changed", "Price changed"),
    ("imported", "All imported"),
]


@dataclass
class CatalogQuery:
    """Read from the address. Words it does not know are as if they were not there."""

    data: QueryDict
    partners: Sequence[Partner]

    @cached_property
    def partner(self) -> Partner | None:
        """The chosen partner, by itself or by its connection, else the first."""
        asked, store = self.data.get("partner", ""), self.data.get("connection", "")
        chosen = [p for p in self.partners if asked == str(p.pk) or store == str(p.connection_id)]
        return next(iter([*chosen, *self.partners]), None)

    @property
    def partner_key(self) -> str:
        """The chosen partner as the address names it."""
        return str(self.partner.pk) if self.partner else ""

    @property
    def text(self) -> str:
        """Words to find in titles and SKUs."""
        return self.data.get("q", "").replace("\x00", "").strip()[:200]

    @property
    def show(self) -> str:
        """Key of what is shown; empty for everything."""
        asked = self.data.get("show", "")
        return asked if asked in dict(SHOWS) else ""

    @property
    def is_in_stock_only(self) -> bool:
        return bool(self.data.get("stock"))

    @property
    def is_narrowed(self) -> bool:
        """Whether something could be left out."""
        return bool(self.text or self.show or self.is_in_stock_only)

    @property
    def is_for_partner(self) -> bool:
        """Markup and rounding of one partner are not those of the next one chosen."""
        asked_for = self.data.get("for", self.data.get("partner", ""))
        return self.partner is not None and asked_for == str(self.partner.pk)

    @cached_property
    def markup(self) -> Decimal:
        """As a fraction: what was typed if it is a markup, else the partner's."""
        assert self.partner is not None
        try:
            percent = Decimal(self.data.get("markup", ""))
        except InvalidOperation:
            return self.partner.markup
        fits = percent.is_finite() and 0 <= percent <= MOST_MARKUP and self.is_for_partner
        return percent / 100 if fits else self.partner.markup

    @property
    def percent(self) -> Decimal:
        return as_percent(self.markup)

    @property
    def rounding(self) -> str:
        assert self.partner is not None
        asked = self.data.get("rounding", "")
        return asked if asked in Rounding.values and self.is_for_partner else self.partner.rounding

    @cached_property
    def listings(self) -> QuerySet[Listing]:
        """The partner's variants that fit, in the order of product and variant."""
        assert self.partner is not None
        live = Q(missing_since=None) | Q(variant__isnull=False)
        rows = Listing.objects.filter(live, connection=self.partner.connection_id)
        rows = rows.annotate(told_cost=told_cost()).order_by("title", "external_product_id", "pk")
        rows = _narrow(rows, self.show)
        if self.is_in_stock_only:
            rows = rows.filter(Q(available__gt=0) | Q(available=None))
        for word in self.text.split():
            rows = rows.filter(
                Q(title__icontains=word)
                | Q(variant_title__icontains=word)
                | Q(sku__icontains=word)
                | Q(variant__sku__iexact=word)
            )
        return rows

    @cached_property
    def page(self) -> Page[Listing]:
        """The rows of the asked page, with their variants; most catalogs fit on the first."""
        rows = self.listings.select_related("variant")
        if "p" not in self.data:
            first = list(rows[: PER_PAGE + 1])
            if len(first) <= PER_PAGE:
                return Paginator(first, PER_PAGE).page(1)
        return Paginator(rows, PER_PAGE).get_page(self.data.get("p"))

    def address(self, **changes: str) -> str:
        """The same question with some words changed; an empty word leaves it out."""
        found = QueryDict(mutable=True)
        for name in ("partner", "q", "show", "stock", "markup", "rounding"):
            if value := self.data.get(name):
                found[name] = value
        for name, value in changes.items():
            found.pop(name, None)
            if value:
                found[name] = value
        return f"?{found.urlencode()}"


def told_cost() -> Subquery:
    """The cost our own store was last told for the same variant: their price at the import."""
    ours = Listing.objects.filter(variant=OuterRef("variant"), connection__partner=None)
    ours = ours.exclude(cost=None)  # an ERP's name for it is no offer of ours
    return Subquery(ours.filter(missing_since=None).values("cost")[:1])


def _narrow(rows: QuerySet[Listing], show: str) -> QuerySet[Listing]:
    if show == "new":
        return rows.filter(variant=None)
    if show == "imported":
        return rows.filter(variant__isnull=False)
    if show == "changed":
        known = rows.filter(Q(told_cost__isnull=False), variant__isnull=False)
        return known.exclude(Q(told_cost=F("price")))
    return rows


def partners_with_store() -> list[Partner]:
    """Partners one can import from, each with `fetched_at` and the state of its last fetch."""
    rows = Partner.objects.filter(archived_at=None, connection__isnull=False)
    seen = Listing.objects.filter(connection=OuterRef("connection")).order_by("-seen_at")
    runs = SyncRun.objects.filter(connection=OuterRef("connection"), flow="products")
    last = runs.order_by("-pk")
    rows = rows.annotate(
        fetched_at=Subquery(seen.values("seen_at")[:1]),
        fetch_status=Subquery(last.values("status")[:1]),
        fetch_error=Subquery(last.values("error")[:1]),
    )
    return list(rows.exclude(connection__status="archived").select_related("connection"))
