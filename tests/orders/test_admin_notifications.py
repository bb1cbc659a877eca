"""E-mails: shown as text, sent again after a question, suppressed."""

import pytest
from django_q.models import OrmQ

from orders.models import Notification
from orders.services.center import ship_to_customer
from tests.catalog.people import log_in, said, texts
from tests.orders.builders import make_order, make_variant
from tests.orders.pressing import page_of, press, press_bulk

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail(own_store, admin_user):
    """Queued, about a parcel."""
    make_variant("MUG-1")
    ship_to_customer(make_order(own_store, "MUG-1"), admin_user, "UPS", "1Z777")
    OrmQ.objects.all().delete()
    return Notification.objects.get()


def test_the_text_is_shown_as_text(mail):
    Notification.objects.update(body="Hello <b>you</b>")

    assert "Hello &lt;b&gt;you&lt;/b&gt;" in texts(log_in("Viewer").get(page_of(mail)))


@pytest.mark.parametrize("status", ["failed", "unknown", "suppressed", "sent"])
def test_it_is_sent_again_after_the_recipient_was_confirmed(mail, status):
    Notification.objects.update(status=status, attempts=5, error="Refused.")
    client = log_in("Operator")

    asked = texts(client.get(page_of(mail)))
    answer = press(client, mail, "send_again")

    mail.refresh_from_db()
    assert "<b>dana.petrov@customer.example</b> gets" in asked
    assert said(answer) == ["It goes to dana.petrov@customer.example again."]
    assert (mail.status, mail.attempts, mail.error) == ("queued", 0, "")
    assert [row.task["func"] for row in OrmQ.objects.all()] == ["orders.tasks.send_notification"]


@pytest.mark.parametrize(("status", "seen"), [("failed", "on"), ("sent", "quiet")])
def test_sending_again_what_was_sent_does_not_stand_in_every_row(mail, status, seen):
    Notification.objects.update(status=status)

    page = log_in("Operator").get("/admin/orders/notification/").text

    assert f'row-act {seen}" form="changelist-form"' in page


def test_a_queued_one_is_not_sent_twice(mail):
    answer = press(log_in("Operator"), mail, "send_again")

    assert said(answer) == ["Send again is not possible: it is on its way."]
    assert OrmQ.objects.count() == 0


def test_a_queued_one_can_be_suppressed(mail):
    answer = press_bulk(log_in("Operator"), [mail], "suppress")

    mail.refresh_from_db()
    assert said(answer) == ["1 e-mail suppressed."]
    assert mail.status == "suppressed"


def test_a_sent_one_cannot_be_suppressed(mail):
    Notification.objects.update(status="sent")

    answer = press(log_in("Operator"), mail, "suppress")

    mail.refresh_from_db()
    assert said(answer) == ["Suppress is not possible: it was sent, or is being sent."]
    assert mail.status == "sent"


@pytest.mark.parametrize("name", ["send_again", "suppress"])
def test_a_viewer_may_press_nothing(mail, name):
    client = log_in("Viewer")

    assert press(client, mail, name).status_code == 403
    assert "/do/" not in texts(client.get(page_of(mail)))
    assert OrmQ.objects.count() == 0
