"""The webhook inbox: understand a stored event, hand it to whoever listens, replay it."""

import logging
import time
import uuid
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from integrations import registry
from integrations.errors import BadResponse, ProviderError
from integrations.jobs import enqueue
from integrations.models import Connection, InboundEvent
from integrations.providers.base import Provider, ReadsCheckouts, SendsWebhooks
from integrations.services.alerts import close_alert, raise_alert
from integrations.services.connections import provider_for, provider_of_app
from integrations.types import Event

log = logging.getLogger(__name__)
Status = InboundEvent.Status
TASK = "integrations.tasks.handle_event"

LEASE_S = 60  # handling is a few statements without network; a repeat of it is harmless
RETRY_GAPS_S = (2, 4, 8, 16, 32)
WAIT_HERE_S = 16  # a gap up to this long is waited for in the same job
LOOK_AGAIN = timedelta(hours=1)
GIVE_UP_WAITING = timedelta(hours=72)
TERMINAL = (Status.DONE, Status.IGNORED, Status.FAILED, Status.UNREADABLE)
WAKE_AT_ONCE = 50
# Whether a person said that nobody is to be mailed for what is being handled.
_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


class Waiting(Exception):
    """What the event speaks of is not here yet: look again when it may be. Carries a sentence.

    With `tells` an alert comes while it waits longer than an hour: somebody's money is in it.
    """

    def __init__(self, sentence: str, *, tells: bool = False) -> None:
        super().__init__(sentence)
        self.tells = tells


class Ignored(Exception):
    """The event is understood and means nothing to us. Carries the sentence that says why."""


class Unreadable(Exception):
    """The body is not what the provider promises; replay it after the code has learned it."""


def handle(event_id: int, sleep: Callable[[float], object] = time.sleep) -> str:
    """Understand a stored event and hand it on; returns its status. Harmless when called twice."""
    while True:
        row = InboundEvent.objects.select_related("connection").get(pk=event_id)
        if not _claim(row, timezone.now()):
            return row.status
        gap = _attempt(row)
        if gap is None or gap > WAIT_HERE_S:
            return row.status
        sleep(gap)


def _claim(row: InboundEvent, now: datetime) -> bool:
    """Take the row; the attempt is counted here, so one that kills its worker ends too."""
    early = row.status == Status.RECEIVED and row.retry_at is not None and row.retry_at > now
    if early or row.status in TERMINAL or not row.take_lease(now, LEASE_S):
        return False
    mine = Q(lease_token=row.lease_token)
    row.move(Status.HANDLING, Status.RECEIVED, where=mine)  # its worker died, or it is a replay
    if row.attempts > len(RETRY_GAPS_S) and row.move(Status.RECEIVED, Status.HANDLING, where=mine):
        _settle(row, Status.FAILED, row.error or "It ended its worker every time.")
        _tell(row)
        return False
    claimed = row.move(
        [Status.RECEIVED, Status.WAITING],
        Status.HANDLING,
        where=mine,
        attempts=F("attempts") + 1,
        retry_at=None,
    )
    if not claimed:
        row.drop_lease()
        row.refresh_from_db(fields=["status"])
    return claimed


def _attempt(row: InboundEvent) -> float | None:
    """One try; returns the seconds until the next one, None if there is nothing more to do."""
    quiet = _quiet.set(row.quiet)
    try:
        subject = _dispatch(row)
    except Ignored as exc:
        _settle(row, Status.IGNORED, str(exc))
    except Waiting as exc:
        _wait(row, exc)
    except Unreadable as exc:
        _settle(row, Status.UNREADABLE, str(exc))
        _tell(row)
    except ProviderError as exc:
        return _retry(row, str(exc))
    except Exception:
        log.exception("webhook %s failed", row.pk)
        return _retry(row, "Something unexpected happened; the log of the worker has it.")
    else:
        _done(row, subject)
    finally:
        _quiet.reset(quiet)
    return None


def is_quiet() -> bool:
    """Whether what happens now is a replay for which no customer is to be mailed."""
    return _quiet.get()


