"""The circuit breaker of a connection: a system that does not answer is left alone for a while.

Closed: calls go out. Open, while `paused_until` is ahead: none does. Half-open, once it has passed:
exactly one caller may try, the probe; a good answer closes the breaker, a failure opens it for
longer. Every step is a conditional UPDATE of the connection's row, so workers agree on it.
"""

from datetime import datetime, timedelta
from typing import Any, Literal

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from integrations.answers import Call, clamp_wait
from integrations.models import ApiCall, Connection, SyncRun
from integrations.services.alerts import close_alert, raise_alert

State = Literal["closed", "open", "half_open"]

FAILURES = 3
WINDOW, LEAST_CALLS, SHARE = timedelta(minutes=5), 20, 0.5
LONGEST_COOL_S = 1800
SLOW_S = 30.0  # where they ask for time and do not say how long
FIELDS = ["name", "opened", "failed_calls", "probed_at", "paused_until"]


class MustWait(Exception):
    """The system may not be called now; the text is a sentence for staff."""


def waits(now: datetime, prefix: str = "") -> Q:
    """Connections that must not be called now; `prefix` leads to them ("connection__")."""
    return Q(**{f"{prefix}paused_until__gt": now})


def state_of(connection: Connection, now: datetime) -> State:
    """From the fields as loaded; a connection that was asked to slow down is closed."""
    if not connection.opened:
        return "closed"
    return "open" if _is_paused(connection, now) else "half_open"


def admit(connection: Connection, now: datetime) -> bool:
    """Whether a call may go out now; ask last before calling, and whoever gets True calls.

    Looks at the row, not at the instance, and refreshes its fields. In the half-open state one
    caller gets True, as the probe; it holds that for `probe_s()` seconds, so one that dies blocks
    nobody for longer. False, too, while the system asked us to slow down.
    """
    connection.refresh_from_db(fields=FIELDS)
    connection.probing = None
    if _is_paused(connection, now):
        return False
    if not connection.opened:
        return True
    return _take_probe(connection, now, Q(paused_until=None) | Q(paused_until__lte=now))


def take_probe(connection: Connection, now: datetime) -> bool:
    """A person wants to know: be the probe before the time. False if there is one already.

    False as well where the breaker is closed: then nothing needs to be probed.
    """
    return _take_probe(connection, now, Q())


def give_back(connection: Connection) -> None:
    """Call it when all was done for which `admit` was asked, with the same instance.

    Whoever was the probe and called nobody (a run with nothing to ask) says so: the next one may be
    it at once, not in a minute. Where a call was told of, or it was no probe, nothing happens.
    """
    taken, connection.probing = connection.probing, None
    if taken is None:
        return
    mine = _row(connection.pk).filter(opened__gt=0, probed_at=taken)
    held = Q(paused_until=taken + timedelta(seconds=probe_s()))  # a longer pause is not ours
    with transaction.atomic():
        mine.filter(held).update(paused_until=taken)
        mine.update(probed_at=None)


def probe_s() -> float:
    """For how long one caller is the probe: a read's tries with the time they wait between."""
    return float(settings.HTTP_DEADLINE_S) * 2


def _take_probe(connection: Connection, now: datetime, condition: Q) -> bool:
    until = now + timedelta(seconds=probe_s())
    free = Q(probed_at=None) | Q(probed_at__lte=now - timedelta(seconds=probe_s()))
    with transaction.atomic():
        taken = _row(connection.pk).filter(condition, free, opened__gt=0).update(probed_at=now)
        if taken:
            _pause(connection.pk, until)
    connection.refresh_from_db(fields=FIELDS)
    connection.probing = now if taken else None
    return bool(taken)


# --- what calls tell


def record(connection_id: int, call: Call, now: datetime) -> None:
    """What one recorded try says, if anything. Costs one query while all is well."""
    # A millisecond of grace: `ms` is rounded.
    started = now - timedelta(milliseconds=max(call.ms - 1, 0))
    if call.verdict == "good":
        record_good(connection_id, started)
    elif call.verdict == "failed":
        record_failed(connection_id, started, now)
    elif call.verdict == "slow":
        record_slow_down(connection_id, call.wait_s, started, now)


def record_good(connection_id: int, started: datetime) -> None:
    """The system works: forget its failures; if this call began as the probe, close."""
    ill = Q(failed_calls__gt=0) | Q(opened__gt=0)
    if not _row(connection_id).filter(ill).exists():
        return
    if not _row(connection_id).filter(opened=0).update(failed_calls=0):
        _close(connection_id, Q(probed_at__lte=started), paused_until=None)


def record_failed(connection_id: int, started: datetime, now: datetime) -> None:
    """One more failed call: open after three in a row, or where half of many failed.

    While the breaker is open only the probe's failure counts: what was under way when it opened
    says nothing new.
    """
    with transaction.atomic():
        closed = _row(connection_id).filter(opened=0)
        if not closed.update(failed_calls=F("failed_calls") + 1):
            _open_again(connection_id, started, now)
        elif failed := _too_many(Connection.objects.get(pk=connection_id), now):
            closed.update(opened=1, failed_calls=failed, probed_at=None)
            _pause(connection_id, now + cool_down(1))
            _tell(connection_id)


