"""E-mails to customers: one row per event, object and recipient; sent once, by a worker."""

import smtplib
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import models, transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone

from catalog.money import say_money
from integrations.jobs import enqueue
from integrations.services.alerts import close_alert, raise_alert
from integrations.services.webhooks import is_quiet
from orders.models import Notification, Order, PartnerOrder, Shipment

Status, Type = Notification.Status, Notification.Type
LEASE_S = 60
ATTEMPTS = 5
ALERT = "notifications"  # one for all: a mail server that refuses refuses many
# event -> (type, template below templates/emails/)
EVENTS = {
    "order.confirmed": (Type.ORDER, "order_confirmed"),
    "order.ready_for_pickup": (Type.STATUS, "order_ready_for_pickup"),
    "order.delivered": (Type.STATUS, "order_delivered"),
    "order.canceled": (Type.ORDER, "order_canceled"),
    "shipment.shipped": (Type.FULFILLMENT, "shipment_shipped"),
}


def notify(order: Order, event: str, about: models.Model) -> Notification | None:
    """Queue the e-mail of an event; None where the customer has no address.

    Runs inside the caller's transaction; the same event about the same object is mailed once.
    """
    contact = getattr(order, "contact", None)
    if contact is None or not contact.email:
        return None
    kind, template = EVENTS[event]
    total = say_money(order.total, order.currency)
    context = {"order": order, "about": about, "lines": mail_lines(about), "total": total}
    row, created = Notification.objects.get_or_create(
        event=event,
        content_type=ContentType.objects.get_for_model(about),
        object_id=about.pk,
        recipient=contact.email,
        defaults={
            "type": kind,
            "status": Status.SUPPRESSED if is_quiet() else Status.QUEUED,
            "order": order,
            "subject": one_line(render_to_string(f"emails/{template}.subject.txt", context)),
            "body": render_to_string(f"emails/{template}.txt", context),
        },
    )
    if created and row.status == Status.QUEUED:
        enqueue("orders.tasks.send_notification", row.pk)
    return row


def mail_lines(about: models.Model) -> list[tuple[int, str]]:
    """(units, title) of what an e-mail is about."""
    if isinstance(about, Shipment):
        lines = about.lines.select_related("order_line")
        return [(line.quantity, line.order_line.title) for line in lines]
    if isinstance(about, PartnerOrder):
        parts = about.lines.filter(canceled_at=None).select_related("order_line")
        return [(part.quantity, part.order_line.title) for part in parts.order_by("pk")]
    if isinstance(about, Order):
        wanted = about.lines.filter(quantity__gt=0).order_by("pk")
        return list(wanted.values_list("quantity", "title"))
    return []


def one_line(text: str) -> str:
    """Without the line breaks that a name from a channel may hold, and a subject may not."""
    return " ".join(text.split())


def send(notification: Notification, now: datetime | None = None) -> bool:
    """Send it if it is queued and due. True if the mail server took it.

    An answer that was lost leaves it *unknown*: a second mail is worse than none, a person decides.
    """
    now = now or timezone.now()
    if not _claim(notification, now):
        return False
    server = get_connection()
    try:
        server.open()
    except (smtplib.SMTPException, OSError) as exc:  # nothing was handed over yet
        _try_later(notification, now, f"The mail server cannot be reached ({type(exc).__name__}).")
        return False
    return _hand_over(notification, server, now)


def _hand_over(notification: Notification, server: Any, now: datetime) -> bool:
    mail = EmailMultiAlternatives(
        notification.subject, notification.body, to=[notification.recipient], connection=server
    )
    mail.attach_alternative(_as_html(notification), "text/html")
    try:
        mail.send()
    except ValueError:  # before anything was sent: Django lets no such address or subject through
        give_up(notification, Status.FAILED, "This is no address an e-mail can be sent to.")
    except smtplib.SMTPServerDisconnected:
        give_up(notification, Status.UNKNOWN, "The mail server's answer was lost.")
    except smtplib.SMTPException as exc:
        _try_later(notification, now, f"The mail server refused it ({type(exc).__name__}).")
    except OSError:
        give_up(notification, Status.UNKNOWN, "The connection to the mail server broke.")
    else:
        done = _settle(notification, Status.SENT, sent_at=timezone.now(), error="")
        _close_if_last()
        return done
    finally:
        server.close()
    return False


def _as_html(notification: Notification) -> str:
    context = {"subject": notification.subject, "body": notification.body}
    return render_to_string("emails/layout.html", context)


def _claim(notification: Notification, now: datetime) -> bool:
    due = Q(retry_at=None) | Q(retry_at__lte=now)
    rows = Notification.objects.filter(due, pk=notification.pk, status=Status.QUEUED)
    if not rows.exists() or not notification.take_lease(now, LEASE_S):
        return False
    return notification.move(Status.QUEUED, Status.SENDING, attempts=F("attempts") + 1)


def _try_later(notification: Notification, now: datetime, error: str) -> None:
    if notification.attempts >= ATTEMPTS:
        give_up(notification, Status.FAILED, error)
    else:
        later = now + timedelta(seconds=30 * 2**notification.attempts)
        _settle(notification, Status.QUEUED, retry_at=later, error=error)


def give_up(notification: Notification, new: str, error: str) -> bool:
    """*Failed* or *unknown*: a person decides, and is told. False if it is not ours any more."""
    with transaction.atomic():
        if not _settle(notification, new, error=error):
            return False
        raise_alert(
            ALERT,
            "notification",
            "E-mails to customers wait for a person",
            f"{error} Open the e-mail: send it again, or suppress it.",
            notification,
        )
    return True


def _close_if_last() -> None:
    undecided = Notification.objects.filter(status__in=[Status.FAILED, Status.UNKNOWN])
    if not undecided.exists():
        close_alert(ALERT)


def _settle(notification: Notification, new: str, **fields: object) -> bool:
    return notification.move(
        Status.SENDING,
        new,
        where=notification.mine(),
        lease_token=None,
        lease_until=None,
        **fields,
    )


def send_again(notification: Notification) -> bool:
    """A person wants it sent once more; False if it is on its way already.

    Nor is one whose recipient asked to be forgotten.
    """
    settled = [Status.FAILED, Status.UNKNOWN, Status.SUPPRESSED, Status.SENT]
    cleared = dict.fromkeys(["retry_at", "lease_token", "lease_until"])
    known = Q(recipient__contains="@")
    fresh: dict[str, Any] = {"attempts": 0, "error": "", **cleared}
    with transaction.atomic():
        if not notification.move(settled, Status.QUEUED, where=known, **fresh):
            return False
        enqueue("orders.tasks.send_notification", notification.pk)
        _close_if_last()
    return True


def suppress(notification: Notification) -> bool:
    """A person decided that it is not sent; False if it was, or is just being sent."""
    waiting = [Status.QUEUED, Status.FAILED, Status.UNKNOWN]
    done = notification.move(waiting, Status.SUPPRESSED)
    _close_if_last()
    return done
