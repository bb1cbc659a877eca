"""Bulk actions: what was pressed on many rows, how far it is, and what became of each row."""

from typing import Any

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from config.adminkit.actions import Action, Refused, Told, portal_action
from config.adminkit.changelist import KitChangeList
from config.adminkit.empty import Empty
from config.adminkit.filters import DateRange, MultiChoice
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import badge, when
from integrations.admin.bulk_facts import Counts, counts_of, reasons_of, said_counts
from integrations.admin.bulk_notice import tell_ended, unwatch
from integrations.admin.bulk_press import button_of
from integrations.admin.places import may_view
from integrations.models import BulkAction, BulkRow
from integrations.services.bulk import ALIVE, cancel_bulk, resume_bulk

Status, Outcome = BulkAction.Status, BulkRow.Outcome
SHOWN = 100
TABS = [
    ("done", "Done", Outcome.DONE, ""),
    ("skipped", "Skipped", Outcome.SKIPPED, "warn"),
    ("failed", "Failed", Outcome.FAILED, "bad"),
    ("left", "Not done", Outcome.WAITING, ""),
]
FIRST_SHOWN = ("failed", "skipped", "done", "left")


class BulkList(KitChangeList):
    """Knows the outcomes of the rows of the page."""

    def get_results(self, request: HttpRequest) -> None:
        """One query for the whole page."""
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        counts = counts_of(rows)
        for row in rows:
            row.counts = counts[row.pk]
        self.result_list = rows


@admin.register(BulkAction)
class BulkActionAdmin(SummaryAdmin):
    """Each is seen by whoever may see the rows it is about."""

    nav = Nav("System", 15, "list", label="Bulk actions")
    actions = None
    list_display = ["head", "state", "by", "n_done", "n_skipped", "n_failed", "n_left", "asked"]
    list_select_related = ["content_type", "user"]
    list_filter = [("status", MultiChoice), ("created_at", DateRange.called("Asked"))]
    search_fields = ["label", "user__username"]
    search_help_text = "Button, person"
    ordering = ["-id"]
    views = [
        ("", "All", None, ""),
        ("running", "Running", Q(status__in=ALIVE), ""),
        ("interrupted", "Interrupted", Q(status=Status.INTERRUPTED), "bad"),
    ]
    empty_state = Empty(
        "Nothing was done in bulk yet",
        "A button pressed on many rows of a list works in the background; its result is kept here.",
        icon="list",
    )
    summary_template = "admin/integrations/bulkaction/summary.html"
    summary_only = True

    # --- rights

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see rows of that kind; the list shows those only."""
        if obj is not None:
            model = obj.content_type.model_class()
            return model is not None and may_view(request, model)
        return bool(viewable(request))

    def may_run(self, request: HttpRequest, action: Action, obj: Any = None) -> bool:
        """Who asked, and whoever may press the same button."""
        if obj is None:
            return super().may_run(request, action, obj)
        model_admin, pressed = button_of(obj)
        if obj.user_id == request.user.pk:
            return True
        return bool(model_admin and pressed and model_admin.may_run(request, pressed))

    def get_queryset(self, request: HttpRequest) -> QuerySet[BulkAction]:
        """Begun ones, about what this person may see."""
        rows: QuerySet[BulkAction] = super().get_queryset(request)
        kinds = ContentType.objects.get_for_models(*viewable(request)).values()
        return rows.exclude(status=Status.DRAFT).filter(content_type__in=list(kinds))

    def nav_rows(self, request: HttpRequest) -> QuerySet[BulkAction]:
        """Those that stopped in the middle."""
        return BulkAction.objects.filter(status=Status.INTERRUPTED)

    # --- list

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KitChangeList]:
        """Ours, with the outcomes."""
        return BulkList

    @column("What", "flex m-a", "label")
    def head(self, bulk: BulkAction) -> str:
        """The button and the rows."""
        return str(bulk)

    @column("Status", "m-b", "status")
    def state(self, bulk: BulkAction) -> Any:
        """How far it is."""
        return badge(bulk.get_status_display())

    @column("Asked by", "p2 m-c", "user__username")
    def by(self, bulk: BulkAction) -> str:
        """The person."""
        return name_of(bulk)

    @column("Done", "num p2")
    def n_done(self, bulk: Any) -> str:
        """Rows of which the button did what it says."""
        return f"{bulk.counts[Outcome.DONE]:,}"

    @column("Skipped", "num p2")
    def n_skipped(self, bulk: Any) -> str:
        """Rows it does not fit."""
        return f"{bulk.counts[Outcome.SKIPPED]:,}"

    @column("Failed", "num p2")
    def n_failed(self, bulk: Any) -> str:
        """Rows at which something went wrong."""
        return f"{bulk.counts[Outcome.FAILED]:,}"

    @column("Not done", "num p3")
    def n_left(self, bulk: Any) -> str:
        """Rows whose turn has not come."""
        return f"{bulk.counts[Outcome.WAITING]:,}"

    @column("Asked", "num m-d", "created_at")
    def asked(self, bulk: BulkAction) -> Any:
        """When."""
        return when(bulk.created_at)

    # --- page

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Who sees it end here needs no message about it."""
        unwatch(request, object_id)
        return super().change_view(request, object_id, form_url, extra_context)

    def summary(self, request: HttpRequest, obj: BulkAction) -> dict[str, Any]:
        """What came of it, and of each row."""
        counts = counts_of([obj])[obj.pk]
        alive = obj.status in ALIVE
        tab = chosen_tab(request.GET.get("show", ""), counts)
        return {
            "badges": [obj.get_status_display()],
            "head_note": f"asked by {name_of(obj)}",
            "alive": alive,
            "counts": counts,
            "left_word": "Waiting" if alive else "Not done",
            "processed": obj.total - counts[Outcome.WAITING],
            "said": said_counts(counts, reasons_of(obj)),
            "row_tabs": tabs_of(tab, counts, alive),
            **page_of_rows(request, obj, tab),
        }

    @portal_action(
        "Cancel",
        perm="integrations.change_bulkaction",
        where=("detail",),
        icon="cancel",
        title="Cancel what is left of it?",
        submit="Do no more rows",
        confirm="What was done stays done. The rows whose turn has not come are left as they are.",
        available=lambda bulk: bulk.status in (*ALIVE, Status.INTERRUPTED),
        why_not="it ended already",
    )
    def cancel(self, request: HttpRequest, queryset: QuerySet[BulkAction]) -> Told:
        """No further row."""
        bulk = queryset.get()
        unwatch(request, bulk.pk)
        if not cancel_bulk(bulk):
            raise Refused("It ended already.")
        return Told(f"Canceled. {said_counts(counts_of([bulk])[bulk.pk])}.", after="Canceled")

    @portal_action(
        "Go on",
        perm="integrations.change_bulkaction",
        where=("detail",),
        icon="play",
        primary=True,
        available=lambda bulk: bulk.status == Status.INTERRUPTED,
        why_not="it was not interrupted",
    )
    def go_on(self, request: HttpRequest, queryset: QuerySet[BulkAction]) -> Told:
        """Leave out the row it ended at, do the others."""
        if not resume_bulk(queryset.get()):
            raise Refused("It goes on already.")
        return Told("It goes on with the rows that are left.", before="Interrupted", after="Queued")


