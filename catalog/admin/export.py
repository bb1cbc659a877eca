"""The list of products as CSV, as it is filtered, for who may export data."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from catalog.models import Variant
from catalog.resources import VariantResource

MOST_ROWS = 50_000


def may_export(request: HttpRequest) -> bool:
    """Exporting needs its own permission besides that of looking."""
    return request.user.has_perms(["orders.export_data", "catalog.view_variant"])


def variants_csv(request: HttpRequest) -> HttpResponse:
    """GET /admin/catalog/variants.csv with the parameters of the list."""
    model_admin: Any = admin.site._registry[Variant]
    try:
        rows = model_admin.get_changelist_instance(request).queryset[:MOST_ROWS]
    except IncorrectLookupParameters:
        return HttpResponseRedirect(reverse("admin:catalog_variant_changelist"))
    table = VariantResource().export(rows)
    _note(request, len(table))
    name = f"products-{timezone.localdate():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(table.csv, content_type="text/csv; charset=utf-8", headers=headers)


def _note(request: HttpRequest, rows: int) -> None:
    """Data left the portal: who took how much stays on record."""
    LogEntry.objects.create(
        user_id=request.user.pk or 0,
        content_type=ContentType.objects.get_for_model(Variant),
        object_repr="Products",
        action_flag=CHANGE,
        change_message=f"Exported {rows} rows as CSV",
    )


site: Any = admin.site
site.add_page("catalog/variants.csv", variants_csv, "variants_csv", perm=may_export)
