"""Addresses of pages that may not be there for this person or in this installation."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse


def page_of(obj: Model | None, request: HttpRequest | None = None) -> str:
    """The admin page of a row; empty if its model has none or this person may not view it."""
    if obj is None or not _may_view(type(obj), request):
        return ""
    return reverse(f"admin:{obj._meta.label_lower.replace('.', '_')}_change", args=[quote(obj.pk)])


def list_of(model: type[Model], request: HttpRequest | None = None) -> str:
    """The admin list of a model, or an empty text."""
    if not _may_view(model, request):
        return ""
    return reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")


def short_id(external_id: str) -> str:
    """The part of an id people can compare: the last one of gid://shopify/Order/1."""
    return external_id.rsplit("/", 1)[-1]


def _may_view(model: type[Model], request: HttpRequest | None) -> bool:
    found: Any = admin.site._registry.get(model)
    return bool(found and (request is None or found.has_view_or_change_permission(request)))
