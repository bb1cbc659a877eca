"""Users and groups in the kit's clothes."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Count, Q
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from .account_forms import GroupForm, UserForm
from .account_words import told_of_group, told_of_user
from .empty import Empty
from .filters import MultiChoice
from .nav import Nav
from .options import KitAdmin, column
from .parts import badge, link, when
from .rights import find_domains
from .rights_form import Given, RightsField, table_of

admin.site.unregister([User, Group])
MOST_PEOPLE = 8
EVERYTHING = "Everything: a superuser is asked for no right."
NOT_BY_GROUP = "this account itself"


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
    form = UserForm
    filter_horizontal = ()
    readonly_fields = ["allowed", "seen", "joined"]
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
        (None, {"fields": ["allowed"]}),
        ("Dates", {"fields": [("seen", "joined")]}),
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

    @admin.display(description="Added")
    def joined(self, user: Any) -> SafeString:
        """When this person was added."""
        return when(user.date_joined)

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Groups as boxes to tick: there are few."""
        kwargs["widget"] = CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description="What the saved groups allow")
    def allowed(self, user: Any) -> SafeString | str:
        """Each right with the groups that give it."""
        if user.is_superuser:
            return EVERYTHING
        given: Given = {}
        for group in user.groups.prefetch_related("permissions"):
            for row in group.permissions.all():
                given.setdefault(row.pk, []).append(group.name)
        for row in user.user_permissions.all():
            given.setdefault(row.pk, []).append(NOT_BY_GROUP)
        return table_of(find_domains(self.admin_site), given)  # type: ignore[arg-type]

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Which groups were given and taken, in words."""
        if add or not isinstance(form, UserForm):
            return super().construct_change_message(request, form, formsets, add)
        return told_of_user(form)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the groups, for their column."""
        return super().get_queryset(request).prefetch_related("groups")


@admin.register(Group)
class PortalGroupAdmin(KitAdmin, GroupAdmin):
    """Named sets of rights."""

    nav = Nav(group="System", order=41, icon="shield")
    deletable = True
    form = GroupForm
    filter_horizontal = ()  # Django's two boxes cannot be read aloud
    list_display = ["name", "people"]
    column_css = KitAdmin.column_css | {"name": "flex m-a"}
    empty_state = Empty(
        "No groups yet",
        "A group is a named set of rights given to people.",
        "Add a group",
        "add/",
        "auth.add_group",
        "shield",
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the number of people, for their column."""
        return super().get_queryset(request).annotate(number=Count("user"))

    @column("People", "num m-b", "number")
    def people(self, group: Any) -> SafeString:
        """How many are in it, and which."""
        return link(people_url(group), group.number) if group.number else mark_safe("0")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The boxes; the same as text for who may only look."""
        may_edit = self.has_change_permission(request, obj) if obj else True
        return [
            (None, {"fields": ["name"]}),
            (None, {"fields": ["permissions" if may_edit else "allowed"]}),
        ]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Rights as a table of boxes."""
        if db_field.name == "permissions":
            return RightsField(find_domains(self.admin_site))  # type: ignore[arg-type]
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description="What its people may do")
    def allowed(self, group: Any) -> SafeString:
        """The rights that mean something, without boxes."""
        given: Given = {row.pk: [] for row in group.permissions.all()}
        return table_of(find_domains(self.admin_site), given)  # type: ignore[arg-type]

    def summary(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Who is in it, beside its name."""
        return {"head_note": people_of(obj, may_open=request.user.has_perm("auth.view_user"))}

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """The rights that were given and taken away."""
        return told_of_group(form, form.fields["permissions"].domains, is_new=add)


def people_url(group: Any) -> str:
    """The people of a group, as a list."""
    return f"{reverse('admin:auth_user_changelist')}?groups__in={group.pk}"


def people_of(group: Any, *, may_open: bool) -> SafeString | str:
    """How many they are and their names, linked for who may open them."""
    if not group.number:
        return "Nobody is in it: people are put into groups on their own pages"
    found = group.user_set.order_by("first_name", "username")[:MOST_PEOPLE]
    names = [(_page_of(user) if may_open else "", user.get_full_name() or user) for user in found]
    if rest := group.number - len(names):
        names.append((people_url(group) if may_open else "", f"{rest} more"))
    count = "1 person" if group.number == 1 else f"{group.number} people"
    listed = format_html_join(", ", "{}", ((link(url, name),) for url, name in names))
    return format_html("{}: {}", count, listed)


def _page_of(user: Any) -> str:
    return reverse("admin:auth_user_change", args=[user.pk])