def _dispatch(row: InboundEvent) -> models.Model | None:
    """Give each event in the body to its listeners; returns the first object one of them named."""
    events = read_events(row)
    if sentence := _nobody_there(row):
        events = [event for event in events if registry.heeds_the_gone(event.topic)]
        if not events:
            raise Ignored(sentence)
    calls = [(handler, event) for event in events for handler in registry.handlers_of(event.topic)]
    if not calls and not events:
        raise Ignored(f"This {row.topic} says nothing that changes anything here.")
    if not calls:
        raise Ignored(f"Nothing here listens to {row.topic}.")
    results = [handler(event, row) for handler, event in calls]
    return next((one for one in results if isinstance(one, models.Model)), None)


def _nobody_there(row: InboundEvent) -> str:
    """Why news of this account mean nothing, if they do not."""
    if row.connection is None:
        return f"There is no connection to {row.account}."
    if row.connection.status == Connection.Status.ARCHIVED:
        return f"{row.connection.name} is archived."
    return ""


def read_events(row: InboundEvent) -> list[Event]:
    """What the stored body says. Raises Unreadable, Ignored, and NotAuthorized."""
    if sentence := _nobody_there(row):
        provider = _provider_of_the_gone(row, sentence)
    else:
        assert row.connection is not None
        provider = provider_for(row.connection)
    assert isinstance(provider, SendsWebhooks)
    try:
        return provider.parse(bytes(row.body), row.headers)
    except BadResponse as exc:
        raise Unreadable(str(exc)) from None


def _provider_of_the_gone(row: InboundEvent, sentence: str) -> Provider:
    """Only to read with: its credentials are wiped, or never were."""
    try:
        return provider_of_app(registry.provider_class(row.provider), row.account)
    except (LookupError, ValueError):
        raise Ignored(sentence) from None


def _settle(row: InboundEvent, status: str, error: str = "", **fields: Any) -> bool:
    """End this try, if we still hold the row."""
    finished: dict[str, Any] = {"lease_token": None, "lease_until": None, "error": error}
    if status in TERMINAL:
        finished["handled_at"] = timezone.now()
    if row.is_to_be_forgotten and status in TERMINAL:
        finished |= {"body": b"", "forgotten_at": timezone.now()}
    held = Q(lease_token=row.lease_token)
    done = row.move(Status.HANDLING, status, where=held, **(finished | fields))
    if done and status in TERMINAL:
        close_alert(_waiting_fingerprint(row))
    return done


def _done(row: InboundEvent, subject: models.Model | None) -> None:
    if _settle(row, Status.DONE, **row.link_to(subject)):
        _close_if_last(row)


def _wait(row: InboundEvent, exc: Waiting) -> None:
    now, sentence = timezone.now(), str(exc)
    if now - row.received_at > GIVE_UP_WAITING:
        _settle(row, Status.FAILED, f"{sentence} We waited for 72 hours.")
        _tell(row)
        return
    # Waiting is no failure: the attempts counted at the claim are given back.
    waits = _settle(row, Status.WAITING, sentence, retry_at=now + LOOK_AGAIN, attempts=0)
    if waits and exc.tells and now - row.received_at >= LOOK_AGAIN:
        whose = row.connection.name if row.connection else row.account
        title = f"{whose}: a webhook {row.topic} waits for its order"
        advice = f"{sentence} It is looked at again every hour, for 72 hours."
        raise_alert(_waiting_fingerprint(row), "webhook", title, advice, row)


def _waiting_fingerprint(row: InboundEvent) -> str:
    return f"waiting:{row.pk}"


def _retry(row: InboundEvent, sentence: str) -> float | None:
    if row.attempts > len(RETRY_GAPS_S):
        _settle(row, Status.FAILED, sentence)
        _tell(row)
        return None
    gap = RETRY_GAPS_S[row.attempts - 1]
    due = timezone.now() + timedelta(seconds=gap)
    return gap if _settle(row, Status.RECEIVED, sentence, retry_at=due) else None


