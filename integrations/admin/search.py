"""What the search box at the top finds here: connections, runs and webhooks."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest

from integrations.admin.cadence import flow_words
from integrations.admin.connection_facts import provider_label
from integrations.admin.places import may_view, row_url
from integrations.admin.webhooks import source_name
from integrations.models import Connection, InboundEvent, SyncRun

Hit = tuple[str, str, str]
MOST = 10
# A domain is none: every delivery of the store has it in its key.
EVENT_ID = re.compile(r"[\w-]{16,}")


def find_connections(query: str, request: HttpRequest) -> Iterator[Hit]:
    """By name, domain or short name."""
    if not may_view(request, Connection):
        return
    wanted = Q(name__icontains=query) | Q(account__icontains=query) | Q(slug__icontains=query)
    for row in Connection.objects.filter(wanted).defer("secrets", "tokens")[:MOST]:
        yield row.name, row_url(row), f"{provider_label(row)} · {row.account}"


def find_runs(query: str, request: HttpRequest) -> Iterator[Hit]:
    """By number, written #12 or run 12: a bare number is more likely an order's."""
    number = query.lower().removeprefix("run").strip().removeprefix("#")
    if query == number or not number.isdecimal() or not may_view(request, SyncRun):
        return
    run = SyncRun.objects.select_related("connection").filter(pk=int(number[:18])).first()
    if run is not None:
        note = f"{flow_words(run.flow)} of {run.connection.name}, {run.get_status_display()}"
        yield str(run), row_url(run), note


def find_events(query: str, request: HttpRequest) -> Iterator[Hit]:
    """By the whole delivery id."""
    if not EVENT_ID.fullmatch(query) or not may_view(request, InboundEvent):
        return
    found = InboundEvent.objects.filter(dedupe_key__iendswith=query).defer("body")
    for row in found.select_related("connection").order_by("-id")[:MOST]:
        yield str(row), row_url(row), f"Webhook from {source_name(row)}"


site: Any = admin.site
for provider in (find_connections, find_runs, find_events):
    site.add_search(provider)
