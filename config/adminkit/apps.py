"""Two apps: the kit itself, and Django's admin pointed at our site class."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class AdminKitConfig(AppConfig):
    """Templates, static files and template tags of the kit."""

    name = "config.adminkit"
    label = "adminkit"
    default = True


class PortalAdminConfig(admin_apps.AdminConfig):
    """Takes the place of `django.contrib.admin` in INSTALLED_APPS."""

    default_site = "config.adminkit.site.PortalAdminSite"
    default = False
