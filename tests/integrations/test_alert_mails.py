"""What opens and cannot wait is mailed to the administrators once; a dead server loses nothing."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from integrations.models import Alert
from integrations.services import alert_mails
from integrations.services.alert_mails import mail_alerts
from integrations.services.alerts import close_alert, raise_alert, snooze_alert
from integrations.tasks import tick

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def admins(settings) -> None:
    settings.ADMINS = [("Staff", "ops@crossdock.example")]


def open_one(kind: str = "placement") -> Alert:
    return raise_alert(f"{kind}:1", kind, "Blue Door did not take CD-1", "Press Retry.")


def test_an_alert_is_mailed_once_with_its_advice_and_its_address(settings):
    alert = open_one()
    assert tick() == 1
    open_one()
    assert mail_alerts(timezone.now()) == 0
    (sent,) = mail.outbox
    assert (sent.subject, sent.to) == (
        "[Crossdock] Blue Door did not take CD-1",
        ["ops@crossdock.example"],
    )
    assert "Press Retry." in sent.body
    assert f"{settings.BASE_URL}/admin/integrations/alert/{alert.pk}/change/" in sent.body


def test_a_name_on_several_lines_is_one_line_of_the_subject():
    """Mail refuses a subject with a line break, and the minute's other work would not be done."""
    raise_alert("placement:2", "placement", "Blue\r\nDoor did not take CD-2", "Press Retry.")
    assert mail_alerts(timezone.now()) == 1
    assert mail.outbox[0].subject == "[Crossdock] Blue Door did not take CD-2"


@pytest.mark.parametrize("what", ["closed", "snoozed", "old", "small"])
def test_what_is_over_put_aside_old_or_small_is_not_mailed(what):
    now = timezone.now()
    alert = open_one("unmatched" if what == "small" else "placement")
    if what == "closed":
        close_alert("placement:1")
    elif what == "snoozed":
        snooze_alert(alert, now + timedelta(hours=1))
    elif what == "old":
        Alert.objects.update(first_at=now - timedelta(hours=25))
    assert mail_alerts(now) == 0
    assert mail.outbox == []


def test_nobody_to_tell_is_no_error(settings):
    settings.ADMINS = []
    open_one()
    assert mail_alerts(timezone.now()) == 0
    assert Alert.objects.get().mailed_at is None


def test_a_mail_server_that_is_down_loses_nothing(monkeypatch):
    open_one()

    def refuse(*args):
        raise smtplib.SMTPServerDisconnected("Gone.")

    with monkeypatch.context() as patched:
        patched.setattr(alert_mails, "mail_admins", refuse)
        assert mail_alerts(timezone.now()) == 0
    assert mail_alerts(timezone.now()) == 1
    assert len(mail.outbox) == 1
