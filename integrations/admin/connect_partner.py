"""Connect a partner store, or reconnect one: make an install link, see what became of each."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from integrations import registry
from integrations.admin.connection_buttons import MANAGE
from integrations.admin.installs import needs_another, products_of, shown_word, why_failed
from integrations.admin.inviting import (
    Before,
    find_before,
    invite,
    linkable,
    made_link,
    mail_text,
)
from integrations.admin.places import address
from integrations.models import Connection, InstallLink
from integrations.services.installs import LINK_DAYS

SHOWN = 50
WATCHED = timedelta(hours=1)
MOST_DIGITS = 18


class LinkForm(forms.Form):
    """For which store; both may stay empty."""

    provider = forms.ChoiceField(label="Kind of store")
    account = forms.CharField(
        label="Shop domain",
        required=False,
        max_length=200,
        help_text=(
            "For example blue-door.myshopify.com. Leave it empty if you do not know it: the owner "
            "says it."
        ),
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
    """The form, the link this person has just made, and the links of before."""
    account = request.POST.get("account") or request.GET.get("account", "")
    before = find_before(account)
    initial = {"account": account, "email": before.email if before else ""}
    form = LinkForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            url = invite(request, data["provider"], data["account"], data["email"])
            return HttpResponseRedirect(url)
        except ValueError as exc:
            form.add_error("account", str(exc))
    return _show(request, form, before)


def _show(request: HttpRequest, form: LinkForm, before: Before | None) -> HttpResponse:
    site: Any = admin.site
    made, links, followed = made_link(request), link_rows(), followed_link(request)
    if made or (followed and followed.again):
        before = find_before(made[0].account if made else followed.account)
    context: dict[str, Any] = {
        "form": form,
        "before": before,
        "days": LINK_DAYS,
        "links": links,
        "followed": followed,
        "follows": followed is not None and is_waited_for(followed),
        "waiting": any(is_waited_for(row) for row in links),
        "catalog_url": address("partner_catalog"),
        "all_url": address("integrations_installlink_changelist"),
        "sandbox": bool(settings.SANDBOX_URL),
        "title_here": "Reconnect" if before else "Connect a partner store",
    }
    if made:
        mail = mail_text(*made, before, request.user)
        context |= {"new_link": made[0], "new_url": made[1], "mail": mail}
    page = "admin/integrations/connection/connect_partner.html"
    title = f"Reconnect {before.connection.name}" if before else "Connect a partner store"
    return site.render(request, page, context, title=title)  # type: ignore[no-any-return]


def link_rows() -> list[Any]:
    """The newest links, each with its state and, once connected, how many products were found."""
    links = InstallLink.objects.select_related("connection", "created_by").order_by("-id")
    rows: list[Any] = list(links.defer("connection__secrets", "connection__tokens")[:SHOWN])
    found = products_of({row.connection_id for row in rows if row.connection_id})
    for row in rows:
        describe(row, found)
    return rows


def followed_link(request: HttpRequest) -> Any:
    """The link this person made on this page: what comes of it is said on top of it."""
    made = request.GET.get("made", "")
    if not made.isdecimal() or len(made) > MOST_DIGITS:
        return None
    mine = InstallLink.objects.filter(pk=made, created_by=request.user.pk)
    row = mine.select_related("connection").first()
    if row is not None:
        describe(row, products_of({row.connection_id} if row.connection_id else set()))
    return row


def describe(row: Any, found: Mapping[int, int]) -> None:
    """Give a link its state in words, why it failed, and how many products were found."""
    now = timezone.now()
    row.word, row.why = shown_word(row, now), why_failed(row)
    row.needs_another = needs_another(row, now)
    row.found = found.get(row.connection_id, 0)
    row.again = bool(row.connection_id) and row.connection.created_at < row.created_at


def is_waited_for(row: Any) -> bool:
    """Something may happen to it any moment: the page looks again by itself."""
    if row.connection_id:
        return row.connection.status == Connection.Status.ACTIVE and not row.found
    is_open = row.word in ("Created", "Opened", "Failed")
    return is_open and timezone.now() - row.created_at < WATCHED


portal: Any = admin.site
portal.add_page(
    "connect-partner/", connect_partner, "connect_partner", perm=MANAGE, methods=("GET", "POST")
)
