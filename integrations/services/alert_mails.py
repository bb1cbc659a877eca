"""Alerts that cannot wait for somebody to look: mailed to the administrators, once each."""

import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import mail_admins
from django.db.models import Q, QuerySet

from integrations.models import Alert

# What stops orders, and what nobody would notice until a customer asks.
KINDS = ("placement", "canceled", "short", "credentials", "sync", "outage", "payment", "stock")
YOUNG = timedelta(hours=24)
AT_ONCE = 20


def mail_alerts(now: datetime) -> int:
    """Mail what opened and nobody was told of; returns how many. Called every minute.

    Each is marked before it is handed over: two workers mail it once. One the mail server did not
    take is unmarked, and tried again the next minute. Raises nothing for a server that is down.
    """
    if not settings.ADMINS:
        return 0
    return sum(_mail(alert, now) for alert in _waiting(now)[:AT_ONCE])


def _waiting(now: datetime) -> QuerySet[Alert]:
    in_sight = Q(snoozed_until=None) | Q(snoozed_until__lte=now)
    new = Alert.objects.filter(in_sight, kind__in=KINDS, closed_at=None, mailed_at=None)
    return new.filter(first_at__gte=now - YOUNG).order_by("pk")


def _mail(alert: Alert, now: datetime) -> bool:
    row = Alert.objects.filter(pk=alert.pk, mailed_at=None)
    if not row.update(mailed_at=now):
        return False
    try:
        mail_admins(" ".join(alert.title.split()), _text(alert))
    except (smtplib.SMTPException, OSError):
        Alert.objects.filter(pk=alert.pk, mailed_at=now).update(mailed_at=None)
        return False
    return True


def _text(alert: Alert) -> str:
    """What an alert says; it names no customer."""
    address = f"{settings.BASE_URL}/admin/integrations/alert/{alert.pk}/change/"
    return f"{alert.advice}\n\n{address}\n\nYou get this because ADMIN_EMAILS names you."
