"""The buttons of a connection: test, sync, settings and credentials, pause, resume, archive."""

from typing import Any

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from pydantic import ValidationError

from config.adminkit.actions import Refused, Told, portal_action
from config.adminkit.options import SummaryAdmin
from integrations import registry
from integrations.admin.asking import ask_for_runs
from integrations.admin.cadence import flow_words
from integrations.admin.connection_facts import has_flows, needs_owner, provider_of
from integrations.admin.inviting import email_of, invite
from integrations.admin.limits_button import hold_limits
from integrations.admin.provider_forms import form_for_change
from integrations.errors import ProviderError
from integrations.jobs import enqueue
from integrations.models import Connection
from integrations.services.breaker import MustWait, why_waiting
from integrations.services.connections import ask_now
from integrations.services.hold_limits import CannotSetLimits
from integrations.services.lifecycle import (
    CannotChange,
    archive_connection,
    pause_connection,
    replace_credentials,
    resume_connection,
)

Status = Connection.Status
MANAGE = "integrations.manage_connection"


class PauseForm(forms.Form):
    reason = forms.CharField(label="Reason, shown to everyone", max_length=300, required=False)


def flow_form(request: HttpRequest, connection: Connection | None) -> type[forms.Form]:
    """Which flow to run; for several connections all flows there are."""
    if connection is None:
        names = sorted(registry.flows())
    else:
        cls = provider_of(connection)
        names = [flow.name for flow in registry.flows_of(cls)] if cls else []
    choices = [(name, flow_words(name)) for name in names]
    fields = {"flow": forms.ChoiceField(label="What to run", choices=choices)}
    return type("FlowForm", (forms.Form,), fields)


def change_form(request: HttpRequest, connection: Connection) -> type[forms.Form]:
    """The provider's own settings and secrets."""
    return form_for_change(connection.provider_class, connection.settings, connection.name)


