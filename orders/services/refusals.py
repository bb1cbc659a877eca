"""What a partner refused and what staff can do: one text for the alert, and for both pages."""

import re
from dataclasses import dataclass

from integrations.errors import TooLittleStock
from orders.models import PartnerOrder, Submission
from orders.services.content import lowered_of

Kind = Submission.Kind
# Words a refusal of that kind has in it, whatever the system; the first that fits counts.
PERMISSION = re.compile(r"permission|scope|access denied|not allowed|not approved", re.I)
ADDRESS = re.compile(
    r"(shipping|delivery) address|address (is|was|can)|province|\bzip\b|country", re.I
)
UNKNOWN = re.compile(r"\b(sku|variant|product|item)s?\b", re.I)


@dataclass(frozen=True)
class Refusal:
    """`title` says what happened, without a full stop; `text` why, and what to do, as sentences."""

    title: str
    text: str


def explain_refusal(submission: Submission) -> Refusal:
    """Of a submission that failed. Names no customer."""
    said = submission.error.strip() or "They gave no reason."
    return Refusal(_title(submission), f"{said} {_advice(submission)}")


def _title(submission: Submission) -> str:
    row = submission.partner_order
    what = {
        Kind.APPEND: f"did not add to {row}",
        Kind.UPDATE: f"did not take the new address of {row}",
        Kind.CANCEL: f"did not cancel {row}",
    }.get(Kind(submission.kind), f"did not take {submission.reference}")
    return f"{row.partner} {what}"


def _advice(submission: Submission) -> str:
    if submission.kind == Kind.UPDATE:
        return "Tell the partner yourself, then press They know the address on the order."
    if submission.kind == Kind.CANCEL or lowered_of(submission):
        comes = "What was to be taken off comes anyway. " if lowered_of(submission) else ""
        return (
            f"{comes}Agree with the partner, or keep what comes: the customers' orders have the "
            "buttons."
        )
    if submission.error_kind == TooLittleStock.kind:
        return _too_few(submission)
    return f"{_fix(submission)}, then press Retry. {_otherwise(submission)}"


def _fix(submission: Submission) -> str:
    row, said = submission.partner_order, submission.error
    if submission.error_kind == "different":
        return "Agree with the partner and have their order corrected"
    if PERMISSION.search(said):
        return f"Reconnect {row.partner} and accept every permission"
    if ADDRESS.search(said):
        center = row.ship_to == PartnerOrder.ShipTo.CENTER
        whose = "of your fulfillment center" if center else "in the store"
        return f"Correct the address {whose}"
    if UNKNOWN.search(said):
        return "Link the product to one they have, or ask them to bring it back"
    return "Correct the cause"


def _too_few(submission: Submission) -> str:
    """Of one line there is no rest that could go without it."""
    number = _going(submission)
    if number > 1:
        rest = "the other line goes" if number == 2 else "the other lines go"
        fix = f"Hold the lines they have too few of, then press Retry, and {rest}."
    else:
        fix = f"Press Wait for stock on {_only_order(submission)}: it goes once they have it."
    return f"{fix} {_otherwise(submission)}"


def _only_order(submission: Submission) -> str:
    """The customer's order the one line is of."""
    part = submission.partner_order.lines.select_related("order_line__order").filter(
        submission=submission, canceled_at=None
    )
    found = part.first()
    return str(found.order_line.order) if found else "the customer's order"


def _going(submission: Submission) -> int:
    return submission.partner_order.lines.filter(submission=submission, canceled_at=None).count()


def retry_may_help(submission: Submission | None) -> bool:
    """Whether sending the same again is what one would try first."""
    return submission is not None and submission.error_kind != TooLittleStock.kind


def _otherwise(submission: Submission) -> str:
    """What Give up does."""
    if submission.kind == Kind.APPEND:
        return "Or press Give up: this order closes, and its new lines go with the next one."
    if _going(submission) == 1:
        return "Or press Give up: the line waits on its order for another partner."
    return "Or press Give up: the lines wait on their orders for another partner."
