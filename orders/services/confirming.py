"""Confirming: the only way out of *unconfirmed* is to ask the partner by our reference."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from integrations.errors import BadResponse, NotAuthorized, ProviderError
from integrations.jobs import enqueue
from integrations.models import Connection
from integrations.providers.base import FindsOrders
from integrations.services.alerts import raise_alert
from integrations.services.breaker import admit, give_back
from integrations.services.connections import needs_attention, provider_for
from integrations.types import PlacedOrder
from orders.models import Submission
from orders.services.alarms import fingerprint
from orders.services.content import lines_in, lines_there
from orders.services.differing import differs
from orders.services.placing import check_ours
from orders.services.settling import (
    look_later,
    settle_absent,
    settle_failed,
    settle_submitted,
)

Status, Kind = Submission.Status, Submission.Kind
LEASE_S = 90
# After so many look-ups without an answer a person is told; we go on looking.
LOOKS_BEFORE_ALERT = 5
# A look is due a minute after the outcome, and the tick that takes it comes once a minute.
SOON = "within two minutes"
ASK = "press It exists, link it; or Send again; or Give up on the partner order."


def confirm(submission: Submission, now: datetime | None = None) -> None:
    """Look for it: found = submitted, surely absent = pending, found but different = failed.

    A look-up that fails changes nothing. Where the provider cannot be asked, a person decides.
    """
    now = now or timezone.now()
    submission.refresh_from_db()
    early = submission.retry_at is not None and submission.retry_at > now
    if submission.status != Status.UNCONFIRMED or early:
        return
    connection = submission.partner_order.connection
    assert connection is not None
    if not admit(connection, now):
        return
    try:
        if submission.take_lease(now, LEASE_S):
            _ask(submission, connection, now)
    finally:
        give_back(connection)


def is_soon(at: datetime, now: datetime) -> bool:
    """Whether what is due then happens within SOON."""
    return at <= now + timedelta(seconds=60)


def _ask(submission: Submission, connection: Connection, now: datetime) -> None:
    try:
        provider = provider_for(connection)
        if not isinstance(provider, FindsOrders):
            _ask_a_person(submission)
            return
        found = _look_up(submission, provider)
    except NotAuthorized as exc:
        look_later(submission, now, exc)
        needs_attention(connection, exc)
    except ProviderError as exc:
        _look_later(submission, now, exc)
    else:
        _conclude(submission, found, now)


def _look_up(submission: Submission, provider: FindsOrders) -> PlacedOrder | None:
    """The order a create made, or the one an append or a cancel is about.

    Raises BadResponse for a stranger: a search that ignores what it was asked for says nothing.
    """
    row = submission.partner_order
    reference = submission.reference if submission.kind == Kind.CREATE else row.reference
    found = provider.find_order(reference)
    if found is not None:
        check_ours(row, reference, found)
    elif submission.kind != Kind.CREATE:
        raise BadResponse(f"{row.partner} does not show {row.reference} any more.")
    return found


def _look_later(submission: Submission, now: datetime, exc: ProviderError) -> None:
    if look_later(submission, now, exc) and submission.looks == LOOKS_BEFORE_ALERT:
        partner = submission.partner_order.partner
        raise_alert(
            fingerprint(submission),
            "placement",
            f"Did {partner} get {submission.reference}?",
            f"{exc} We go on asking. If you know what became of it: {ASK}",
            submission.partner_order,
        )


def _conclude(submission: Submission, found: PlacedOrder | None, now: datetime) -> None:
    if found is None:
        _send_again(submission, now)
    elif submission.kind == Kind.CREATE:
        _conclude_create(submission, found)
    elif submission.kind == Kind.UPDATE:
        _conclude_update(submission, found, now)
    elif submission.kind == Kind.CANCEL:
        _conclude_cancel(submission, found, now)
    else:
        _conclude_append(submission, found, now)


def _send_again(submission: Submission, now: datetime) -> None:
    if settle_absent(submission, now):
        enqueue("orders.tasks.submit", submission.pk)


def _conclude_create(submission: Submission, found: PlacedOrder) -> None:
    if found.status == "canceled":
        _fail(submission, f"It is there as {found.number or found.external_id}, but canceled.")
    elif found.tells_lines and (difference := differs(lines_in(submission), found.lines)):
        number = found.number or found.external_id
        _fail(submission, f"It is there as {number}, but differs: {difference}.")
    else:
        settle_submitted(submission, found, old=Status.UNCONFIRMED)


def _conclude_append(submission: Submission, found: PlacedOrder, now: datetime) -> None:
    difference = differs(lines_in(submission), found.lines)
    if not difference:
        settle_submitted(submission, found, old=Status.UNCONFIRMED)
    elif not differs(lines_there(submission.partner_order), found.lines):
        _send_again(submission, now)  # it stands as before: the edit never took effect
    else:
        _fail(submission, f"Their order is neither as before nor as asked: {difference}.")


def _conclude_update(submission: Submission, found: PlacedOrder, now: datetime) -> None:
    """No look-up names an address; setting it once more does no harm."""
    if found.status == "canceled":
        _fail(submission, "It is canceled there.")
    else:
        _send_again(submission, now)


def _conclude_cancel(submission: Submission, found: PlacedOrder, now: datetime) -> None:
    if found.status == "canceled":
        settle_submitted(submission, found, old=Status.UNCONFIRMED)
    else:
        _send_again(submission, now)


def _fail(submission: Submission, sentence: str) -> None:
    settle_failed(submission, "different", sentence, old=Status.UNCONFIRMED)


def _ask_a_person(submission: Submission) -> None:
    submission.drop_lease()
    submission.update_where(Q(status=Status.UNCONFIRMED), retry_at=None)
    raise_alert(
        fingerprint(submission),
        "placement",
        f"Did {submission.partner_order.partner} get {submission.reference}?",
        f"Their system cannot be asked. Look for it there, then {ASK}",
        submission.partner_order,
    )