class ConnectionButtons(SummaryAdmin):
    """What may be done with a connection, and by whom."""

    refusals = (CannotChange, CannotSetLimits, ProviderError, MustWait)
    hold_limits = hold_limits

    @portal_action(
        "Test connection",
        perm="integrations.run_flow",
        where=("detail",),
        available=lambda row: row.status != Status.ARCHIVED,
        why_not="it is archived",
    )
    def test(self, request: HttpRequest, queryset: QuerySet[Connection]) -> Told:
        """One harmless call, now."""
        connection = queryset.get()
        before = connection.get_status_display()
        info = ask_now(connection)
        after = Connection.objects.get(pk=connection.pk).get_status_display()
        return Told(f"{info.name or info.account} answers.", before=before, after=after)

    @portal_action(
        "Try now",
        perm="integrations.run_flow",
        icon="retry",
        where=("inline",),
        available=lambda row: row.status == Status.ACTIVE and row.opened,
        why_not="it answers",
    )
    def try_now(self, request: HttpRequest, queryset: QuerySet[Connection]) -> Told:
        """Be the probe; what waited goes on within a minute if it answers."""
        connection = queryset.get()
        try:
            info = ask_now(connection)
        except ProviderError as exc:
            raise Refused(f"{exc} {why_waiting(connection, timezone.now())}") from None
        said = f"{info.name or info.account} answers. What waited for it goes on within a minute."
        return Told(said, before="Does not answer", after="Connected")

    @portal_action(
        "Run now",
        perm="integrations.run_flow",
        icon="sync",
        primary=True,
        title="Run {obj} now?",
        form=flow_form,
        submit="Run now",
        available=lambda row: row.status == Status.ACTIVE and has_flows(row),
        why_not=lambda row: "not connected" if has_flows(row) else "there is nothing to run",
    )
    def sync(self, request: HttpRequest, queryset: QuerySet[Connection], flow: str) -> Told:
        """Queue a run of one flow, where the system has it."""
        known = registry.flows()[flow]
        rows = [row for row in queryset if issubclass(row.provider_class, known.capability)]
        told = ask_for_runs(request, [(row, flow) for row in rows])
        without = [(row, "has no such flow") for row in queryset if row not in rows]
        return Told(told.message, told.url, told.link, told.level, skipped=without)

    @portal_action(
        "Settings & credentials",
        perm=MANAGE,
        icon="key",
        title="Settings & credentials of {obj}",
        confirm="What you change is checked at once. Nobody can read stored secrets back.",
        form=change_form,
        submit="Check and save",
        where=("menu",),
        available=lambda row: provider_of(row) and row.status != Status.ARCHIVED,
        why_not="it is archived",
    )
    def replace(self, request: HttpRequest, queryset: QuerySet[Connection], **data: Any) -> str:
        """Lay the new values over the stored ones."""
        try:
            info = replace_credentials(
                queryset.get(), data["settings"], data["secrets"], data["name"]
            )
        except (ValueError, ValidationError) as exc:
            raise Refused(str(exc)) from None
        return f"{info.name or info.account} answers with the new values."

    @portal_action(
        "Reconnect",
        perm=MANAGE,
        icon="link",
        where=("inline",),
        available=needs_owner,
        why_not="it is reached with credentials of our own: enter new ones",
    )
    def reconnect(self, request: HttpRequest, queryset: QuerySet[Connection]) -> Told:
        """A link for its owner, at once; nothing else is lost or changed."""
        return self._invite(request, queryset.get())

    @portal_action(
        "Reconnect",
        perm=MANAGE,
        where=("row", "inline"),
        available=lambda row: row.status == Status.NEEDS_ATTENTION and needs_owner(row),
        why_not="it works, or is reached with credentials of our own",
    )
    def reconnect_lost(self, request: HttpRequest, queryset: QuerySet[Connection]) -> Told:
        """The same from a list, where only lost ones offer it."""
        return self._invite(request, queryset.get())

    def _invite(self, request: HttpRequest, row: Connection) -> Told:
        try:
            url = invite(request, row.provider, row.account, email_of(row))
        except ValueError as exc:
            raise Refused(str(exc)) from None
        said = f"Send this link to the owner of {row.name}. What waits goes on once it is approved."
        return Told(said, level="info", goto=url)

    @portal_action(
        "Register webhooks again",
        perm=MANAGE,
        where=("inline",),
        available=lambda row: row.status == Status.ACTIVE,
        why_not="not connected",
    )
    def register_webhooks(self, request: HttpRequest, queryset: QuerySet[Connection]) -> str:
        """Subscribe to what is missing, in the background."""
        for connection in queryset:
            if sentence := why_waiting(connection, timezone.now()):
                raise MustWait(sentence)
            enqueue("integrations.tasks.ensure_webhooks", connection.pk)
        return "Asked for its webhooks. If it refuses, an alert says why."

    @portal_action(
        "Pause",
        perm=MANAGE,
        icon="hold",
        title="Pause {obj}?",
        confirm="Its flows stop and nothing is sent to it. Webhooks are still stored.",
        form=PauseForm,
        where=("menu", "bulk"),
        available=lambda row: row.status == Status.ACTIVE,
        why_not="not connected",
    )
    def pause(self, request: HttpRequest, queryset: QuerySet[Connection], reason: str) -> Told:
        """Stop its flows."""
        assert isinstance(request.user, AbstractBaseUser)
        said = f"Paused by {request.user}." + (f" {reason}" if reason else "")
        done, skipped = self.each(queryset, lambda row: pause_connection(row, said))
        return Told(f"{done} paused", skipped=skipped, before="Connected", after="Paused")

    @portal_action(
        "Resume",
        perm=MANAGE,
        icon="play",
        where=("detail", "bulk"),
        available=lambda row: row.status == Status.PAUSED,
        why_not="not paused",
    )
    def resume(self, request: HttpRequest, queryset: QuerySet[Connection]) -> Told:
        """Go on."""
        done, skipped = self.each(queryset, resume_connection)
        told = f"{done} resumed. What is due starts within a minute"
        return Told(told, skipped=skipped, before="Paused", after="Connected")

    @portal_action(
        "Archive",
        perm=MANAGE,
        icon="trash",
        danger=True,
        typed=True,
        title="Archive {obj}?",
        confirm="Its credentials are wiped and its flows stop. The history stays. "
        "To use it again it has to be connected again.",
        where=("menu",),
        available=lambda row: row.status != Status.ARCHIVED,
        why_not="it is archived already",
    )
    def archive(self, request: HttpRequest, queryset: QuerySet[Connection]) -> Told:
        """Wipe and stop."""
        connection = queryset.get()
        before = connection.get_status_display()
        archive_connection(connection, timezone.now())
        return Told(f"{connection} is archived.", before=before, after="Archived")
