"""Health and settings in the admin: what is checked, how to fix it, and how this is set up."""

import platform
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from config.adminkit.nav import Nav
from integrations.services.health import Check, full_check

site: Any = admin.site
WORDS = {"ok": ("Healthy", "ok"), "warn": ("Look at it", "warn"), "fail": ("Broken", "bad")}
ORDER = {"fail": 0, "warn": 1, "ok": 2}


def health(request: HttpRequest) -> HttpResponse:
    """GET looks without calling anybody; the button (POST) also calls every connected system."""
    called, may_call = request.method == "POST", request.user.has_perm("integrations.run_flow")
    if called and not may_call:
        raise PermissionDenied
    checks = full_check(timezone.now(), call=called)
    checks.sort(key=lambda check: ORDER[check.level])
    context = {
        "checks": [(check, title_of(check), *WORDS[check.level]) for check in checks],
        "worst": checks[0].level if checks else "ok",
        "bad": sum(check.level != "ok" for check in checks),
        "called": called,
        "may_call": may_call,
        "settings_rows": settings_rows(),
        "versions": versions(),
    }
    page: HttpResponse = site.render(
        request, "admin/dashboard/health.html", context, title="Health & settings"
    )
    return page


def title_of(check: Check) -> str:
    """Its name as a heading."""
    return check.name[:1].upper() + check.name[1:]


def settings_rows() -> list[tuple[str, str, str]]:
    """(name of the variable, value without secrets, what it does)."""
    return [
        ("ENVIRONMENT", settings.ENVIRONMENT, "What this installation is"),
        ("BASE_URL", settings.BASE_URL, "Where stores send their webhooks"),
        ("DATABASE_URL", database_name(), "Where everything is kept"),
        ("TIME_ZONE", settings.TIME_ZONE, "Of the times on these pages, for who chose no other"),
        ("DEBUG", "on" if settings.DEBUG else "off", "Never on where data is real"),
        ("EMAIL_URL", mail_name(), "How mail leaves"),
        ("DEFAULT_FROM_EMAIL", settings.DEFAULT_FROM_EMAIL, "Who mail comes from"),
        ("SHOPIFY_API_KEY", mask(settings.SHOPIFY_API_KEY), "The app install links belong to"),
        ("SHOPIFY_API_SECRET", mask(settings.SHOPIFY_API_SECRET), "Its secret"),
        ("CREDENTIAL_KEYS", mask(settings.CREDENTIAL_KEYS), "Encrypts stored credentials"),
        ("SANDBOX_URL", settings.SANDBOX_URL or "not set", "Plays the other systems"),
        ("TRUSTED_PROXIES", str(settings.TRUSTED_PROXIES), "Proxies in front of the portal"),
    ]


def mask(value: str) -> str:
    """Whether it is set, never what it is."""
    return "set" if value else "not set"


def database_name() -> str:
    """Kind and place, without user and password."""
    values = connection.settings_dict
    if settings.IS_SQLITE:
        return f"SQLite, {str(values['NAME']).rpartition('/')[2]}"
    return f"PostgreSQL, {values['NAME']} at {values.get('HOST') or 'this machine'}"


def mail_name() -> str:
    """The way mail takes, without user and password."""
    backend = settings.EMAIL_BACKEND.rsplit(".", 2)[-2]
    return f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}" if backend == "smtp" else backend


def versions() -> list[tuple[str, str]]:
    """What runs here."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    return [
        ("Django", django.get_version()),
        ("Python", platform.python_version()),
        ("Queue (django-q2)", version("django-q2")),
        ("Host", host),
    ]


def may_see(request: HttpRequest) -> bool:
    """Those who manage connections, because it names how the installation is set up."""
    return request.user.has_perm("integrations.view_connection")


site.health_name = "health"
site.add_page(
    "health/",
    health,
    "health",
    nav=Nav("System", 60, "gear", label="Health & settings"),
    perm=may_see,
    methods=("GET", "POST"),
)
