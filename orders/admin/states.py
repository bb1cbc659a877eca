"""One word for where a partner order stands, and the tabs that follow from it."""

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from config.adminkit.changelist import Rule
from config.adminkit.parts import when
from integrations.models import Connection
from integrations.services.breaker import waits, why_waiting
from orders.models import PartnerOrder, PartnerOrderLine, Submission
from orders.services.closing import UNAPPROVED, needs_approval
from orders.services.confirming import SOON, is_soon
from orders.services.consolidation import GROWING, is_triggered
from orders.services.waiting import OUT

Placed, Sent = PartnerOrder.Status, Submission.Status
UNSETTLED = [Sent.PENDING, Sent.SUBMITTING, Sent.UNCONFIRMED, Sent.FAILED]
WITH_PARTNER = [
    Placed.SUBMITTED,
    Placed.CONFIRMED,
    Placed.PICKING,
    Placed.PACKED,
    Placed.SHIPPED,
]


def last_submission(row: PartnerOrder) -> Submission | None:
    """The newest outbound write about it; reads what is prefetched."""
    found = list(row.submissions.all())
    return found[-1] if found else None


def status_word(row: PartnerOrder) -> str:
    """Its status and that of its submission as the one word of a badge."""
    if row.status == Placed.DELIVERED and row.ship_to == PartnerOrder.ShipTo.CENTER:
        return "Received"
    submission = last_submission(row)
    if submission is not None and submission.status in UNSETTLED:
        return submission_word(submission)
    if row.held_at and row.closed_at is None:
        return "On hold"
    return row.get_status_display()


def submission_word(submission: Submission) -> str:
    """To approve, Sending, Retrying, Waiting, Unconfirmed, Failed, Given up or Sent."""
    if submission.status != Sent.PENDING:
        return submission.get_status_display()
    if needs_approval(submission):
        return "To approve"
    connection = submission.partner_order.connection
    if connection is not None and not may_be_called(connection):
        return "Waiting"
    return "Retrying" if submission.error else "Sending"


def next_try(submission: Submission) -> str:
    """When it is tried or asked about next, in words: the tick comes once a minute."""
    at = submission.retry_at
    return SOON if at is None or is_soon(at, timezone.now()) else when(at)


def may_be_called(connection: Connection) -> bool:
    """In use, answering, and not asking us to slow down, as far as the row as loaded says."""
    is_active = connection.status == Connection.Status.ACTIVE
    return is_active and not why_waiting(connection, timezone.now())


def is_moving(row: PartnerOrder) -> bool:
    """Whether it changes by itself within seconds: its page looks again."""
    return status_word(row) in ("Sending", "Retrying")


def part_waits_for(part: PartnerOrderLine) -> tuple[str, str]:
    """(badge, note) of a part that was not put up for sending yet."""
    order, placed = part.order_line.order, part.partner_order
    if order.held_at:
        return "On hold", "until the order is released"
    if placed is not None and (why := silence_of(placed)):
        return "Waiting", why
    if placed is not None and placed.due_at:
        local = timezone.localtime(placed.due_at)
        return "Waiting", f"for {local:%a %H:%M}"
    if placed is not None:
        return "Waiting", "is placed on its own"
    if part.partner and not is_triggered(part.partner, order):
        return "Waiting", "for payment" if part.partner.trigger == "paid" else "for approval"
    return "Waiting", ""


def silence_of(placed: PartnerOrder) -> str:
    """Why nothing goes to its partner now, in a few words; empty where it may go."""
    connection = placed.connection
    if connection is None:
        return ""
    if connection.status != Connection.Status.ACTIVE:
        is_paused = connection.status == Connection.Status.PAUSED
        return f"{connection} is {'paused' if is_paused else 'not connected'}"
    return f"{connection} does not answer" if connection.opened else ""


# --- tabs


def _where_submission(condition: Q) -> Q:
    return Q(pk__in=Submission.objects.filter(condition).values("partner_order"))


