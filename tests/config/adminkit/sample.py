"""A small admin on Django's own models, so the kit is tested without any app of the portal."""

from io import BytesIO
from typing import Any

from django import forms
from django.contrib.auth.models import Group, User
from django.db.models import Q, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import path

from config.adminkit.actions import Refused, Told, portal_action
from config.adminkit.filters import (
    DateRange,
    Distinct,
    MultiChoice,
    NumberRange,
    rule_filter,
)
from config.adminkit.nav import Nav
from config.adminkit.options import KitAdmin, SummaryAdmin, column
from config.adminkit.parts import badge
from config.adminkit.site import PortalAdminSite

site = PortalAdminSite()
calls: list[tuple[str, list[str], dict[str, Any]]] = []


class NoTerms(Exception):
    """Stands for an exception of an app's services."""

    sentence = "The partner has no terms yet. Confirm them first."


class RenameForm(forms.Form):
    first_name = forms.CharField(max_length=20)


def record(name: str, queryset: Any, **data: Any) -> list[str]:
    names = list(queryset.order_by("username").values_list("username", flat=True))
    calls.append((name, names, data))
    return names


STATE = rule_filter(
    "State",
    "state",
    ("off", "Disabled", {"is_active": False}),
    ("old", "Old", lambda: Q(date_joined__year__lt=2021)),
)


class PersonAdmin(KitAdmin):
    nav = Nav("Sell", 10, "user", "p")
    nav_tone = "warn"
    list_display = ["username", "state"]
    list_filter = [
        ("groups", MultiChoice),
        ("date_joined", DateRange),
        ("id", NumberRange.called("Number", (("Below 0", None, -1), ("1 to 5", 1, 5)))),
        ("last_name", Distinct),
        STATE,
    ]
    search_fields = ["username"]
    live = True
    ordering = ["username"]
    jump_fields = ("username",)
    refusals = (NoTerms,)
    views = (
        ("", "All", None, ""),
        ("on", "Active", {"is_active": True}, ""),
        ("off", "Disabled", lambda: Q(is_active=False), "bad"),
    )
    fields = ["username"]

    def nav_rows(self, request: HttpRequest) -> QuerySet[User]:
        return User.objects.filter(is_active=False)

    @column("State", "m-b", "is_active")
    def state(self, user: User) -> str:
        return badge("Active" if user.is_active else "Disabled")

    @portal_action(
        "Disable",
        perm="auth.change_user",
        available=lambda user: user.is_active,
        why_not="already disabled",
    )
    def disable(self, request: HttpRequest, queryset: Any) -> Told:
        names = record("disable", queryset)
        queryset.update(is_active=False)
        return Told(
            f"{len(names)} disabled",
            url="/admin/auth/user/?a=1&b=2",
            link="See run #12",
            before="active",
            after="disabled",
        )

    @portal_action("Rename", perm="auth.change_user", form=RenameForm, where=("detail", "bulk"))
    def rename(self, request: HttpRequest, queryset: Any, first_name: str) -> str:
        record("rename", queryset, first_name=first_name)
        return f"Renamed to <b>{first_name}</b>."

    @portal_action(
        "Archive",
        perm="auth.delete_user",
        title="Archive {obj}?",
        confirm="Their keys stop working.",
        confirm_many="All their keys stop working.",
        danger=True,
        typed=True,
        where=("detail", "bulk"),
    )
    def archive(self, request: HttpRequest, queryset: Any) -> Told:
        return Told("Archived.", skipped=[(u, "has orders") for u in queryset if u.first_name])

    @portal_action("Refuse", perm="auth.change_user", where=("detail",), primary=True)
    def refuse(self, request: HttpRequest, queryset: Any) -> str:
        raise NoTerms

    @portal_action("Say no", perm="auth.change_user", where=("inline",))
    def say_no(self, request: HttpRequest, queryset: Any) -> str:
        done, skipped = self.each(queryset, refuse_one)
        return Told(f"{done} done", skipped=skipped)

    @portal_action("Compare", perm="auth.view_user", where=("bulk",), background=False, at_most=2)
    def compare(self, request: HttpRequest, queryset: Any) -> str:
        return f"{len(record('compare', queryset))} compared"

    @portal_action("Only ticked", perm="auth.change_user", where=("bulk",))
    def only_ticked(self, request: HttpRequest, queryset: Any) -> str:
        return f"{len(record('only_ticked', queryset))} seen"

    @portal_action("Export", perm="auth.view_user", where=("bulk", "menu"), background=False)
    def export(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return FileResponse(BytesIO(b"ann\n"), content_type="text/csv")


def refuse_one(user: User) -> None:
    raise Refused("not today.")


class GroupAdmin(SummaryAdmin):
    nav = Nav("Stock", 10, "stock", label="Teams")
    list_display = ["name"]
    summary_only = True

    def summary(self, request: HttpRequest, obj: Group) -> dict[str, Any]:
        return {"badges": ["Active"], "head_note": "Formed today"}

    def nav_rows(self, request: HttpRequest) -> QuerySet[Group]:
        calls.append(("nav_rows", [], {}))
        return Group.objects.none()


def plain_page(request: HttpRequest, number: int = 0) -> HttpResponse:
    return HttpResponse(f"page {number}")


site.register(User, PersonAdmin)
site.register(Group, GroupAdmin)
site.add_page("team/<int:number>/", plain_page, "team", perm="auth.view_group")
site.add_page("report/", plain_page, "report", nav=Nav("Stock", 5, "chart"), perm="auth.view_group")
site.add_page("rebuild/", plain_page, "rebuild", methods=("POST",))

urlpatterns = [path("admin/", site.urls)]
