"""Users and groups in the kit's clothes."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Q
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.utils.safestring import SafeString

from .empty import Empty
from .nav import Nav
from .options import KitAdmin, column
from .parts import badge, when

admin.site.unregister([User, Group])


@admin.register(User)
class PortalUserAdmin(KitAdmin, UserAdmin):  # type: ignore[type-arg]
    """People who may log in. Nobody is deleted: clear *Active* instead."""

    nav = Nav(group="System", order=40, icon="user", key="u")
    list_display = ["username", "full_name", "email", "group_names", "state", "seen"]
    list_filter = ["is_superuser", "groups"]
    search_help_text = "Name, e-mail"
    column_css = KitAdmin.column_css | {"username": "m-a", "email": "flex"}
    filter_horizontal = ()
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Who", {"fields": [("first_name", "last_name"), "email"]}),
        (
            "Access",
            {
                "fields": ["is_active", "is_staff", "is_superuser", "groups"],
                "description": "What a person may do comes from the groups.",
            },
        ),
        ("Dates", {"fields": [("last_login", "date_joined")]}),
    ]
    views = [
        ("", "All", None, ""),
        ("active", "Active", Q(is_active=True), ""),
        ("off", "Disabled", Q(is_active=False), ""),
    ]

    @column("Name", "m-c", "last_name")
    def full_name(self, user: Any) -> str:
        """First and last name."""
        return str(user.get_full_name())

    @column("Groups", "p2")
    def group_names(self, user: Any) -> str:
        """Names of the groups."""
        names = [group.name for group in user.groups.all()]
        return ", ".join(["Superuser", *names] if user.is_superuser else names)

    @column("State", "m-b", "is_active")
    def state(self, user: Any) -> SafeString:
        """May this person log in."""
        return badge("Active" if user.is_active and user.is_staff else "Disabled")

    @column("Last login", "num m-d", "last_login")
    def seen(self, user: Any) -> SafeString:
        """When this person last logged in."""
        return when(user.last_login)

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Groups as boxes to tick: there are few."""
        kwargs["widget"] = CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the groups, for their column."""
        return super().get_queryset(request).prefetch_related("groups")


@admin.register(Group)
class PortalGroupAdmin(KitAdmin, GroupAdmin):
    """Named sets of permissions."""

    nav = Nav(group="System", order=41, icon="shield")
    deletable = True
    column_css = KitAdmin.column_css | {"__str__": "flex m-a"}
    empty_state = Empty(
        "No groups yet",
        "A group is a named set of permissions given to people.",
        "Add a group",
        "add/",
        "auth.add_group",
        "shield",
    )
