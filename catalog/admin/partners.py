"""Partners & terms: who supplies and fulfills, and on what terms."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.admin.catalog_page import may_see
from catalog.admin.facts import sources
from catalog.admin.links import page_of
from catalog.admin.terms_form import TermsForm, as_percent
from catalog.admin.terms_words import (
    approving,
    begin_small,
    confirm_effects,
    how_often,
    next_order,
    placing,
    price_rule,
    state_badge,
    state_of,
)
from catalog.models import Listing, Partner
from catalog.services.partners import code_is_fixed, confirm_terms
from config.adminkit.actions import Told, portal_action
from config.adminkit.changelist import KitChangeList
from config.adminkit.empty import Empty
from config.adminkit.nav import Nav
from config.adminkit.options import KitAdmin, column
from config.adminkit.parts import copyable
from integrations.models import Connection

TO_CONFIRM = Q(terms_confirmed_at=None, connection__isnull=False, archived_at=None)
CONNECTED = ~Q(connection__status=Connection.Status.ARCHIVED)


class PartnerList(KitChangeList):
    """Knows how many lines wait for each partner of the page."""

    def get_results(self, request: HttpRequest) -> None:
        """One question for the whole page."""
        super().get_results(request)
        waiting = sources.lines_waiting(list(self.result_list))
        for partner in self.result_list:
            partner.lines_waiting = waiting.get(partner.pk, 0)


@admin.register(Partner)
class PartnerAdmin(KitAdmin):
    nav = Nav(group="Sell", order=30, icon="partner", key="t", label="Partners & terms")
    nav_tone = "warn"
    form = TermsForm
    actions = None
    list_display = ["head", "code_", "placing_", "next_", "markup_", "waiting_", "state"]
    list_select_related = ["connection"]
    search_fields = ["name", "code"]
    search_help_text = "Name or code"
    jump_fields = ("code",)
    ordering = ["name"]
    views = [
        ("", "All", None, ""),
        ("confirm", "Terms to confirm", TO_CONFIRM & CONNECTED, "warn"),
        ("weekly", "Weekly", {"dispatch__in": ["weekly", "weekly_append"]}, ""),
        ("daily", "Once a day", {"dispatch": "daily"}, ""),
        ("immediate", "Immediately", Q(dispatch="immediate") & ~Q(code="us"), ""),
    ]
    comes_from = "partner"
    empty_state = Empty("No partners yet", "A partner appears here once its store is connected.")
    summary_template = "admin/catalog/partner/summary.html"
    fieldsets = [
        (
            "Who",
            {
                "fields": [("name", "code"), ("store", "currency")],
                "description": "The company that makes, holds or ships what we sell.",
            },
        ),
        (
            "Placing orders",
            {
                "fields": [
                    "dispatch",
                    ("run_at", "timezone"),
                    ("cutoff_weekday", "cutoff_at"),
                    "trigger",
                    ("approval", "approval_limit"),
                    ("minimum_total", "rank"),
                    "holidays",
                ],
                "description": "When lines for this partner are put together and sent.",
            },
        ),
        (
            "Prices",
            {
                "fields": [("markup", "rounding"), ("min_margin", "buffer")],
                "description": "Used when products are imported. A change does not touch prices "
                "already published.",
            },
        ),
        (
            "Shipping",
            {
                "fields": ["ship_to"],
                "description": "Parcels to our center are received and sent on here; parcels to "
                "the customer are published and mailed as they ship.",
            },
        ),
    ]

    # --- list

    @column("Partner", "m-a", "name")
    def head(self, partner: Partner) -> str:
        return partner.name

    @column("Code", "p2", "code")
    def code_(self, partner: Partner) -> SafeString:
        return copyable(partner.code)

    @column("Places orders", "m-c", "dispatch")
    def placing_(self, partner: Partner) -> str:
        return how_often(partner)

    @column("Next order", "m-d p2", "next_batch_at")
    def next_(self, partner: Partner) -> str:
        return next_order(partner)

    @column("Markup", "num p3", "markup")
    def markup_(self, partner: Partner) -> str:
        return "" if partner.is_us else f"{as_percent(partner.markup)} %"

    @column("Lines waiting", "num")
    def waiting_(self, partner: Any) -> str:
        return f"{partner.lines_waiting:,}"

    @column("State", "m-b")
    def state(self, partner: Partner) -> SafeString:
        return state_badge(partner)

    def nav_rows(self, request: HttpRequest) -> QuerySet[Partner]:
        """Partners that get no orders because nobody confirmed their terms."""
        return Partner.objects.filter(TO_CONFIRM, CONNECTED)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KitChangeList]:
        return PartnerList

    # --- page

    @admin.display(description="Store")
    def store(self, partner: Partner) -> str:
        connection = partner.connection
        return f"{connection.name} ({connection.account})" if connection else "None"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fixed = ["store", "currency"]
        return [*fixed, "code"] if obj and code_is_fixed(obj) else fixed

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A partner is made by connecting its store."""
        return False

    def summary(self, request: HttpRequest, obj: Partner) -> dict[str, Any]:
        word, tone, meaning = state_of(obj)
        may_edit = self.has_change_permission(request, obj) and not obj.is_us
        return {
            "state": (word, tone),
            "meaning": meaning,
            "to_confirm": word == "Terms to confirm",
            "terms": terms_in_words(obj),
            "shelf": sources.shelf() if obj.is_us else [],
            "badges": [word],
            "head_note": note_of(obj),
            "waiting": sources.waiting_at(obj),
            "lines_waiting": sources.lines_waiting([obj]).get(obj.pk, 0),
            "connection_url": page_of(obj.connection, request),
            "summary_only": not may_edit,
        }

    def response_post_save_change(self, request: HttpRequest, obj: Partner) -> HttpResponseRedirect:
        """Terms that were only saved: back to the page, where they are confirmed."""
        if state_of(obj)[0] == "Terms to confirm":
            return HttpResponseRedirect(self.change_url(obj))
        return super().response_post_save_change(request, obj)

    def detail_links(self, request: HttpRequest, obj: Partner) -> list[tuple[str, str, str]]:
        if obj.is_us or not may_see(request):
            return []
        url = f"{reverse('admin:partner_catalog')}?partner={obj.pk}"
        return [("Open catalog", url, "catalog")]

    @portal_action(
        "Confirm terms",
        perm="catalog.change_partner",
        where=("inline",),
        primary=True,
        icon="check",
        title="Confirm the terms of {obj}?",
        confirm=confirm_effects,
        available=lambda p: not p.is_us and p.connection_id and not p.terms_confirmed_at,
        why_not="the terms are confirmed already",
    )
    def confirm_terms(self, request: HttpRequest, queryset: QuerySet[Partner]) -> Told:
        """Orders may be sent from now on."""
        partner = queryset.get()
        done = confirm_terms(partner, request.user, timezone.now())  # type: ignore[arg-type]
        if not done:
            return Told("The terms were confirmed already.", level="info")
        message = f"Terms confirmed. {partner} gets orders: {begin_small(placing(partner))}."
        return Told(message, before="Terms to confirm", after="Active")


def terms_in_words(partner: Partner) -> list[tuple[str, Any]]:
    """The terms as pairs to read."""
    return [
        ("Places orders", placing(partner)),
        ("Time zone", partner.timezone.replace("_", " ")),
        ("A line may be placed", partner.get_trigger_display()),
        ("Approval", approving(partner)),
        ("Our price", price_rule(partner)),
        ("Warn below margin", f"{as_percent(partner.min_margin)} %"),
        ("Keep back", f"{partner.buffer} of each variant"),
        ("They ship to", partner.get_ship_to_display()),
    ]


def note_of(partner: Partner) -> SafeString | str:
    """Beside the name: how much of it we sell, and when the next order goes out."""
    if partner.is_us:
        return ""
    rows = Listing.objects.filter(connection=partner.connection_id, missing_since=None)
    found = rows.aggregate(all=Count("pk"), imported=Count("variant"))
    some = f"{found['imported']} of {found['all']} variants imported"
    if not found["all"]:
        some = "No products fetched yet"
    if not partner.terms_confirmed_at:
        return some
    return format_html("{}. Next order: {}", some, next_order(partner))
