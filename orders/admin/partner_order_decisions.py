"""Buttons for a person who knows what a partner has: link it, send it again, give it up."""

from django.db.models import QuerySet
from django.http import HttpRequest

from config.adminkit.actions import Refused, Told, portal_action
from orders.admin import partner_order_questions as questions
from orders.admin.partner_order_rules import on_its_way, says, submission_of
from orders.models import PartnerOrder
from orders.services import deciding
from orders.services.canceling import is_canceled_by_word
from orders.services.given_back import waits_for_partner
from orders.services.partner_news import take_cancellation

SUBMIT, CANCEL = "orders.submit_partnerorder", "orders.cancel_order"


class DecisionButtons:
    """For the admin of partner orders."""

    @portal_action(
        "It exists, link it",
        perm=SUBMIT,
        where=("detail",),
        icon="link",
        form=questions.LinkForm,
        initial=lambda row: {"external_id": row.external_id},
        title="{obj} exists at the partner?",
        submit="Link it",
        confirm="It counts as done under their id, and nothing is sent again.",
        available=says("Unconfirmed"),
        why_not="it is not unconfirmed",
    )
    def link(
        self, request: HttpRequest, queryset: QuerySet[PartnerOrder], external_id: str
    ) -> Told:
        """A person saw it there."""
        row = queryset.get()
        if not deciding.link_existing(submission_of(row), external_id, request.user):  # type: ignore[arg-type]
            raise Refused(f"Somebody decided about {row} meanwhile. Nothing was changed.")
        return Told(f"{row} is linked to {external_id}.", before="Unconfirmed", after="Placed")

    @portal_action(
        "Send again",
        perm=SUBMIT,
        where=("menu",),
        icon="send",
        typed=True,
        danger=True,
        title="Send {obj} again?",
        confirm=questions.send_again_effects,
        available=says("Unconfirmed"),
        why_not="it is not unconfirmed",
    )
    def send_again(self, request: HttpRequest, queryset: QuerySet[PartnerOrder]) -> Told:
        """A person made sure it is not there."""
        row = queryset.get()
        if not deciding.send_again(submission_of(row), request.user):  # type: ignore[arg-type]
            raise Refused(f"Somebody decided about {row} meanwhile. Nothing was sent.")
        return on_its_way(row, before="Unconfirmed")

    @portal_action(
        "Give up",
        perm=SUBMIT,
        where=("detail",),
        icon="cancel",
        form=questions.DropForm,
        title="Give {obj} up?",
        submit="Give it up",
        confirm=questions.drop_effects,
        available=says("Unconfirmed", "Failed", "To approve", "Waiting", "Retrying"),
        why_not="it is with the partner, or was given up",
    )
    def drop(self, request: HttpRequest, queryset: QuerySet[PartnerOrder], reason: str) -> Told:
        """Give it up: its lines wait for a person."""
        row = queryset.get()
        lines = questions.lines_in(row)
        if not deciding.drop(submission_of(row), request.user, reason):  # type: ignore[arg-type]
            raise Refused(f"{row} went out meanwhile. Nothing was changed.")
        row.refresh_from_db()
        if row.status != PartnerOrder.Status.CANCELED:
            return Told(f"{row} stays with {row.partner} as it is.", after="Given up")
        return Told(
            f"{row} is given up. {'Its line has' if lines == 1 else 'Its lines have'} no partner "
            f"now: decide on {'its order' if lines == 1 else 'their orders'}.",
            after="Given up",
        )

    @portal_action(
        "They canceled it",
        perm=CANCEL,
        where=("menu",),
        icon="cancel",
        danger=True,
        title="Did the partner cancel {obj}?",
        submit="They canceled it",
        confirm=questions.they_canceled_effects,
        available=is_canceled_by_word,
        why_not="it is not with the partner, has shipped, or its system can be asked to cancel it",
    )
    def they_canceled(self, request: HttpRequest, queryset: QuerySet[PartnerOrder]) -> Told:
        """A person heard it: their system takes no cancellation from us and tells of none."""
        row = queryset.get()
        assert row.connection is not None
        take_cancellation(row.connection, row.external_id, "", request.user)  # type: ignore[arg-type]
        row.refresh_from_db()
        if row.status != PartnerOrder.Status.CANCELED:
            raise Refused(f"{row} shipped meanwhile. Nothing was changed.")
        then = "What customers still want of it has no partner now: decide on their orders."
        over = "Nobody waits for anything of it."
        return Told(
            f"{row} is canceled. {then if waits_for_partner(row) else over}", after="Canceled"
        )
