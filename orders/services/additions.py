"""What was added to a placed partner order, or taken off it, told to the customers concerned."""

from collections import Counter
from collections.abc import Callable, Iterable

from django.db import models

from orders.models import Order, PartnerOrderLine, Submission
from orders.services.content import lowered_of
from orders.services.history import record

Units = Iterable[tuple[PartnerOrderLine, int]]


def concerned(submission: Submission) -> list[PartnerOrderLine] | None:
    """The parts an addition speaks of; None where it is about the whole partner order."""
    if submission.kind != Submission.Kind.APPEND:
        return None
    return [*_added(submission), *_lowered(submission)]


def tell_appended(submission: Submission) -> None:
    """Units and products, on the partner order and on each customer's order with some of them.

    Call it before the parts are lowered.
    """
    row = submission.partner_order
    number = row.external_number or row.external_id
    left = lowered_of(submission)
    off = [(part, part.quantity - left[part.pk]) for part in _lowered(submission)]
    added = [(part, part.quantity) for part in _added(submission)]
    _tell(submission, off, lambda what: f"{row.partner} took {what} off {number}.")
    _tell(submission, added, lambda what: f"Added to {row.partner}'s {number}: {what}.")


def _added(submission: Submission) -> list[PartnerOrderLine]:
    return list(_live(submission).filter(submission=submission))


def _lowered(submission: Submission) -> list[PartnerOrderLine]:
    return list(_live(submission).filter(pk__in=lowered_of(submission)))


def _live(submission: Submission) -> "models.QuerySet[PartnerOrderLine]":
    parts = submission.partner_order.lines.filter(canceled_at=None)
    return parts.select_related("order_line__order").order_by("pk")


def _tell(submission: Submission, units: Units, sentence: Callable[[str], str]) -> None:
    everything: Counter[str] = Counter()
    by_order: dict[Order, Counter[str]] = {}
    for part, number in units:
        title = part.order_line.title
        everything[title] += number
        by_order.setdefault(part.order_line.order, Counter())[title] += number
    row = submission.partner_order
    if everything:
        record(row, "appended", sentence(_words(everything)))
    for order, own in by_order.items():
        record(order, "appended", sentence(_words(own)), reference=row.reference)


def _words(units: Counter[str]) -> str:
    return ", ".join(f"{number} x {title}" for title, number in units.items())
