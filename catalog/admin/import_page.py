"""The import preview, and the button that starts the import. Nothing is written by looking."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from catalog.admin.import_request import MOST_ROWS, ImportRequest, read_import
from catalog.admin.links import page_of
from catalog.admin.terms_form import as_percent
from catalog.money import places_of, round_money
from catalog.services.import_products import import_products
from catalog.services.preview_import import (
    CannotImport,
    ImportPlan,
    ImportRow,
    Outcome,
    preview_import,
)

TONES = {
    Outcome.CREATE: "ok",
    Outcome.UPDATE: "info",
    Outcome.SKIP: "mute",
    Outcome.CONFLICT: "bad",
}
MOST_SAID = 5
PERM = "catalog.import_product"


@dataclass(frozen=True)
class PreviewRow:
    """An ImportRow with what its line on the page needs."""

    row: ImportRow
    typed: str
    error: str

    @property
    def word(self) -> str:
        return self.row.outcome.value.capitalize()

    @property
    def tone(self) -> str:
        return TONES[self.row.outcome]

    @property
    def percent(self) -> int | None:
        """The margin as whole percent of our price."""
        return None if self.row.margin is None else round(self.row.margin * 100)

    @property
    def why(self) -> str:
        return " ".join(filter(None, [self.error, self.row.warning, self.row.reason]))

    @property
    def is_editable(self) -> bool:
        return self.row.is_written or bool(self.error)

    @property
    def name(self) -> str:
        """Product and variant in one line."""
        listing = self.row.listing
        return ", ".join(filter(None, [listing.title, listing.variant_title]))


def preview_page(request: HttpRequest) -> HttpResponse:
    """GET from the catalog, or POST to see the margins of prices typed by hand."""
    data = request.POST if request.method == "POST" else request.GET
    asked = read_import(data)
    return _with_plan(request, asked, lambda one, plan: _show(request, one, plan))


def start_import(request: HttpRequest) -> HttpResponse:
    """POST /admin/catalog/import/: the rows that were shown, at the prices that were shown."""
    asked = read_import(request.POST)
    return _with_plan(request, asked, lambda one, plan: _start(request, one, plan))


def _with_plan(
    request: HttpRequest,
    asked: ImportRequest | None,
    answer: Callable[[ImportRequest, ImportPlan], HttpResponse],
) -> HttpResponse:
    if asked is None or not asked.listing_ids:
        messages.warning(request, "Tick what you want to import first.")
        return HttpResponseRedirect(_catalog(asked))
    ids = asked.listing_ids[:MOST_ROWS]
    try:
        plan = preview_import(asked.partner, ids, asked.markup, asked.rounding, asked.prices)
        return answer(asked, plan)
    except CannotImport as exc:
        messages.error(request, str(exc))
        return HttpResponseRedirect(_catalog(asked))


def _catalog(asked: ImportRequest | None) -> str:
    address = reverse("admin:partner_catalog")
    return f"{address}?partner={asked.partner.pk}" if asked else address


def _show(request: HttpRequest, asked: ImportRequest, plan: ImportPlan) -> HttpResponse:
    site: Any = admin.site
    rows = [_line(asked, plan, row) for row in plan.rows]
    context = {
        "asked": asked,
        "plan": plan,
        "rows": rows,
        "counts": plan.counts,
        "update_note": _update_note(plan),
        "plan_conflicts": plan.of(Outcome.CONFLICT)[:MOST_SAID],
        "thin": sum(bool(row.warning) for row in plan.rows if row.is_written),
        "least": as_percent(asked.partner.min_margin),
        "written": sum(row.is_editable for row in rows),
        "left_out": asked.left_out,
        "percent": as_percent(asked.markup),
        "back": _catalog(asked),
    }
    page = "admin/catalog/pages/preview.html"
    answer: HttpResponse = site.render(request, page, context, "Import preview")
    return answer


def _line(asked: ImportRequest, plan: ImportPlan, row: ImportRow) -> PreviewRow:
    pk = row.listing.pk
    shown = "" if row.price is None else str(round_money(row.price, places_of(plan.currency)))
    return PreviewRow(row, asked.typed.get(pk, shown), asked.errors.get(pk, ""))


def _update_note(plan: ImportPlan) -> str:
    updates = plan.of(Outcome.UPDATE)
    if len(updates) != 1 or updates[0].price_before in (None, updates[0].price):
        return "in our store"
    places = places_of(plan.currency)
    before, after = updates[0].price_before or Decimal(0), updates[0].price or Decimal(0)
    return f"price {round_money(before, places)} → {round_money(after, places)}"


def _start(request: HttpRequest, asked: ImportRequest, plan: ImportPlan) -> HttpResponse:
    if asked.errors:
        messages.error(request, "Nothing was imported yet: correct the marked prices.")
        return _show(request, asked, plan)
    rows = [row for row in plan.rows if row.is_written]
    if not rows:
        messages.warning(request, "Nothing to import: no ticked row would change our store.")
        return HttpResponseRedirect(_catalog(asked))
    prices = {row.listing.pk: row.price for row in rows if row.price is not None}
    user: Any = request.user
    run = import_products(asked.partner, prices, user, asked.markup, asked.rounding, prices)
    url = page_of(run, request)
    some = "1 variant" if len(rows) == 1 else f"{len(rows)} variants"
    text = f"Importing {some} from {asked.partner} in the background."
    messages.success(request, text)
    return HttpResponseRedirect(url or _catalog(asked))


site: Any = admin.site
LOOK, DO = ("GET", "POST"), ("POST",)
site.add_page("catalog/preview/", preview_page, "partner_import", perm=PERM, methods=LOOK)
site.add_page("catalog/import/", start_import, "partner_import_start", perm=PERM, methods=DO)