def to_approve() -> Q:
    """Put up, waiting for a person to say yes."""
    return _where_submission(Q(status=Sent.PENDING) & UNAPPROVED)


def sending() -> Q:
    """On their way to the partner."""
    going = Q(status=Sent.PENDING) & ~UNAPPROVED & ~_silent()
    return _where_submission(Q(status=Sent.SUBMITTING) | going)


def waiting() -> Q:
    """Approved or free to go, but their system cannot be called now."""
    return _where_submission(Q(status=Sent.PENDING) & ~UNAPPROVED & _silent())


def _silent() -> Q:
    """What `may_be_called` denies, of the connection of a submission."""
    at = "partner_order__connection__"
    out = Q(**{f"{at}status__in": OUT}) | Q(**{f"{at}opened__gt": 0})
    return out | waits(timezone.now(), at)


def unconfirmed() -> Q:
    """Sent, but nobody knows whether the partner has them."""
    return _where_submission(Q(status=Sent.UNCONFIRMED))


def failed() -> Q:
    """The partner did not take them."""
    return _where_submission(Q(status=Sent.FAILED))


def needs_a_person() -> Q:
    """What the number in the sidebar counts."""
    return to_approve() | unconfirmed() | failed()


TABS: list[tuple[str, str, Rule, str]] = [
    ("", "All", None, ""),
    ("open", "Take lines", Q(status__in=GROWING, closed_at=None), ""),
    ("approve", "To approve", to_approve, "warn"),
    ("sending", "Sending", sending, ""),
    ("waiting", "Waiting", waiting, "warn"),
    ("unconfirmed", "Unconfirmed", unconfirmed, "warn"),
    ("failed", "Failed", failed, "bad"),
    ("partner", "With partner", Q(status__in=WITH_PARTNER), ""),
    ("done", "Done", Q(status__in=[Placed.DELIVERED, Placed.CANCELED]), ""),
]


# --- the words of the badge as a filter: what `status_word` says of one row, asked of all


def _newest(condition: Q) -> Q:
    """Partner orders of which the last word to the partner is such a submission."""
    later = Submission.objects.filter(
        partner_order=OuterRef("partner_order"), seq__gt=OuterRef("seq")
    )
    return Q(pk__in=Submission.objects.filter(condition, ~Exists(later)).values("partner_order"))


def _of_submission(condition: Callable[[], Q]) -> Rule:
    return lambda: _newest(condition()) & ~RECEIVED


def _of_row(condition: Q) -> Rule:
    return lambda: condition & ~RECEIVED & ~_newest(Q(status__in=UNSETTLED))


RECEIVED = Q(status=Placed.DELIVERED, ship_to=PartnerOrder.ShipTo.CENTER)
HELD = Q(held_at__isnull=False, closed_at=None)
_PENDING = Q(status=Sent.PENDING) & ~UNAPPROVED
WORDS: list[tuple[str, str, Rule]] = [
    ("open", "Open", _of_row(Q(status=Placed.OPEN) & ~HELD)),
    ("on_hold", "On hold", _of_row(HELD)),
    ("to_approve", "To approve", _of_submission(lambda: Q(status=Sent.PENDING) & UNAPPROVED)),
    (
        "sending",
        "Sending",
        _of_submission(lambda: Q(status=Sent.SUBMITTING) | _PENDING & ~_silent() & Q(error="")),
    ),
    ("retrying", "Retrying", _of_submission(lambda: _PENDING & ~_silent() & ~Q(error=""))),
    ("waiting", "Waiting", _of_submission(lambda: _PENDING & _silent())),
    ("unconfirmed", "Unconfirmed", _of_submission(lambda: Q(status=Sent.UNCONFIRMED))),
    ("failed", "Failed", _of_submission(lambda: Q(status=Sent.FAILED))),
    *(
        (str(value), str(label), _of_row(Q(status=value) & ~HELD))
        for value, label in Placed.choices
        if value != Placed.OPEN
    ),
    ("received", "Received", RECEIVED),
]
