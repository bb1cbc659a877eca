"""Partner orders in the admin: what goes to whom, preview and submit, and what became of it."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.adminkit.actions import Refused, Told, portal_action
from config.adminkit.empty import Empty
from config.adminkit.filters import ComingRange, MultiChoice, NumberRange, rule_filter
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import badge, copyable, money, two_lines, when
from orders.admin import partner_order_questions as questions
from orders.admin import states
from orders.admin.asked import asked_at
from orders.admin.delivery_buttons import DeliveryButtons
from orders.admin.partner_order_decisions import DecisionButtons
from orders.admin.partner_order_page import fresh_digest, partner_order_context
from orders.admin.partner_order_plan import PlanButtons
from orders.admin.partner_order_rules import (
    can_submit,
    on_its_way,
    retry_once,
    says,
    submission_of,
)
from orders.admin.remote_links import remote_order_url, system_name
from orders.models import PartnerOrder, PartnerOrderLine, Submission
from orders.services import closing
from orders.services.refusals import retry_may_help

SUBMIT = "orders.submit_partnerorder"


@admin.register(PartnerOrder)
class PartnerOrderAdmin(PlanButtons, DecisionButtons, DeliveryButtons, SummaryAdmin):
    """Each row is one order at one partner; its page is the preview until it is sent."""

    nav = Nav(group="Sell", order=20, icon="send", key="p")
    nav_tone = "warn"
    list_display = [
        "head",
        "partner",
        "state",
        "lines_",
        "units",
        "cost",
        "next_run",
        "cutoff",
        "number",
    ]
    column_css = SummaryAdmin.column_css | {"partner": "m-e"}
    list_filter = [
        rule_filter("Status", "state", *states.WORDS),
        ("partner", MultiChoice),
        ("ship_to", MultiChoice),
        ("cost_total", NumberRange.called("Cost")),
        ("closes_at", ComingRange.called("Cut-off")),
    ]
    list_select_related = ["partner", "connection"]
    live = True
    search_fields = [
        *("=reference", "=external_number", "=order__number"),
        *("=lines__order_line__order__number", "=lines__variant__sku_key"),
        *("reference", "external_number", "external_id", "lines__variant__sku"),
    ]
    search_help_text = "Reference, their number, order, SKU"
    jump_fields = ("reference", "external_number")
    views = states.TABS
    comes_from = "partner"
    empty_state = Empty(
        "No partner orders yet",
        "A line that is ready opens one for its partner.",
        "See orders",
        reverse_lazy("admin:orders_order_changelist"),
        "orders.view_order",
        "send",
    )
    refusals = (closing.CannotSubmit,)
    summary_template = "admin/orders/partnerorder/summary.html"
    summary_only = True

    def nav_rows(self, request: HttpRequest) -> QuerySet[PartnerOrder]:
        """What waits for a person."""
        return PartnerOrder.objects.filter(states.needs_a_person())

    def get_queryset(self, request: HttpRequest) -> QuerySet[PartnerOrder]:
        """With what the badge and the numbers of a row need."""
        rows: QuerySet[PartnerOrder] = super().get_queryset(request)
        rows = rows.select_related("partner", "connection", "order")
        live = PartnerOrderLine.objects.filter(partner_order=OuterRef("pk"), canceled_at=None)
        grouped = live.order_by().values("partner_order")
        rows = rows.annotate(
            line_count=Coalesce(Subquery(grouped.annotate(n=Count("pk")).values("n")), 0),
            unit_count=Coalesce(Subquery(grouped.annotate(n=Sum("quantity")).values("n")), 0),
        )
        return rows.prefetch_related("submissions")

    def summary(self, request: HttpRequest, obj: PartnerOrder) -> dict[str, Any]:
        """The page of one partner order."""
        return partner_order_context(obj, request)

    def detail_links(self, request: HttpRequest, obj: PartnerOrder) -> list[tuple[str, str, str]]:
        """Its page at the partner."""
        url = remote_order_url(obj.connection, obj.external_id)
        return [(f"Open in {system_name(obj.connection)}", url, "open")] if url else []

    # --- columns

    @column("Reference", "m-a", "reference")
    def head(self, obj: PartnerOrder) -> str:
        """What we call it, there too."""
        return obj.reference

    @column("Status", "m-b", "status")
    def state(self, obj: PartnerOrder) -> SafeString:
        """Its state and that of its submission as one badge."""
        return badge(states.status_word(obj))

    @column("Lines", "num p3")
    def lines_(self, obj: Any) -> int:
        """Customer lines in it."""
        return int(obj.line_count)

    @column("Units", "num p2")
    def units(self, obj: Any) -> int:
        """Of all lines."""
        return int(obj.unit_count)

    @column("Cost", "num m-d", "cost_total")
    def cost(self, obj: PartnerOrder) -> SafeString:
        """What we pay."""
        return money(obj.cost_total, obj.currency)

    @column("Next run", "num p3", "due_at")
    def next_run(self, obj: PartnerOrder) -> SafeString:
        """When its lines go out by themselves."""
        return when(obj.due_at)

    @column("Cut-off", "num m-c", "closes_at")
    def cutoff(self, obj: PartnerOrder) -> SafeString:
        """When it stops, or stopped, taking lines."""
        return when(obj.closed_at or obj.closes_at)

    @column("Their answer", "p2")
    def number(self, obj: PartnerOrder) -> SafeString:
        """What the partner calls it and how old that is, or why they did not take it."""
        last = states.last_submission(obj)
        if last is None or last.status != Submission.Status.FAILED:
            return two_lines(copyable(obj.external_number), asked_at(obj))
        return format_html('<span class="clamp q" title="{0}">{0}</span>', last.error)

    @column("", "num acts m-f")
    def row_actions(self, obj: PartnerOrder) -> SafeString:
        """Preview is a link: the page is the preview."""
        buttons: SafeString = super().row_actions(obj)
        if states.status_word(obj) not in ("Open", "To approve"):
            return buttons
        url = self.change_url(obj)
        return format_html('{} <a class="btn small row-act on" href="{}">Preview</a>', buttons, url)

    # --- buttons

    @portal_action(
        "Submit now",
        perm=SUBMIT,
        where=("detail",),
        icon="send",
        primary=True,
        form=questions.DigestForm,
        initial=lambda row: {"digest": fresh_digest(row)},
        title="Submit {obj} now?",
        confirm=questions.submit_effects,
        available=can_submit,
        why_not=lambda row: " ".join(closing.why_not(row)).rstrip(".") or "it was closed already",
    )
    def submit(self, request: HttpRequest, queryset: QuerySet[PartnerOrder], digest: str) -> Told:
        """Close it and send what the person saw, nothing else."""
        row = queryset.get()
        if not digest:
            raise Refused("Look at the preview first, then submit it from there.")
        closing.close_and_submit(row, request.user, digest)  # type: ignore[arg-type]
        return on_its_way(row)

    @portal_action(
        "Approve & send",
        perm=SUBMIT,
        where=("detail",),
        icon="check",
        primary=True,
        title="Approve and send {obj}?",
        submit="Approve & send",
        confirm=questions.submit_effects,
        available=says("To approve"),
        why_not="it does not wait for an approval",
    )
    def approve(self, request: HttpRequest, queryset: QuerySet[PartnerOrder]) -> Told:
        """A person says yes to the lines that were fixed at the cut-off."""
        row = queryset.get()
        if not closing.approve(submission_of(row), request.user):  # type: ignore[arg-type]
            raise Refused(f"Somebody else decided about {row} meanwhile.")
        return on_its_way(row)

    @portal_action(
        "Retry",
        perm=SUBMIT,
        where=("row", "detail", "bulk"),
        icon="retry",
        primary=lambda row: retry_may_help(states.last_submission(row)),
        quiet=lambda row: not retry_may_help(states.last_submission(row)),
        available=says("Failed"),
        why_not="not failed",
    )
    def retry(self, request: HttpRequest, queryset: QuerySet[PartnerOrder]) -> Told:
        """Try it again as its lines are now, under the same reference."""
        rows = list(queryset)
        done, skipped = self.each(rows, lambda row: retry_once(row, request.user))  # type: ignore[arg-type]
        if len(rows) == 1 and done:
            return on_its_way(rows[0], before="Failed")
        return Told(f"{done} being sent again.", skipped=skipped, before="Failed", after="Sending")
