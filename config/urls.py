"""Addresses of the portal."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config import connection_numbers, dashboard, empty_lists, health_page, rights  # noqa: F401
from config.health import healthz, readyz

handler500 = "config.faults.server_error"
urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/", admin.site.urls),
    path("", include("integrations.urls")),
]
