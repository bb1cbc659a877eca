"""Connect a partner store: make an install link, show it once, see what became of each."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.safestring import SafeString

from config.adminkit.actions import Told, portal_action
from config.adminkit.empty import Empty
from config.adminkit.options import SummaryAdmin, column
from config.adminkit.parts import badge, when
from integrations import registry
from integrations.admin.connection_buttons import MANAGE
from integrations.admin.connection_facts import by_install_link
from integrations.admin.places import address, row_link
from integrations.models import Connection, InstallLink
from integrations.providers.base import Provider
from integrations.services.installs import LINK_DAYS, create_link, revoke

CountProducts = Callable[[set[int]], Mapping[int, int]]
SHOWN = 50
WATCHED = timedelta(hours=1)
_counters: list[CountProducts] = []


def linkable() -> list[type[Provider]]:
    """Kinds of accounts that are connected by a link."""
    return [cls for cls in registry.providers().values() if by_install_link(cls)]


class LinkForm(forms.Form):
    """For which store; both may stay empty."""

    provider = forms.ChoiceField(label="Kind of store")
    account = forms.CharField(
        label="Shop domain",
        required=False,
        max_length=200,
        help_text="For example blue-door.myshopify.com. Empty: whoever opens the link says it.",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
    )
    email = forms.EmailField(
        label="E-mail of the owner",
        required=False,
        help_text="Only noted here and put into the text; you send the mail.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(cls.slug, cls.label) for cls in linkable()]
        field = self.fields["provider"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        if len(choices) == 1:
            field.widget, field.initial = forms.HiddenInput(), choices[0][0]

    def clean(self) -> dict[str, Any]:
        """The domain in its one spelling."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("account") and data.get("provider"):
            try:
                cls = registry.provider_class(data["provider"])
                data["account"] = cls.normalize_account(data["account"])
            except ValueError as exc:
                self.add_error("account", str(exc))
        return data


def connect_partner(request: HttpRequest) -> HttpResponse:
    """The form, the new link right after it was made, and the links of before."""
    initial = {"account": request.GET.get("account", "")}
    form = LinkForm(request.POST or None, initial=initial)
    made: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        made = make_link(request, form)
        form = LinkForm()
    site: Any = admin.site
    links = link_rows()
    context = {
        "form": form,
        "days": LINK_DAYS,
        "links": links,
        "waiting": any(is_waited_for(row) for row in links),
        "catalog_url": address("partner_catalog"),
        "all_url": address("integrations_installlink_changelist"),
        "sandbox": bool(settings.SANDBOX_URL),
        **made,
    }
    page = "admin/integrations/connection/connect_partner.html"
    return site.render(request, page, context, title="Connect a partner store")  # type: ignore[no-any-return]


def make_link(request: HttpRequest, form: LinkForm) -> dict[str, Any]:
    """A new link, its address and a text for its owner. The address is not stored anywhere."""
    assert isinstance(request.user, AbstractBaseUser)
    data = form.cleaned_data
    link, url = create_link(
        data["provider"], data["account"], data["email"], request.user, timezone.now()
    )
    words = {"url": url, "link": link, "user": request.user, "days": LINK_DAYS}
    mail = render_to_string("admin/integrations/connection/invitation.txt", words)
    return {"new_link": link, "new_url": url, "mail": mail.strip()}


def link_rows() -> list[Any]:
    """The newest links, each with its state and, once connected, how many products were found."""
    links = InstallLink.objects.select_related("connection", "created_by").order_by("-id")
    rows: list[Any] = list(links.defer("connection__secrets", "connection__tokens")[:SHOWN])
    found = products_of({row.connection_id for row in rows if row.connection_id})
    now = timezone.now()
    for row in rows:
        row.word, row.found = row.state_word(now), found.get(row.connection_id, 0)
    return rows


def is_waited_for(row: Any) -> bool:
    """Something may happen to it any moment: the page looks again by itself."""
    if row.connection_id:
        return row.connection.status == Connection.Status.ACTIVE and not row.found
    return row.word in ("Created", "Opened") and timezone.now() - row.created_at < WATCHED


def products_of(connection_ids: set[int]) -> dict[int, int]:
    """How many products each of these stores has, as far as somebody told us how to count them."""
    found: dict[int, int] = {}
    for count in _counters:
        found |= count(connection_ids)
    return found


def count_products(count: CountProducts) -> CountProducts:
    """Let the project count products: the tables they are in are above this app."""
    _counters.append(count)
    return count


@admin.register(InstallLink)
class InstallLinkAdmin(SummaryAdmin):
    """All links; the page that makes them shows the newest."""

    list_display = ["head", "state", "who", "created", "expires", "connection_"]
    list_select_related = ["connection", "created_by"]
    search_fields = ["account", "email"]
    ordering = ["-id"]
    summary_template = "admin/integrations/connection/link.html"
    summary_only = True
    empty_state = Empty(
        "No install links yet",
        "A partner opens one to connect their store.",
        "Make an install link",
        reverse_lazy("admin:connect_partner"),
        MANAGE,
        "link",
    )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Those who may make them."""
        return request.user.has_perm(MANAGE)

    @column("Store", "m-a", "account")
    def head(self, link: InstallLink) -> str:
        """Which store it is for."""
        return link.account or "Any store"

    @column("State", "m-b")
    def state(self, link: InstallLink) -> SafeString:
        """What became of it."""
        return badge(link.state_word(timezone.now()))

    @column("For", "m-c", "email")
    def who(self, link: InstallLink) -> str:
        """Its owner's e-mail."""
        return link.email

    @column("Created", "num m-d", "id")
    def created(self, link: InstallLink) -> SafeString:
        """When it was made."""
        return when(link.created_at)

    @column("Expires", "num p2", "expires_at")
    def expires(self, link: InstallLink) -> SafeString:
        """When it ends."""
        return when(link.expires_at)

    @column("Connection", "p2")
    def connection_(self, link: InstallLink) -> SafeString:
        """What it connected."""
        return row_link(link.connection)

    def summary(self, request: HttpRequest, obj: InstallLink) -> dict[str, Any]:
        """Everything known about the link; the address itself is not."""
        return {
            "badges": [obj.state_word(timezone.now())],
            "connection_link": row_link(obj.connection),
        }

    @portal_action(
        "Revoke",
        perm=MANAGE,
        where=("row", "detail", "bulk"),
        available=lambda link: is_open(link),
        why_not="used, expired or revoked already",
    )
    def revoke(self, request: HttpRequest, queryset: QuerySet[InstallLink]) -> Told:
        """Nobody can connect with it any more."""
        now = timezone.now()
        skipped = [(link, "used meanwhile") for link in queryset if not revoke(link, now)]
        done = len(queryset) - len(skipped)
        return Told(
            f"{done} revoked. Whoever opens it is told so", skipped=skipped, after="Revoked"
        )


def is_open(link: InstallLink) -> bool:
    """It could still be used."""
    return link.state_word(timezone.now()) in ("Created", "Opened")


portal: Any = admin.site
portal.add_page(
    "connect-partner/", connect_partner, "connect_partner", perm=MANAGE, methods=("GET", "POST")
)
