"""An admin of django-import-export in the kit's clothes, on a model of Django's own."""

from django.contrib.auth.models import Group
from django.urls import path
from import_export import resources
from import_export.admin import ImportExportModelAdmin

from config.adminkit.nav import Nav
from config.adminkit.options import KitAdmin
from config.adminkit.site import PortalAdminSite

site = PortalAdminSite()
BASE = "/admin/auth/group/"
FILE = b"name\nPackers\nDrivers\n"
WRONG_FILE = b"name\n\xff\xfe\n"


class GroupResource(resources.ModelResource):
    """By name: a group that is there already is left alone."""

    class Meta:
        model = Group
        fields = ("name",)
        import_id_fields = ("name",)
        skip_unchanged = report_skipped = True


class MovingAdmin(ImportExportModelAdmin, KitAdmin):
    """Import and export, each with its form, its preview and its mistakes."""

    nav = Nav("Stock", 10, "stock", label="Teams")
    resource_classes = [GroupResource]
    list_display = ["name"]
    fields = ["name"]


site.register(Group, MovingAdmin)
urlpatterns = [path("admin/", site.urls)]