def _fingerprint(row: InboundEvent) -> str:
    return f"webhook:{row.connection_id}:{row.topic}"


def _tell(row: InboundEvent) -> None:
    whose = row.connection.name if row.connection else row.account
    raise_alert(
        _fingerprint(row),
        "webhook",
        f"{whose}: a webhook {row.topic} could not be used",
        f"{row.error} Open it: its page says whether what it was about is here, and what helps.",
        row,
    )


def _close_if_last(row: InboundEvent) -> None:
    """The alert of this topic closes when no event of it is left to look at."""
    bad = InboundEvent.objects.filter(connection=row.connection, topic=row.topic)
    if not bad.filter(status__in=[Status.FAILED, Status.UNREADABLE]).exists():
        close_alert(_fingerprint(row))


def replay(
    events: Iterable[InboundEvent], *, quiet: bool = False
) -> tuple[int, list[tuple[InboundEvent, str]]]:
    """Handle these again, in their own rows; returns how many, and which not and why.

    With `quiet` no customer is mailed for what comes of it. Whatever state a row is in, a replay of
    it is harmless: what was done already is not done twice.
    """
    queued, skipped = 0, []
    for row in events:
        if sentence := _replay(row, quiet):
            skipped.append((row, sentence))
        else:
            queued += 1
    return queued, skipped


def _replay(row: InboundEvent, quiet: bool) -> str:
    """Put one row back into the queue, or say why not."""
    if not row.body:
        return why_no_body(row)
    with transaction.atomic():
        if _start_over(row, timezone.now(), quiet):
            enqueue(TASK, row.pk)
            return ""
    return "It is being handled right now."


def _start_over(row: InboundEvent, now: datetime, quiet: bool) -> bool:
    """From an end: as if it had just come. From the middle: at once; not from a worker's hand."""
    pending = Q(status__in=[Status.RECEIVED, Status.WAITING])
    left = InboundEvent.free(now) & Q(status=Status.HANDLING)
    return (
        row.update_where(pending, retry_at=now, attempts=0, quiet=quiet)
        or row.update_where(left, attempts=0, quiet=quiet)
        or row.move(
            TERMINAL,
            Status.HANDLING,
            attempts=0,
            lease_token=uuid.uuid4(),
            lease_until=None,
            quiet=quiet,
        )
    )


def why_no_body(row: InboundEvent) -> str:
    """Why there is nothing to handle again."""
    if row.forgotten_at:
        return "Its content was deleted: a customer asked to be forgotten."
    return "Its content was deleted after 30 days."


def ignore(
    event: InboundEvent, reason: str, user: AbstractBaseUser, subject: models.Model | None = None
) -> bool:
    """A person decided that it needs nothing; False if it ended or is being handled just now.

    `subject` is what it was about, where that is here all the same.
    """
    said = f"Ignored by {user.get_username()}: {reason}"
    olds = [Status.RECEIVED, Status.WAITING, Status.FAILED, Status.UNREADABLE]
    ended = {"retry_at": None, "handled_at": timezone.now(), **event.link_to(subject)}
    if not event.move(olds, Status.IGNORED, where=Q(), error=said, **ended):
        return False
    _close_if_last(event)
    return True


def release_waiting(connection: Connection) -> int:
    """Something new is here: look again at what waited for it. Call it in the same transaction.

    What a payment service told may be about an order of any channel.
    """
    now = timezone.now()
    theirs = Q(connection=connection) | Q(provider__in=_payment_services())
    waiting = InboundEvent.objects.filter(theirs, status=Status.WAITING)
    released = waiting.update(retry_at=now)
    for pk in waiting.order_by("pk").values_list("pk", flat=True)[:WAKE_AT_ONCE]:
        enqueue(TASK, pk)
    return released


def _payment_services() -> list[str]:
    kinds = registry.providers().items()
    return [slug for slug, cls in kinds if issubclass(cls, ReadsCheckouts)]