def viewable(request: HttpRequest) -> list[type[Model]]:
    """The kinds of rows this person may see."""
    kinds = [model for model in admin.site._registry if model is not BulkAction]
    return [model for model in kinds if may_view(request, model)]


def name_of(bulk: BulkAction) -> str:
    """The person's name."""
    return bulk.user.get_full_name() or bulk.user.get_username() if bulk.user else "nobody"


def chosen_tab(asked: str, counts: Counts) -> str:
    """What was asked for, or else the first that has rows: failures come before the rest."""
    outcomes = {key: outcome for key, _, outcome, _ in TABS}
    if asked in outcomes:
        return asked
    return next((key for key in FIRST_SHOWN if counts[outcomes[key]]), "done")


def tabs_of(tab: str, counts: Counts, alive: bool) -> list[dict[str, Any]]:
    """One tab per outcome."""
    return [
        {
            "label": "Waiting" if key == "left" and alive else label,
            "url": f"?show={key}",
            "active": key == tab,
            "count": counts[outcome],
            "tone": tone,
        }
        for key, label, outcome, tone in TABS
    ]


def page_of_rows(request: HttpRequest, bulk: BulkAction, tab: str) -> dict[str, Any]:
    """A page of rows of that outcome, each with its name and its address if it is still there."""
    outcome = next(outcome for key, _, outcome, _ in TABS if key == tab)
    rows = BulkRow.objects.filter(bulk=bulk, outcome=outcome).order_by("pk")
    page = Paginator(rows, SHOWN).get_page(request.GET.get("p"))
    ids = [row.object_id for row in page.object_list]
    model_admin, _ = button_of(bulk)
    found = model_admin.get_queryset(request).filter(pk__in=ids) if model_admin else []
    named = {obj.pk: obj for obj in found}
    shown = []
    for row in page.object_list:
        obj = named.get(row.object_id)
        url = model_admin.change_url(obj) if model_admin and obj else ""
        shown.append({"row": row, "name": obj or f"#{row.object_id}", "url": url})
    return {"rows": shown, "page": page, "tab": tab}


admin.site.notices.append(tell_ended)  # type: ignore[attr-defined]
