"""Alerts: one open row per cause; it counts repeats and closes itself when the cause is gone."""

import hashlib
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from integrations.models import Alert


def raise_alert(
    fingerprint: str,
    kind: str,
    title: str,
    advice: str = "",
    subject: models.Model | None = None,
    now: datetime | None = None,
) -> Alert:
    """Open an alert for this cause, or count one more on the open one, in the newest words.

    `title` says what happened, `advice` what a person should do; neither names a customer.
    """
    now, fingerprint = now or timezone.now(), _short(fingerprint)
    words = _words(kind, title, advice, subject)
    seen_again = Alert.objects.filter(fingerprint=fingerprint, closed_at=None).update(
        count=F("count") + 1, last_at=now, **words
    )
    if not seen_again:
        try:
            with transaction.atomic():
                return Alert.objects.create(
                    fingerprint=fingerprint, first_at=now, last_at=now, **words
                )
        except IntegrityError:  # somebody opened it in the same moment
            return raise_alert(fingerprint, kind, title, advice, subject, now)
    return Alert.objects.get(fingerprint=fingerprint, closed_at=None)


def _short(fingerprint: str) -> str:
    """A cause named by a long text keeps its beginning and its hash."""
    if len(fingerprint) <= 200:
        return fingerprint
    return f"{fingerprint[:135]}:{hashlib.sha256(fingerprint.encode()).hexdigest()}"


def _words(kind: str, title: str, advice: str, subject: models.Model | None) -> dict[str, object]:
    """What it says, and the thing its link leads to."""
    about = ContentType.objects.get_for_model(subject) if subject else None
    return {
        "kind": kind,
        "title": title[:300],
        "advice": advice,
        "content_type": about,
        "object_id": subject.pk if subject else None,
    }


def close_alert(fingerprint: str, now: datetime | None = None) -> bool:
    """The cause is gone. True if an alert was open for it."""
    open_ones = Alert.objects.filter(fingerprint=_short(fingerprint), closed_at=None)
    return bool(open_ones.update(closed_at=now or timezone.now()))


def take_alert(alert: Alert, user: AbstractBaseUser) -> bool:
    """This person looks after it; False if it was closed meanwhile."""
    return bool(_open_row(alert).update(owner_id=user.pk))


def snooze_alert(alert: Alert, until: datetime) -> bool:
    """Out of sight until then; it counts on. False if it was closed meanwhile."""
    return bool(_open_row(alert).update(snoozed_until=until))


def dismiss_alert(alert: Alert, user: AbstractBaseUser, now: datetime) -> bool:
    """Closed by a person; the same cause opens a new one. False if it was closed meanwhile."""
    return bool(_open_row(alert).update(closed_at=now, owner_id=user.pk))


def _open_row(alert: Alert) -> "models.QuerySet[Alert]":
    return Alert.objects.filter(pk=alert.pk, closed_at=None)
