"""Lists as CSV, as they are filtered or the ticked rows, for who may export data."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from catalog.models import Variant
from catalog.resources import SafeResource
from config.adminkit.actions import portal_action

MOST_ROWS, MOST_TICKED, CHUNK = 50_000, 1000, 500
EXPORT = "orders.export_data"


class CsvLink:
    """For an admin whose list is exported at the address named `csv_page`."""

    resource: type[SafeResource]
    csv_page = ""
    csv_name = ""

    def list_links(self, request: HttpRequest) -> list[tuple[str, str, str]]:
        """The same rows as a file."""
        if not request.user.has_perm(EXPORT):
            return []
        query, url = request.GET.urlencode(), reverse(f"admin:{self.csv_page}")
        return [("Export CSV", f"{url}?{query}" if query else url, "download")]


@portal_action(
    "Export CSV",
    perm=EXPORT,
    where=("bulk",),
    icon="download",
    background=False,
    at_most=MOST_TICKED,
)
def export_csv(admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
    """The ticked rows as a file; put it into an admin with `CsvLink`, last."""
    return csv_file(admin, queryset, list(queryset.values_list("pk", flat=True)))


def csv_of_list(model: type[Model], request: HttpRequest) -> HttpResponse:
    """GET /admin/.../<name>.csv with the parameters of the list."""
    model_admin: Any = admin.site._registry[model]
    listing = reverse(f"admin:{model_admin.url_name}_changelist")
    try:
        rows = model_admin.get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        return HttpResponseRedirect(listing)
    return csv_of_rows(request, model_admin, rows, listing)


def csv_of_rows(request: HttpRequest, source: Any, rows: QuerySet[Any], back: str) -> HttpResponse:
    """These rows as a file, noted; `source` has `resource` and `csv_name`."""
    ids = list(dict.fromkeys(rows.values_list("pk", flat=True)[: MOST_ROWS + 1]))
    if len(ids) > MOST_ROWS:
        most = f"The list has more than {MOST_ROWS:,} rows, the most a file may have."
        messages.error(request, f"{most} Narrow it with a filter or the search, then export it.")
        return HttpResponseRedirect(f"{back}?{request.GET.urlencode()}")
    _note(request, rows.model, len(ids))
    return csv_file(source, rows, ids)


def csv_file(model_admin: Any, rows: QuerySet[Any], ids: Sequence[int]) -> HttpResponse:
    """These rows in this order."""
    resource = model_admin.resource()
    table = resource.export(_in_chunks(rows, ids, resource))
    name = f"{model_admin.csv_name}-{timezone.localdate():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(table.csv, content_type="text/csv; charset=utf-8", headers=headers)


def _in_chunks(rows: QuerySet[Any], ids: Sequence[int], resource: SafeResource) -> Iterator[Any]:
    """A few hundred at a time, each with what it is about in as few queries as a page of a list."""
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        found = rows.model._base_manager.filter(pk__in=part)
        by_id = {row.pk: row for row in resource.with_related(found)}
        chunk = [by_id[pk] for pk in part if pk in by_id]
        resource.prepare(chunk)
        yield from chunk


def may_export(model: type[Model], request: HttpRequest) -> bool:
    """Exporting needs its own permission besides that of looking."""
    found = admin.site._registry[model]
    return request.user.has_perm(EXPORT) and found.has_view_or_change_permission(request)


def add_csv_page(model: type[Model], route: str, name: str) -> None:
    """The address of a list's file."""
    view, perm = partial(csv_of_list, model), partial(may_export, model)
    site: Any = admin.site
    site.add_page(route, view, name, perm=perm)


def _note(request: HttpRequest, model: type[Model], rows: int) -> None:
    """Data left the portal: who took how much stays on record."""
    what = str(model._meta.verbose_name_plural).capitalize()
    LogEntry.objects.create(
        user_id=request.user.pk or 0,
        content_type=ContentType.objects.get_for_model(model),
        object_repr="Products" if model is Variant else what,
        action_flag=CHANGE,
        change_message=f"Exported {rows} rows as CSV",
    )


add_csv_page(Variant, "catalog/variants.csv", "variants_csv")