def record_slow_down(
    connection_id: int, seconds: float | None, started: datetime, now: datetime
) -> None:
    """They ask us to slow down: the whole connection waits, 1 s to 1 h. It is no failure."""
    until = now + timedelta(seconds=clamp_wait(SLOW_S if seconds is None else seconds))
    with transaction.atomic():
        _pause(connection_id, until)
        _row(connection_id).filter(opened=0, failed_calls__gt=0).update(failed_calls=0)
        _close(connection_id, Q(probed_at__lte=started), paused_until=until)


def close(connection: Connection) -> None:
    """It was checked and works, whoever asked: what waited, also for its rate limit, goes on."""
    closed = _close(connection.pk, Q(), paused_until=None)
    lifted = _row(connection.pk).filter(paused_until__isnull=False).update(paused_until=None)
    put_off = SyncRun.objects.filter(connection=connection, status=SyncRun.Status.QUEUED)
    put_off.filter(waits_until__isnull=False).update(waits_until=None)
    if closed or lifted:
        connection.refresh_from_db(fields=FIELDS)


def cool_down(times: int) -> timedelta:
    """How long it is left alone when it opened so often in a row: 2, 4, 8 ... 30 minutes."""
    base = float(settings.BREAKER_COOL_S)
    return timedelta(seconds=min(base * 2 ** min(times - 1, 10), max(base, LONGEST_COOL_S)))


def _row(connection_id: int) -> QuerySet[Connection]:
    return Connection.objects.filter(pk=connection_id)


def _is_paused(connection: Connection, now: datetime) -> bool:
    return connection.paused_until is not None and connection.paused_until > now


def _pause(connection_id: int, until: datetime) -> None:
    """Never shorter than it is."""
    shorter = Q(paused_until=None) | Q(paused_until__lt=until)
    _row(connection_id).filter(shorter).update(paused_until=until)


def _close(connection_id: int, condition: Q, **fields: Any) -> bool:
    """Row and alert in one transaction, as in opening: neither can overtake the other."""
    with transaction.atomic():
        open_row = _row(connection_id).filter(condition, opened__gt=0)
        if not open_row.update(opened=0, failed_calls=0, **fields):
            return False
        close_alert(fingerprint(connection_id))
    return True


def _open_again(connection_id: int, started: datetime, now: datetime) -> None:
    """The probe failed. One a person made before its time changes nothing."""
    probe = _row(connection_id).filter(opened__gt=0, probed_at__lte=started)
    row = probe.select_for_update().first()
    if row is None or row.probed_at is None or row.paused_until is None:
        return
    counted = {"failed_calls": F("failed_calls") + 1, "probed_at": None}
    if row.paused_until > row.probed_at + timedelta(seconds=probe_s()):
        probe.update(**counted)
    else:
        until = now + cool_down(row.opened + 1)
        probe.update(opened=F("opened") + 1, paused_until=until, **counted)
    _tell(connection_id)


def _too_many(row: Connection, now: datetime) -> int:
    """How many failed calls are reason to open; 0 while there are not enough of them."""
    if row.failed_calls >= FAILURES:
        return row.failed_calls
    since = now - WINDOW
    if row.probed_at:  # what failed before it was closed is forgotten
        since = max(since, row.probed_at)
    calls = ApiCall.objects.filter(connection=row, at__gt=since, verdict__in=["good", "failed"])
    found = calls.aggregate(all=Count("pk"), failed=Count("pk", filter=Q(verdict="failed")))
    enough = found["all"] >= LEAST_CALLS and found["failed"] >= SHARE * found["all"]
    return int(found["failed"]) if enough else 0


# --- in words


def fingerprint(connection_id: int) -> str:
    """One alert per connection."""
    return f"breaker:{connection_id}"


def why_waiting(connection: Connection, now: datetime, orders: int | None = None) -> str:
    """Why it is not called now, as staff read it; empty where it may be called.

    `orders` is how many wait for it, where that is known. The time is told with its zone: it may
    be stored, and read by somebody in another one.
    """
    if connection.opened:
        number = connection.failed_calls
        calls = "1 failed call" if number == 1 else f"{number} failed calls"
        then = f"{_what_waits(orders)}; {_when(connection, now)}"
        return f"{connection.name} does not answer ({calls}). {then}."
    if _is_paused(connection, now):
        return f"{connection.name} asked us to slow down until {_clock(connection)}."
    return ""


def _what_waits(orders: int | None) -> str:
    if not orders:
        return "Its orders wait" if orders is None else "No order waits"
    return "1 order waits" if orders == 1 else f"{orders} orders wait"


def _when(connection: Connection, now: datetime) -> str:
    return f"we try again at {_clock(connection)}" if _is_paused(connection, now) else "we try now"


def _clock(connection: Connection) -> str:
    assert connection.paused_until is not None
    return f"{timezone.localtime(connection.paused_until):%H:%M %Z}"


def _tell(connection_id: int) -> None:
    row = Connection.objects.get(pk=connection_id)
    failed = (
        f"{row.failed_calls} calls in a row failed" if row.failed_calls > 1 else "A call failed"
    )
    raise_alert(
        fingerprint(connection_id),
        "outage",
        f"{row.name} does not answer",
        f"{failed}. Nothing is lost: its orders and runs wait, and we try again at "
        f"{_clock(row)} and then less and less often, until it answers. Open the connection and "
        "press Try now when you know that it works again.",
        row,
    )
