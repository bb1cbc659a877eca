"""Telling a person, on whichever page they are, that their file is read, or written."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html

from integrations.admin.bulk_notice import is_page
from integrations.admin.places import row_url
from integrations.models import ImportJob
from integrations.services.write_import import ALIVE, said_counts

KEY = "imports"
Status = ImportJob.Status


def watch_import(request: HttpRequest, job: ImportJob) -> None:
    """Say so when it is read, or when it has ended."""
    if str(job.pk) not in request.session.get(KEY, []):
        request.session[KEY] = [*request.session.get(KEY, []), str(job.pk)]


def unwatch_import(request: HttpRequest, seen: int | str) -> None:
    """They see this one with their own eyes."""
    if watched := request.session.get(KEY):
        request.session[KEY] = [pk for pk in watched if pk != str(seen)]


def tell_imported(request: HttpRequest) -> None:
    """One message per file that needs its person again; costs nothing where none is watched."""
    watched = request.session.get(KEY) if is_page(request) else None
    if not watched:
        return
    found = list(ImportJob.objects.filter(pk__in=watched).defer("content"))
    ended = [job for job in found if job.status not in ALIVE]
    for job in ended:
        level, words = _words(job)
        link = format_html('<a href="{}">See it</a>', row_url(job))
        messages.add_message(request, level, format_html("Import of {}: {}. {}", job, words, link))
    if ended:
        request.session[KEY] = [str(job.pk) for job in found if job not in ended]


def _words(job: ImportJob) -> tuple[int, str]:
    if job.status == Status.DRAFT:
        return messages.INFO, "it is read, look through it and confirm"
    if job.status == Status.COMPLETED:
        return messages.SUCCESS, said_counts(job.counts)
    return messages.WARNING, f"{job.get_status_display().lower()}. {job.reason.rstrip('.')}"
