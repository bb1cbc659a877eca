"""Buttons over a partner order's plan: hold it, skip a run, ask for its cancellation."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from config.adminkit.actions import Refused, Told, portal_action
from config.adminkit.parts import when
from integrations.words import counted
from orders.admin import partner_order_questions as questions
from orders.admin.partner_order_rules import can_be_canceled, can_skip, is_skipped
from orders.models import PartnerOrder
from orders.services import closing
from orders.services.canceling import ask_to_cancel
from orders.services.planning import skip_next, unskip

SUBMIT, CANCEL = "orders.submit_partnerorder", "orders.cancel_order"


class PlanButtons:
    """For the admin of partner orders."""

    @portal_action(
        "Hold",
        perm=SUBMIT,
        where=("detail", "bulk"),
        icon="hold",
        available=lambda row: row.closed_at is None and row.held_at is None,
        why_not="it is not open, or on hold already",
    )
    def hold(self, request: HttpRequest, queryset: QuerySet[PartnerOrder]) -> Told:
        """It goes on taking lines, but is not sent until it is released."""
        return self._hold(request, queryset, hold=True)

    @portal_action(
        "Release",
        perm=SUBMIT,
        where=("detail", "bulk"),
        icon="play",
        available=lambda row: row.closed_at is None and row.held_at is not None,
        why_not="it is not on hold",
    )
    def release(self, request: HttpRequest, queryset: QuerySet[PartnerOrder]) -> Told:
        """It is sent at its next run, or with Submit now."""
        return self._hold(request, queryset, hold=False)

    def _hold(self, request: HttpRequest, queryset: QuerySet[PartnerOrder], *, hold: bool) -> Told:
        rows = list(queryset)
        user: Any = request.user
        done = [row for row in rows if closing.hold_partner_order(row, user, hold=hold)]
        if len(done) == 1:
            what = "is on hold: it takes lines, but is not sent" if hold else "is released"
            return Told(f"{done[0]} {what}.")
        return Told(f"{counted(len(done), 'partner order')} {'held' if hold else 'released'}.")

    @portal_action(
        "Skip next run",
        perm=SUBMIT,
        where=("menu",),
        icon="clock",
        title="Skip the next run of {obj}?",
        submit="Skip it once",
        confirm=questions.skip_effects,
        available=lambda row: can_skip(row) and not is_skipped(row),
        why_not="it has no run ahead, or one is skipped already",
    )
    def skip(self, request: HttpRequest, queryset: QuerySet[PartnerOrder]) -> Told:
        """Its lines wait for the run after."""
        row = queryset.get()
        if not skip_next(row.partner, timezone.now(), request.user):  # type: ignore[arg-type]
            raise Refused(f"{row.partner} has no run ahead.")
        row.refresh_from_db()
        return Told(format_html("The run is skipped. The next is {}.", when(row.due_at)))

    @portal_action(
        "Take skip back",
        perm=SUBMIT,
        where=("menu",),
        icon="clock",
        available=is_skipped,
        why_not="nothing is skipped",
    )
    def unskip(self, request: HttpRequest, queryset: QuerySet[PartnerOrder]) -> Told:
        """The run takes place after all."""
        row = queryset.get()
        if not unskip(row.partner, timezone.now(), request.user):  # type: ignore[arg-type]
            raise Refused("Nothing is skipped any more.")
        row.refresh_from_db()
        return Told(format_html("The run takes place after all, {}.", when(row.due_at)))

    @portal_action(
        "Ask to cancel",
        perm=CANCEL,
        where=("menu",),
        icon="cancel",
        danger=True,
        form=questions.CancelForm,
        title="Ask {obj} to be canceled?",
        submit="Ask the partner",
        confirm=questions.cancel_effects,
        available=can_be_canceled,
        why_not="it is not with the partner, has shipped, or another word to them is open",
    )
    def cancel(self, request: HttpRequest, queryset: QuerySet[PartnerOrder], reason: str) -> Told:
        """The whole order, through the partner's system."""
        row = queryset.get()
        ask_to_cancel(row, reason, request.user)  # type: ignore[arg-type]
        return Told(f"{row.partner} is asked to cancel {row}.", after="Cancel asked")
