"""Telling a person, on whichever page they are, that what they asked for is done."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html

from integrations.admin.bulk_facts import counts_of, said_counts
from integrations.admin.places import row_url
from integrations.models import BulkAction
from integrations.services.bulk import ALIVE

KEY = "bulk_actions"


def watch(request: HttpRequest, bulk: BulkAction) -> None:
    """Say so when it has ended."""
    request.session[KEY] = [*request.session.get(KEY, []), bulk.pk]


def unwatch(request: HttpRequest, seen: int | str) -> None:
    """They see the result of this one with their own eyes."""
    if watched := request.session.get(KEY):
        request.session[KEY] = [pk for pk in watched if str(pk) != str(seen)]


def tell_ended(request: HttpRequest) -> None:
    """One message per bulk action that ended since; costs nothing where none is watched."""
    watched = request.session.get(KEY) if is_page(request) else None
    if not watched:
        return
    found = list(BulkAction.objects.filter(pk__in=watched).select_related("content_type"))
    ended = [bulk for bulk in found if bulk.status not in ALIVE]
    counts = counts_of(ended)
    for bulk in ended:
        level, result = messages.WARNING, said_counts(counts[bulk.pk])
        if bulk.status == BulkAction.Status.COMPLETED:
            level = messages.SUCCESS
        else:
            result = f"{bulk.get_status_display().lower()}, {result}"
        link = format_html('<a href="{}">See the result</a>', row_url(bulk))
        messages.add_message(request, level, format_html("{}: {}. {}", bulk, result, link))
    if ended:
        request.session[KEY] = [bulk.pk for bulk in found if bulk not in ended]


def is_page(request: HttpRequest) -> bool:
    """Whether somebody sees the answer; a script that looks for news must not use a message up."""
    seen = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    return seen and request.method == "GET" and hasattr(request, "session")
