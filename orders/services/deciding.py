"""What a person decides about a submission: retry, link, send again, give up."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from integrations.jobs import enqueue
from integrations.models.base import locked
from integrations.services.alerts import close_alert
from integrations.types import PlacedOrder
from integrations.words import sentence
from orders.models import PartnerOrder, Submission
from orders.services.additions import concerned
from orders.services.addresses import address_digest
from orders.services.alarms import fingerprint
from orders.services.closing import CannotSubmit, fix_content, in_flight, why_not, why_not_at_all
from orders.services.content import lowered_of, sendable
from orders.services.fitting import catch_up
from orders.services.growing import end, hand_on, orders_in
from orders.services.history import record_for_orders
from orders.services.locking import lock_orders
from orders.services.order_values import wanted_lines
from orders.services.routing import unroute
from orders.services.settling import settle_submitted
from orders.services.status import refresh_all

Status, Kind = Submission.Status, Submission.Kind


def retry(submission: Submission, user: AbstractBaseUser) -> bool:
    """A person corrected the cause: content is rebuilt from the live lines, same reference.

    Raises CannotSubmit with a sentence; False if somebody else was faster.
    """
    with transaction.atomic():
        lock_orders(submission.partner_order)
        row = locked(PartnerOrder.objects.all()).get(pk=submission.partner_order_id)
        _refuse(submission, row)
        fields = {
            "approved_at": timezone.now(),
            "approved_by_id": user.pk,
            "attempts": 0,
            "retry_at": None,
            "settled_at": None,
        }
        if not submission.move(Status.FAILED, Status.PENDING, **fields):
            return False
        catch_up(row)
        if submission.kind == Kind.UPDATE:
            submission.update_where(Q(status=Status.PENDING), digest=address_digest(row))
        elif submission.kind != Kind.CANCEL:
            _rewrite(submission, row)
        close_alert(fingerprint(submission))
        refresh_all(orders_in(row))
        _tell(submission, "retried", "Sent to {partner} again, after they refused it.", user)
        enqueue("orders.tasks.submit", submission.pk)
    return True


def _tell(submission: Submission, kind: str, words: str, user: AbstractBaseUser) -> None:
    """Who did it and when: for the partner order, and for the customers' orders it is about."""
    row = submission.partner_order
    said = words.format(partner=row.partner)
    record_for_orders(row, kind, said, parts=concerned(submission), user=user)


def _refuse(submission: Submission, row: PartnerOrder) -> None:
    adds_nothing = submission.kind in (Kind.UPDATE, Kind.CANCEL) or lowered_of(submission)
    reasons = why_not_at_all(row) if adds_nothing else why_not(row)
    other = in_flight(row)
    if other is not None and other.pk != submission.pk:
        reasons.append(f"The outcome of {other} is not known yet.")
    if reasons:
        raise CannotSubmit(" ".join(reasons))


def _rewrite(submission: Submission, row: PartnerOrder) -> None:
    content, digest = fix_content(row, lowered_of(submission))
    submission.update_where(Q(status=Status.PENDING), content=content, digest=digest)
    going = [part.pk for part in sendable(row)]
    row.lines.filter(pk__in=going).update(submission=submission)


def link_existing(submission: Submission, external_id: str, user: AbstractBaseUser) -> bool:
    """A person saw it there: settled as submitted, a new order under their id.

    Raises CannotSubmit if another partner order has that id.
    """
    submission.refresh_from_db()
    theirs = submission.partner_order.external_id or external_id.strip()
    # The person says that it is there as we sent it.
    lines = tuple(wanted_lines(submission))
    found = PlacedOrder(theirs, submission.reference, "", lines=lines)
    try:
        with transaction.atomic():
            done = settle_submitted(submission, found, old=Status.UNCONFIRMED)
    except IntegrityError:
        other = PartnerOrder.objects.get(
            connection=submission.partner_order.connection, external_id=found.external_id
        )
        raise CannotSubmit(f"{found.external_id} is {other} already. Look again.") from None
    if done:
        submission.update_where(Q(), decided_by_id=user.pk)
        found_there = f"{{partner}} has it as {theirs}: linked, and not sent again."
        _tell(submission, "linked", found_there, user)
    return done


def send_again(submission: Submission, user: AbstractBaseUser) -> bool:
    """A person made sure it is not there."""
    with transaction.atomic():
        lock_orders(submission.partner_order)
        fields = {"retry_at": None, "decided_by_id": user.pk, "sent_at": None}
        if not submission.move(Status.UNCONFIRMED, Status.PENDING, **fields):
            return False
        catch_up(submission.partner_order)
        close_alert(fingerprint(submission))
        _tell(submission, "sent_again", "{partner} does not have it: sent again.", user)
        enqueue("orders.tasks.submit", submission.pk)
    return True


def drop(submission: Submission, user: AbstractBaseUser, reason: str) -> bool:
    """Give it up. Of a new order the lines wait, unrouted, for a person; of added lines the order
    closes and they go with the next; of a cancellation nothing changes."""
    droppable = [Status.PENDING, Status.UNCONFIRMED, Status.FAILED]
    with transaction.atomic():
        lock_orders(submission.partner_order)
        fields = {"decided_by_id": user.pk, "error": reason, "settled_at": timezone.now()}
        if not submission.move(droppable, Status.DROPPED, **fields):
            return False
        row = locked(PartnerOrder.objects.all()).get(pk=submission.partner_order_id)
        text = f"{submission} for {row.partner} was given up: {sentence(reason)}"
        orders = orders_in(row)
        record_for_orders(row, "dropped", text, parts=concerned(submission), user=user)
        {Kind.CREATE: _drop_create, Kind.APPEND: hand_on}.get(Kind(submission.kind), _drop_nothing)(
            row, text
        )
        catch_up(row)
        close_alert(fingerprint(submission))
        refresh_all(orders)
    return True


def _drop_create(row: PartnerOrder, why: str) -> None:
    """Lines that joined it later were in no submission: they go with the next order."""
    end(row)
    dropped = list(
        row.lines.filter(canceled_at=None)
        .exclude(submission=None)
        .select_related("order_line__order")
    )
    for part in dropped:
        unroute(part, why)
    hand_on(row, why)


def _drop_nothing(row: PartnerOrder, why: str) -> None:
    """The order stays with the partner as it is."""
