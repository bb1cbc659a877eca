"""When a button of a partner order is offered, and what several of them share."""

from typing import Any

from config.adminkit.actions import Refused
from orders.admin import states
from orders.models import PartnerOrder, Submission
from orders.services import closing, deciding


def can_submit(row: PartnerOrder) -> bool:
    """Whether it may go out now."""
    is_open = row.status == PartnerOrder.Status.OPEN and row.closed_at is None
    return is_open and not closing.why_not(row)


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
        raise Refused(f"{row} was retried or dropped meanwhile.")
