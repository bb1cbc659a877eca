"""Bringing in a file: the form, its empty template, and the rows that could not be imported."""

import csv
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.text import slugify

from integrations.admin.import_notice import watch_import
from integrations.admin.places import address, row_url
from integrations.importing.formulas import escape_formula, unescape_formula
from integrations.importing.kinds import find_kind
from integrations.importing.reading import MOST_BYTES, MOST_ROWS, CannotRead
from integrations.importing.resource import ImportResource
from integrations.models import ImportJob, ImportRow
from integrations.services.imports import AT_ONCE, may_import, take_file

LIMITS = f"CSV, at most {MOST_BYTES // 1024 // 1024} MB and {MOST_ROWS:,} rows."


class FileForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label="File",
        help_text=LIMITS,
        max_length=500,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        error_messages={
            "required": "Choose a file.",
            "empty": "The file is empty.",
            "missing": "Choose a file.",
        },
    )

    def clean_file(self) -> Any:
        """Refused before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            most = MOST_BYTES // 1024 // 1024
            size = f"The file has {file.size / 1024 / 1024:.0f} MB; at most {most} MB are taken."
            raise forms.ValidationError(f"{size} Split it.")
        return file


def import_file(request: HttpRequest, kind: str) -> HttpResponse:
    """GET asks for the file; POST reads it and leads to what it would change."""
    found = _kind(request, kind)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = FileForm(request.POST, request.FILES)
        if form.is_valid() and (job := _take(request, found, form)):
            if job.status == ImportJob.Status.READING:
                watch_import(request, job)
            return HttpResponseRedirect(row_url(job))
    example = dict(zip(found.columns(), found.example, strict=True))
    context = {
        "form": form,
        "kind": found,
        "columns": [
            (name, words, name in found.required, example[name])
            for name, words in found.words.items()
        ],
        "at_once": AT_ONCE,
        "back": _list_of(found),
        "template_url": reverse("admin:import_template", args=[kind]),
    }
    site: Any = admin.site
    page = "admin/integrations/importjob/upload.html"
    answer: HttpResponse = site.render(request, page, context, f"Import {found.label.lower()}")
    return answer


def _take(request: HttpRequest, kind: type[ImportResource], form: FileForm) -> ImportJob | None:
    file, user = form.cleaned_data["file"], request.user
    try:
        return take_file(kind, file.read(), file.name, user)  # type: ignore[arg-type]
    except CannotRead as exc:
        form.add_error("file", str(exc))
        return None


def import_template(request: HttpRequest, kind: str) -> HttpResponse:
    """A file with the names of the columns, and nothing else that could be imported."""
    found = _kind(request, kind)
    return _download(f"{slugify(found.label)}-template.csv", [list(found.columns())])


def import_errors(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that were not imported, as they came, with a column that says why."""
    job = get_object_or_404(ImportJob.objects.defer("content"), pk=pk)
    if not may_import(request.user, find_kind(job.kind)):
        raise PermissionDenied
    return _download(f"not-imported-{job.pk}.csv", _failed(job))


def _failed(job: ImportJob) -> Iterator[list[str]]:
    yield [*job.columns, "error"]
    bad = ImportRow.objects.filter(job=job, action=ImportRow.Action.ERROR)
    refused = ImportRow.objects.filter(job=job, outcome=ImportRow.Outcome.REFUSED)
    for row in (bad | refused).order_by("number").iterator(chunk_size=500):
        cells = [_harmless(cell) for cell in row.cells[: len(job.columns)]]
        cells += [""] * (len(job.columns) - len(cells))
        yield [*cells, f"Row {row.number}: {said_errors(job, row)}"]


def _harmless(cell: str) -> str:
    """As it came, where it was harmless already."""
    return escape_formula(unescape_formula(cell))


def by_column(job: ImportJob, found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """In the order of the file; PostgreSQL keeps no order of its own."""
    place = {name: number for number, name in enumerate(["", *job.columns])}
    return sorted(found.items(), key=lambda pair: (place.get(pair[0], len(place)), pair[0]))


def said_errors(job: ImportJob, row: ImportRow) -> str:
    """price: 12,5 has a comma. Write it with a point."""
    words = [f"{name}: {why}" if name else why for name, why in by_column(job, row.errors)]
    return " ".join([*words, row.note]).strip()


def _download(name: str, rows: Any) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    answer = HttpResponse(content_type="text/csv; charset=utf-8", headers=headers)
    csv.writer(answer).writerows(rows)
    return answer


def _kind(request: HttpRequest, name: str) -> type[ImportResource]:
    found = find_kind(name)
    if found is None:
        raise Http404
    if not may_import(request.user, found):
        raise PermissionDenied
    return found


def _list_of(kind: type[ImportResource]) -> str:
    """Where its rows are shown."""
    return list_of_kind(kind) or reverse("admin:index")


def list_of_kind(kind: type[ImportResource]) -> str:
    """The list of its rows, or the page they are on; empty where there is none."""
    model = kind._meta.model._meta.label_lower.replace(".", "_")
    return address(kind.shown_at or f"{model}_changelist")


site: Any = admin.site
LOOK = ("GET", "POST")
site.add_page("import/<slug:kind>/", import_file, "import_file", methods=LOOK)
site.add_page("import/<slug:kind>/template.csv", import_template, "import_template")
site.add_page("imports/<int:pk>/errors.csv", import_errors, "import_errors")
