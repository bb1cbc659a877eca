"""What a person sees who came where they cannot go on: a button's address, or no rights at all."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.urls import reverse

if TYPE_CHECKING:
    from .site import PortalAdminSite

NAMED = 3


def wrong_method(
    request: HttpRequest,
    allowed: Sequence[str],
    *,
    is_button: bool = True,
    back: str = "",
    label: str = "Back to the dashboard",
) -> HttpResponse:
    """405; with a way on for who opened or reloaded the address of a button."""
    context = {"back": back or reverse("admin:index"), "label": label}
    page = render_to_string("adminkit/405.html", context, request) if is_button else b""
    return HttpResponseNotAllowed(allowed, page)


def no_rights(site: "PortalAdminSite", request: HttpRequest) -> HttpResponse:
    """In place of an empty dashboard: who can help."""
    title = "You may not open anything yet"
    context = {"helpers": who_gives_rights()}
    page: HttpResponse = site.render(request, "adminkit/no_rights.html", context, title=title)
    return page


def who_gives_rights() -> list[str]:
    """Names of a few people who may put others into groups."""
    people = User.objects.with_perm("auth.change_user").filter(is_staff=True).order_by("username")
    return [person.get_full_name() or person.username for person in people[:NAMED]]
