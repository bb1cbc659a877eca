"""Addresses of the portal."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from config import connection_numbers, dashboard, empty_lists, health_page, rights  # noqa: F401
from config.api import endpoints, nothing_here
from config.api_docs import docs_view, document_view
from config.health import healthz, readyz

handler500 = "config.faults.server_error"
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/", admin.site.urls),
    path("api/v1/docs", docs_view, name="api_docs"),
    path("api/v1/openapi.json", document_view, name="api_document"),
    path("api/v1/", include((endpoints(), "ninja"), namespace="api")),
    re_path("^api/", nothing_here),
    path("", include("integrations.urls")),
]
