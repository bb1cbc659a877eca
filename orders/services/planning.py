"""Plans: when a partner's open order goes out next and when it closes, by the terms of today."""

from copy import copy
from datetime import date, datetime
from zoneinfo import ZoneInfoNotFoundError

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from catalog.models import Dispatch, Partner
from integrations.services.alerts import close_alert, raise_alert
from orders.models import PartnerOrder
from orders.services.calendar import next_cutoff, next_run, period_of
from orders.services.history import record

NO_SUCH_ZONE = (ZoneInfoNotFoundError, ValueError, OSError)


def plan_batches(now: datetime) -> None:
    """Keep every partner's next run, and its open order's plan, true to the terms of today."""
    for partner in Partner.objects.exclude(dispatch=Dispatch.IMMEDIATE).filter(archived_at=None):
        due = next_run_or_tell(partner, now)
        if due is None:
            continue
        close_alert(f"partner_zone:{partner.pk}")
        if partner.next_batch_at != due:
            Partner.objects.filter(pk=partner.pk).update(next_batch_at=due)
        ahead = Q(due_at=None) | Q(due_at__gt=now)
        open_ones = PartnerOrder.objects.filter(ahead, partner=partner, closed_at=None, order=None)
        for row in open_ones:
            plan(row, partner, now)


def plan(row: PartnerOrder, partner: Partner, now: datetime) -> None:
    """Write when an open order goes out next and when it closes, unless it is so already.

    A period is the date of the cut-off; one that was placed keeps the name it was placed under.
    """
    due, closes = next_run_or_tell(partner, now), _next_cutoff(partner, now)
    fields: dict[str, object] = {"due_at": due, "closes_at": closes}
    if closes and row.status == PartnerOrder.Status.OPEN:
        period = period_of(partner, closes)
        if period != row.period:
            fields |= {"period": period, "seq": next_seq(partner, period)}
    if all(getattr(row, name) == value for name, value in fields.items()):
        return
    try:
        with transaction.atomic():
            row.update_where(Q(closed_at=None), **fields)
    except IntegrityError:  # another tick gave this period's next number away: look again then
        return


def next_seq(partner: Partner, period: date) -> int:
    """The number of the partner's next order within a period."""
    same = PartnerOrder.objects.filter(partner=partner, period=period)
    return (same.aggregate(last=Max("seq"))["last"] or 0) + 1


def next_run_or_tell(partner: Partner, now: datetime) -> datetime | None:
    """`next_run`; None with an alert where the partner's time zone is unknown here."""
    try:
        return next_run(partner, now)
    except NO_SUCH_ZONE:
        raise_alert(
            f"partner_zone:{partner.pk}",
            "schedule",
            f"{partner}: {partner.timezone} is not a time zone",
            "Open its terms and choose another time zone; until then its orders wait.",
            partner,
        )
        return None


def _next_cutoff(partner: Partner, now: datetime) -> datetime | None:
    try:
        return next_cutoff(partner, now)
    except NO_SUCH_ZONE:
        return None


def new_period(partner: Partner, now: datetime) -> dict[str, object]:
    """The plan of an order opened now: due_at, closes_at and period.

    Without a known time zone it waits, unplanned, under today's date.
    """
    closes = _next_cutoff(partner, now)
    return {
        "due_at": next_run_or_tell(partner, now),
        "closes_at": closes,
        "period": period_of(partner, closes) if closes else now.date(),
    }


def skip_next(partner: Partner, now: datetime, user: AbstractBaseUser) -> bool:
    """Pass over the partner's next run once; False where there is none to skip.

    Its lines wait for the run after. Of an order placed once a week the whole week is passed over.
    """
    due = next_run_or_tell(partner, now)
    if due is None:
        return False
    day = period_of(partner, due)
    _skip(partner, day, now, user, f"The run of {day:%A, %d %B} is skipped.")
    return True


def after_skip(partner: Partner, now: datetime) -> tuple[datetime | None, datetime | None]:
    """(next run, cut-off) as they would be if the next run were skipped; nothing is written."""
    due = next_run_or_tell(partner, now)
    if due is None:
        return None, None
    skipping = copy(partner)
    skipping.skip_period = period_of(partner, due)
    return next_run(skipping, now), next_cutoff(skipping, now)


def unskip(partner: Partner, now: datetime, user: AbstractBaseUser) -> bool:
    """Take a skip back; False if nothing that lies ahead is skipped."""
    if not is_skipping(partner, now):
        return False
    _skip(partner, None, now, user, "The skipped run takes place after all.")
    return True


def is_skipping(partner: Partner, now: datetime) -> bool:
    """Whether a run that would still come is passed over."""
    try:
        return partner.skip_period is not None and partner.skip_period >= period_of(partner, now)
    except NO_SUCH_ZONE:
        return False


def _skip(
    partner: Partner, day: date | None, now: datetime, user: AbstractBaseUser, text: str
) -> None:
    with transaction.atomic():
        partner.skip_period = day
        partner.save(update_fields=["skip_period"])
        for row in PartnerOrder.objects.filter(partner=partner, closed_at=None, order=None):
            record(row, "planned", text, user=user)
        plan_batches(now)
