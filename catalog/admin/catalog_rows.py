"""A row of the catalog page: what it costs, what it would cost here, whether it can be ticked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from catalog.admin.catalog_query import CatalogQuery
from catalog.models import Listing
from catalog.services.partners import our_sku
from catalog.services.preview_import import CannotImport, ImportRow, Outcome, preview_import


@dataclass(frozen=True)
class CatalogRow:
    """`word` and `tone` are its badge; `reason` says why it cannot be ticked, or what it means."""

    listing: Listing
    sku: str
    price: Decimal | None
    margin: Decimal | None
    word: str
    tone: str
    reason: str = ""
    can_tick: bool = False
    is_first: bool = True
    is_thin: bool = False

    @property
    def name(self) -> str:
        """Product and variant, as a screen reader says it."""
        listing = self.listing
        return ", ".join(filter(None, [listing.title, listing.variant_title]))

    @property
    def is_wrong(self) -> bool:
        """Whether something keeps it from being imported; the reason is shown then."""
        return self.tone in ("bad", "warn") and not self.can_tick

    @property
    def percent(self) -> int | None:
        """The margin as whole percent of our price."""
        return None if self.margin is None else round(self.margin * 100)

    @property
    def initials(self) -> str:
        return self.listing.title[:2].upper()


@dataclass(frozen=True)
class CatalogRows:
    """The rows of a page; `blocker` is why nothing can be imported at all."""

    rows: list[CatalogRow]
    blocker: str = ""
    currency: str = ""

    @property
    def note(self) -> str:
        """How many rows cannot be ticked because something is wrong with them."""
        wrong = sum(row.is_wrong for row in self.rows)
        return f"{wrong} with a conflict cannot be ticked" if wrong else ""

    @property
    def tickable(self) -> int:
        return sum(row.can_tick for row in self.rows)


def make_rows(query: CatalogQuery) -> CatalogRows:
    """The asked page of listings, each judged as the import would judge it."""
    assert query.partner is not None
    listings = list(query.page)
    ids = [listing.pk for listing in listings]
    try:
        plan = preview_import(query.partner, ids, query.markup, query.rounding)
    except CannotImport as exc:
        return CatalogRows(_with_first([_unjudged(query, row) for row in listings]), str(exc))
    judged = {row.listing.pk: row for row in plan.rows}
    rows = [_judged(query, one, judged[one.pk], plan.currency) for one in listings]
    return CatalogRows(_with_first(rows), currency=plan.currency)


def _judged(query: CatalogQuery, listing: Listing, row: ImportRow, currency: str) -> CatalogRow:
    assert query.partner is not None
    word, tone, reason, can_tick = _verdict(listing, row)
    # A markup on euros is no price in dollars.
    in_foreign_money = row.outcome == Outcome.CONFLICT and listing.currency != currency
    return CatalogRow(
        listing=listing,
        sku=row.sku if row.sku != listing.sku else "",
        price=None if in_foreign_money else row.price,
        margin=None if in_foreign_money else row.margin,
        word=word,
        tone=tone,
        reason=reason,
        can_tick=can_tick,
        is_thin=not in_foreign_money
        and row.margin is not None
        and row.margin < query.partner.min_margin,
    )


def _verdict(listing: Listing, row: ImportRow) -> tuple[str, str, str, bool]:
    if row.outcome == Outcome.CONFLICT:
        return _conflict_word(listing, row.reason)
    if listing.variant is None:
        return "Not imported", "mute", row.reason, True
    told = listing.told_cost  # type: ignore[attr-defined]
    if told is None:
        return "Not in our store", "warn", row.reason, True
    if told != listing.price:
        return "Price changed", "warn", f"Their price was {told:.2f} at the import.", True
    reason = "Imported, and their price is the same. To change ours, go to Products & variants."
    return "Imported", "ok", reason, False


def _conflict_word(listing: Listing, reason: str) -> tuple[str, str, str, bool]:
    if listing.missing_since:
        return "Gone at partner", "bad", reason, False
    if listing.variant_id and listing.price is None:  # a warehouse keeps our goods, and no prices
        return "Linked", "ok", "It is ours under this SKU; they name no price.", False
    if not listing.sku:
        return "No SKU", "warn", f"{reason} Ask the partner to give it one.", False
    if "SKU" in reason:
        return "SKU conflict", "bad", reason, False
    return "Conflict", "bad", reason, False


def _unjudged(query: CatalogQuery, listing: Listing) -> CatalogRow:
    """Without our own store there is nothing to import into: only what the partner has."""
    assert query.partner is not None
    try:
        sku = our_sku(query.partner, listing.sku)
    except ValueError:
        sku = ""
    imported = listing.variant_id is not None
    word, tone = ("Imported", "ok") if imported else ("Not imported", "mute")
    return CatalogRow(listing, sku, None, None, word, tone)


def _with_first(rows: Sequence[CatalogRow]) -> list[CatalogRow]:
    """Mark the first row of each product: it carries the name in bold."""
    found, before = [], ""
    for row in rows:
        product = row.listing.external_product_id
        found.append(replace(row, is_first=product != before))
        before = product
    return found
