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
from .filters import MultiChoice
from .nav import Nav
from .options import KitAdmin, column
from .parts import badge, when

admin.site.unregister([User, Group])
NO_PAGES = ("admin", "contenttypes", "django_q", "sessions")


def is_superuser(request: HttpRequest) -> bool:
    """Whether this person may do everything."""
    return bool(getattr(request.user, "is_superuser", False))


@admin.register(User)
class PortalUserAdmin(KitAdmin, UserAdmin):  # type: ignore[type-arg]
    """People who may log in. Nobody is deleted: clear *Active* instead."""

    nav = Nav(group="System", order=40, icon="user", key="u")
    list_display = ["username", "full_name", "email", "group_names", "state", "seen"]
    list_filter = ["is_superuser", ("groups", MultiChoice)]
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

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only superusers change a superuser: setting their password would be a way up."""
        is_above = obj is not None and obj.is_superuser and not is_superuser(request)
        return not is_above and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Nobody makes themselves a superuser."""
        fixed = [*super().get_readonly_fields(request, obj)]
        return fixed if is_superuser(request) else [*fixed, "is_superuser"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the password, which is a link to its form, where it may not be changed."""
        found = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return found
        return [(None, {"fields": ["username"]}), *found[1:]]

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
    filter_horizontal = ()  # Django's two boxes cannot be read aloud
    column_css = KitAdmin.column_css | {"__str__": "flex m-a"}
    empty_state = Empty(
        "No groups yet",
        "A group is a named set of permissions given to people.",
        "Add a group",
        "add/",
        "auth.add_group",
        "shield",
    )

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **kwargs: Any) -> Any:
        """Permissions as boxes to tick; without those to tables that no page shows."""
        kwargs["widget"] = CheckboxSelectMultiple()
        field: Any = super().formfield_for_manytomany(db_field, request, **kwargs)
        field.queryset = field.queryset.exclude(content_type__app_label__in=NO_PAGES)
        return field
