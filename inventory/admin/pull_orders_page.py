"""Run now for purchase orders: which of them, and by which connection."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from config.adminkit.actions import Told
from integrations import registry
from integrations.models import Connection, SyncRun
from integrations.providers.base import PullsPurchaseOrders
from integrations.services.run_requests import request_run
from inventory.models import PurchaseOrderStatus

PERM = "integrations.run_flow"
FLOW = "purchase_orders"


RANGES = (("created_from", "created_to"), ("updated_from", "updated_to"))


def _day(label: str, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput({"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, help_text=help_text)


class NarrowForm(forms.Form):
    """Which purchase orders. Nothing chosen: what changed since the last complete run."""

    created_from = _day("Made from")
    created_to = _day("Made until", "This day included.")
    updated_from = _day("Changed from")
    updated_to = _day("Changed until", "This day included.")
    statuses = forms.MultipleChoiceField(
        label="Status", choices=PurchaseOrderStatus, required=False,
        widget=forms.CheckboxSelectMultiple, help_text="None ticked: every status.",
    )  # fmt: skip
    full = forms.BooleanField(
        label="Read all of them again", required=False,
        help_text="Otherwise, without dates and status, only what changed since the last run.",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The first day comes first."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for start, end in RANGES:
            first, last = data.get(start), data.get(end)
            if first and last and last < first:
                self.add_error(end, "It ends before it starts. Choose a later day.")
        return data


class PullForm(NarrowForm):
    """The same where it is not known yet by which connection."""

    connection = forms.ModelChoiceField(Connection.objects.none(), empty_label=None)
    field_order = ("connection",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["connection"]
        field.queryset = reading_connections()


def reading_connections() -> Any:
    """Active connections of systems that have purchase orders."""
    known = registry.providers().items()
    able = [slug for slug, cls in known if issubclass(cls, PullsPurchaseOrders)]
    active = Connection.objects.filter(provider__in=able, status=Connection.Status.ACTIVE)
    return active.order_by("pk")


def can_read(connection_id: int | None) -> bool:
    """Whether this one is among them."""
    return connection_id is not None and reading_connections().filter(pk=connection_id).exists()


def params_of(data: dict[str, Any]) -> dict[str, Any]:
    """What the run is asked for; days are whole days of the zone of this person."""
    params: dict[str, Any] = {}
    for start, end in RANGES:
        if first := data.get(start):
            params[start] = _start_of(first).isoformat()
        if last := data.get(end):
            after = _start_of(last + timedelta(days=1))
            params[end] = (after - timedelta(seconds=1)).isoformat()
    if data.get("statuses"):
        params["statuses"] = sorted(data["statuses"])
    return params | ({"full": True} if data.get("full") else {})


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def pull_page(request: HttpRequest) -> HttpResponse:
    """The form; a run asked for leads to its page."""
    first = reading_connections().first()
    form = PullForm(request.POST or None, initial={"connection": first})
    if request.method == "POST" and form.is_valid():
        return _start(request, form.cleaned_data)
    context = {"form": form, "can_run": first is not None}
    site: Any = admin.site
    template = "admin/inventory/purchaseorder/run.html"
    return site.render(request, template, context, title="Run purchase orders")  # type: ignore[no-any-return]


def _start(request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
    told = ask(request, data["connection"], data)
    messages.add_message(request, messages.DEFAULT_LEVELS[told.level.upper()], told.message)
    return HttpResponseRedirect(told.goto)


def ask(request: HttpRequest, connection: Connection, data: dict[str, Any]) -> Told:
    """Ask for a run of what the form says; it leads to the page of the run."""
    user: Any = request.user
    run, is_new = request_run(
        connection, FLOW, trigger=SyncRun.Trigger.STAFF, user=user, params=params_of(data)
    )
    goto = reverse("admin:integrations_syncrun_change", args=[run.pk])
    if is_new:
        return Told(f"{run} is asked for. This page follows it.", goto=goto)
    said = f"{run} was asked for before; ask again when it is done."
    return Told(said, level="info", goto=goto)


site: Any = admin.site
ROUTE = "inventory/purchase-orders/run/"
site.add_page(ROUTE, pull_page, "pull_purchase_orders", perm=PERM, methods=("GET", "POST"))
