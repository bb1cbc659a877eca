"""The button above a list that leads to bringing in a file of its rows."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from integrations.importing.kinds import find_kind
from integrations.services.imports import may_import


class ImportLink:
    """For an admin whose rows may come from a file of this kind; before its other bases."""

    import_kind = ""

    def list_links(self, request: HttpRequest) -> list[tuple[str, str, str]]:
        """Absent for who may not."""
        found: list[tuple[str, str, str]] = super().list_links(request)  # type: ignore[misc]
        return [*found, *import_links(request, self.import_kind)]


def import_links(request: Any, kind: str) -> list[tuple[str, str, str]]:
    """(label, address, icon), for a page that is no list."""
    if not may_import(request.user, find_kind(kind)):
        return []
    return [("Import CSV", reverse("admin:import_file", args=[kind]), "upload")]
