"""Addresses inside the admin: of rows, and of pages that may not be there."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from config.adminkit.parts import link


def address(name: str, *args: Any) -> str:
    """`reverse("admin:...")`, or empty where the page is not part of this installation."""
    try:
        return reverse(f"admin:{name}", args=args)
    except NoReverseMatch:
        return ""


def row_url(obj: Model | None) -> str:
    """The admin page of a row, or empty where it has none."""
    if obj is None or type(obj) not in admin.site._registry:
        return ""
    meta = obj._meta
    return address(f"{meta.app_label}_{meta.model_name}_change", obj.pk)


def row_link(obj: Model | None) -> SafeString:
    """The row's name as a link; the bare name where it has no page."""
    return link(row_url(obj), obj) if obj is not None else SafeString("")


def may_view(request: HttpRequest, model: type[Model]) -> bool:
    """Whether this person may open pages of this kind."""
    found = admin.site._registry.get(model)
    return found is not None and found.has_view_or_change_permission(request)
