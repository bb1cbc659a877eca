"""Imports: what each row of a file would do, the yes, how far it is, and what came of it."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.forms import BooleanField, Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from config.adminkit.actions import Action, Refused, Told, portal_action
from config.adminkit.empty import Empty
from config.adminkit.filters import DateRange, MultiChoice
from config.adminkit.nav import Nav
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import badge, when
from integrations.admin.import_notice import tell_imported, unwatch_import, watch_import
from integrations.admin.import_pages import list_of_kind
from integrations.admin.import_rows import AFTER, BEFORE, chosen_tab, page_of_rows, tabs_of
from integrations.importing.kinds import find_kind, kinds
from integrations.models import ImportJob
from integrations.services.imports import (
    cancel_import,
    counts_of,
    may_import,
    resume_import,
    start_import,
)
from integrations.services.write_import import ALIVE, said_counts, write_now

Status = ImportJob.Status
NOTHING_YET = dict.fromkeys(("create", "update", "unchanged", "error", "created"), 0)
NOTHING_YET |= dict.fromkeys(("updated", "refused", "left"), 0)


class ConfirmForm(Form):
    """Whether one bad row is to stop all."""

    all_or_nothing = BooleanField(
        label="All or nothing: if one row cannot be imported, none is", required=False
    )


@admin.register(ImportJob)
class ImportJobAdmin(SummaryAdmin):
    """Each is seen by whoever may see the rows it is about."""

    nav = Nav("System", 16, "upload", label="Imports")
    actions = None
    list_display = ["head", "what", "state", "by", "result", "asked"]
    list_select_related = ["user"]
    list_filter = [("status", MultiChoice), ("created_at", DateRange.called("Brought in"))]
    search_fields = ["file_name", "user__username"]
    search_help_text = "File, person"
    ordering = ["-id"]
    views = [
        ("", "All", None, ""),
        ("draft", "To confirm", Q(status=Status.DRAFT), ""),
        ("running", "Running", Q(status__in=ALIVE), ""),
        ("stopped", "Stopped", Q(status__in=[Status.INTERRUPTED, Status.FAILED]), "bad"),
    ]
    empty_state = Empty(
        "Nothing was imported yet",
        "Files are brought in with Import CSV above the list of what they are about.",
        icon="upload",
    )
    summary_template = "admin/integrations/importjob/summary.html"
    summary_only = True

    # --- rights

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may see rows of that kind; the list shows those only."""
        if obj is not None:
            return obj.kind in viewable(request)
        return bool(viewable(request))

    def may_run(self, request: HttpRequest, action: Action, obj: Any = None) -> bool:
        """Whoever may import such files."""
        if obj is None:
            return any(may_import(request.user, kind) for kind in kinds())
        return may_import(request.user, find_kind(obj.kind))

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportJob]:
        """About what this person may see; without the file itself."""
        rows: QuerySet[ImportJob] = super().get_queryset(request)
        return rows.filter(kind__in=viewable(request)).defer("content")

    def nav_rows(self, request: HttpRequest) -> QuerySet[ImportJob]:
        """Those that stopped in the middle."""
        return ImportJob.objects.filter(status=Status.INTERRUPTED)

    # --- list

    @column("File", "flex m-a", "file_name")
    def head(self, job: ImportJob) -> str:
        """Its name."""
        return job.file_name

    @column("What", "p2 m-c", "kind")
    def what(self, job: ImportJob) -> str:
        """What its rows are."""
        return label_of(job)

    @column("Status", "m-b", "status")
    def state(self, job: ImportJob) -> Any:
        """How far it is."""
        return badge(job.get_status_display())

    @column("By", "p2", "user__username")
    def by(self, job: ImportJob) -> str:
        """The person."""
        return name_of(job)

    @column("Result", "p3 m-wide")
    def result(self, job: ImportJob) -> str:
        """Rows by what was done; before that, how many there are."""
        if job.status in (Status.COMPLETED, Status.INTERRUPTED):
            return said_counts(job.counts)
        return f"{job.total:,} row{'' if job.total == 1 else 's'}"

    @column("Brought in", "num m-d", "created_at")
    def asked(self, job: ImportJob) -> Any:
        """When."""
        return when(job.created_at)

    # --- page

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Who sees it needs no message about it, unless it goes on."""
        job = (
            ImportJob.objects.filter(pk=object_id, status__in=ALIVE) if _is_pk(object_id) else None
        )
        if job is not None and not job.exists():
            unwatch_import(request, object_id)
        return super().change_view(request, object_id, form_url, extra_context)

    def summary(self, request: HttpRequest, obj: ImportJob) -> dict[str, Any]:
        """What would come of it, or came of it, and of each row."""
        counts = NOTHING_YET | (obj.counts if obj.finished_at else counts_of(obj))
        begun = obj.status not in (Status.READING, Status.DRAFT)
        keys = AFTER if begun else BEFORE
        tab = chosen_tab(request.GET.get("show", ""), keys, counts)
        kind = find_kind(obj.kind)
        bad = counts["error"] + counts["refused"]
        return {
            "heading": f"Import of {label_of(obj).lower()}: {obj.file_name}",
            "badges": [obj.get_status_display()],
            "head_note": f"brought in by {name_of(obj)}",
            "alive": obj.status in ALIVE,
            "begun": begun,
            "counts": counts,
            "done": counts["created"] + counts["updated"] + counts["refused"],
            "to_do": counts["create"] + counts["update"],
            "said": said_counts(counts),
            "row_tabs": tabs_of(tab, keys, counts),
            "errors_url": errors_url(request, obj, bad),
            "list_url": list_of_kind(kind) if kind else "",
            "label": label_of(obj),
            "again_url": reverse("admin:import_file", args=[obj.kind]) if kind else "",
            "may_import": may_import(request.user, kind),
            **page_of_rows(request, obj, tab),
        }

    @portal_action(
        "Import",
        perm="integrations.change_importjob",
        where=("detail",),
        icon="check",
        primary=True,
        form=ConfirmForm,
        submit="Import",
        naming=lambda job: f"Import {_rows(job)}",
        title="Import {obj}?",
        confirm="What was shown is done, and nothing else: a row that changed meanwhile is "
        "refused, and a row with a mistake is left out.",
        available=lambda job: job.status == Status.DRAFT and bool(_to_write(job)),
        why_not="there is nothing to import, or it was imported already",
    )
    def go(
        self, request: HttpRequest, queryset: QuerySet[ImportJob], all_or_nothing: bool = False
    ) -> Told:
        """Begin; small files are done at once."""
        job = queryset.get()
        if all_or_nothing and job.counts["error"]:
            raise Refused("All or nothing: correct the rows with mistakes first. Nothing was done.")
        if not start_import(job, all_or_nothing=all_or_nothing):
            raise Refused("It was imported or canceled already.")
        if not write_now(job):
            watch_import(request, job)
            return Told("It is imported in the background.", level="info", after="Queued")
        job.refresh_from_db(fields=["status", "counts", "reason"])
        if job.status != Status.COMPLETED:
            return Told(job.reason or "It goes on in the background.", level="warning")
        return Told(f"Imported: {said_counts(job.counts)}.", after="Completed")

    @portal_action(
        "Cancel",
        perm="integrations.change_importjob",
        where=("detail",),
        icon="cancel",
        title="Cancel the import of {obj}?",
        submit="Import nothing more",
        confirm="What was imported stays. No further row is.",
        available=lambda job: job.status in (*ALIVE, Status.DRAFT, Status.INTERRUPTED),
        why_not="it ended already",
    )
    def cancel(self, request: HttpRequest, queryset: QuerySet[ImportJob]) -> Told:
        """No further row."""
        job = queryset.get()
        unwatch_import(request, job.pk)
        if not cancel_import(job):
            raise Refused("It ended already.")
        return Told("Canceled.", after="Canceled")

    @portal_action(
        "Go on",
        perm="integrations.change_importjob",
        where=("detail",),
        icon="play",
        primary=True,
        available=lambda job: job.status == Status.INTERRUPTED,
        why_not="it was not interrupted",
    )
    def go_on(self, request: HttpRequest, queryset: QuerySet[ImportJob]) -> Told:
        """The rows that are left."""
        if not resume_import(queryset.get()):
            raise Refused("It goes on already.")
        return Told("It goes on with the rows that are left.", before="Interrupted", after="Queued")


def _is_pk(text: str) -> bool:
    return text.isdecimal() and len(text) < 19


def _to_write(job: ImportJob) -> int:
    return int(job.counts.get("create", 0) + job.counts.get("update", 0))


def _rows(job: ImportJob) -> str:
    number = _to_write(job)
    return f"{number:,} row{'' if number == 1 else 's'}"


def viewable(request: HttpRequest) -> list[str]:
    """The kinds of files whose rows this person may see."""
    found = []
    for kind in kinds():
        meta = kind._meta.model._meta
        if request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}"):
            found.append(kind.kind)
    return found


def label_of(job: ImportJob) -> str:
    """What its rows are called."""
    kind = find_kind(job.kind)
    return kind.label if kind else job.kind


def name_of(job: ImportJob) -> str:
    """The person's name."""
    return job.user.get_full_name() or job.user.get_username() if job.user else "nobody"


def errors_url(request: HttpRequest, job: ImportJob, bad: int) -> str:
    """Where the rows that were not imported can be had, if there are any still."""
    may = may_import(request.user, find_kind(job.kind))
    return reverse("admin:import_errors", args=[job.pk]) if bad and may else ""


admin.site.notices.append(tell_imported)  # type: ignore[attr-defined]
