"""When a button of a partner order is offered, and what several of them share."""

from typing import Any

from django.utils import timezone

from catalog.admin.links import page_of
from config.adminkit.actions import Refused, Told
from integrations.providers.base import CancelsOrders
from orders.admin import states
from orders.models import PartnerOrder, Submission
from orders.services import closing, deciding
from orders.services.canceling import CANCELABLE
from orders.services.consolidation import GROWING
from orders.services.planning import is_skipping


def can_submit(row: PartnerOrder) -> bool:
    """Whether it may go out now."""
    busy = closing.is_over(row) or closing.unsettled(row) is not None
    return not busy and not closing.why_not(row)


def takes_lines(row: PartnerOrder) -> bool:
    """Whether lines of new orders still go into it."""
    return row.closed_at is None and row.status in GROWING


def can_be_canceled(row: PartnerOrder) -> bool:
    """Whether the partner can be asked to cancel it through its system."""
    able = row.connection is not None and issubclass(row.connection.provider_class, CancelsOrders)
    return able and row.status in CANCELABLE and closing.in_flight(row) is None


def can_skip(row: PartnerOrder) -> bool:
    """Whether it has a run of its own plan ahead."""
    return row.order_id is None and takes_lines(row) and row.due_at is not None


def is_skipped(row: PartnerOrder) -> bool:
    """Whether a run of it that would still come is passed over."""
    return takes_lines(row) and is_skipping(row.partner, timezone.now())


def says(*words: str) -> Any:
    """Whether the badge is one of these."""
    return lambda row: states.status_word(row) in words


def submission_of(row: PartnerOrder) -> Submission:
    """Its newest submission. Raises Refused where there is none."""
    found = states.last_submission(row)
    if found is None:
        raise Refused(f"{row} was not put up for sending yet.")
    return found


def retry_once(row: PartnerOrder, user: Any) -> None:
    """Raises Refused if a colleague was faster."""
    if not deciding.retry(submission_of(row), user):
        raise Refused(f"Somebody decided about {row} meanwhile.")


def on_its_way(row: PartnerOrder, before: str = "Open") -> Told:
    """What a person is told after pressing a button that sends."""
    return Told(
        f"{row} is being sent to {row.partner}.",
        url=page_of(row),
        link="See how far it is",
        before=before,
        after="Sending",
    )
