"""What the list of unmatched SKUs says of a row: what may be meant, and what helps."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from catalog.models import UnmatchedSku
from catalog.services.close_skus import Close, find_close, parts_of
from catalog.services.own_store import has_catalog
from integrations.admin.places import address
from integrations.models import Connection

Source = UnmatchedSku.Source
PLAIN = "No product variant has it."


def short_reason(row: UnmatchedSku) -> str:
    """Why it matches nothing, without the SKU; empty where simply no variant has it."""
    rest = row.reason.removeprefix(f"No product variant found for SKU {row.sku}.").strip()
    short = rest.replace(f" SKU {row.sku}", "")
    return "" if short == PLAIN else short


def best_of(row: UnmatchedSku) -> str:
    """The SKU of the likeliest of our variants; empty if nothing is close."""
    found = find_close([row.sku]).get(row.sku, [])
    return found[0].variant.sku if found else ""


def close_words(found: Sequence[Close]) -> SafeString:
    """The closest one: its name, its SKU, why it is named, and how many others are close."""
    close, others = found[0], len(found) - 1
    more = f", and {others} more" if others else ""
    return format_html(
        '<b>{}</b> <span class="q">{}, {}{}</span>',
        close.variant.full_title, close.variant.sku, close.why, more,
    )  # fmt: skip


def next_step(row: Any) -> tuple[str, str, str]:
    """What helps: (words, address, label of the link); no address where its buttons are it."""
    if row.source == Source.ORDER:
        what = "Import it, link it, create it, or correct the SKU in the store; then Route again."
        if row.close:
            meant = row.close[0].variant.sku
            what = f"Link it to {meant}, or correct the SKU in {row.connection}; then Route again."
        return what, orders_url(row.sku), "Orders with it"
    if not has_catalog(row.connection):
        what = "Link it to the variant it is, create one if it is new, or ignore it."
        return what, "", ""
    catalog = urlencode({"connection": row.connection_id, "q": row.sku})
    what = "Link it, or import it." if row.can_link else "Import it if you sell it, else ignore it."
    return what, f"{address('partner_catalog')}?{catalog}", "Look in their catalog"


def orders_url(sku: str) -> str:
    """The orders with it, each with its Route again."""
    return f"{address('orders_order_changelist')}?{urlencode({'q': sku})}"


def run_url(connection: Connection) -> str:
    """The schedules of a connection, each with its Run now."""
    query = urlencode({"connection__in": connection.pk})
    return f"{address('integrations_flowschedule_changelist')}?{query}"


def part_url(sku: str) -> str:
    """The list of variants, searched for the longest part of a SKU that means something."""
    parts = parts_of(sku)
    if not parts:
        return search_url(sku)
    return f"{reverse('admin:catalog_variant_changelist')}?{urlencode({'q': parts[0]})}"


def search_url(sku: str) -> str:
    """The list of variants, searched for the part of a SKU that is the partner's own."""
    theirs = sku.strip().rpartition("-")[2] if sku.startswith("PARTNER-") else sku.strip()
    return f"{reverse('admin:catalog_variant_changelist')}?{urlencode({'q': theirs})}"
