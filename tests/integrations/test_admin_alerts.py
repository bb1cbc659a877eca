"""Alerts: whose they are, out of sight for a while, closed by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.utils import timezone

from integrations.admin.alerts import wake_time
from integrations.models import Alert
from integrations.services.alerts import close_alert, raise_alert
from tests.integrations.admin_rows import (
    MOST_QUERIES,
    button_status,
    count_queries,
    get_page,
    list_url,
    log_in,
    make_store,
    page_url,
    press,
)

pytestmark = pytest.mark.django_db


def make_alert(number: int = 1, subject=None) -> Alert:
    return raise_alert(f"a{number}", "placement", f"Alert {number}", "Do this.", subject)


def test_when_nothing_is_open_the_list_says_so():
    assert "Nothing needs you" in get_page(log_in("Viewer"), list_url("alert"))


def test_an_alert_links_to_the_thing():
    store = make_store("blue-door")
    alert, viewer = make_alert(subject=store), log_in("Viewer")
    assert page_url(store) in get_page(viewer, list_url("alert"))
    html = get_page(viewer, page_url(alert))
    assert "Open Blue-Door" in html
    assert "Do this." in html


def test_open_mine_and_closed_are_apart():
    operator = log_in("Operator")
    mine, _, closed = make_alert(1), make_alert(2), make_alert(3)
    Alert.objects.filter(pk=mine.pk).update(owner=User.objects.get(username="operator"))
    close_alert(closed.fingerprint)
    shown = {
        tab: [
            number
            for number in (1, 2, 3)
            if f"Alert {number}<" in get_page(operator, f"{list_url('alert')}?view={tab}")
        ]
        for tab in ("", "mine", "free", "closed")
    }
    assert shown == {"": [1, 2], "mine": [1], "free": [2], "closed": [3]}


def test_the_list_takes_the_same_few_queries_for_five_and_fifty_rows():
    client, store = log_in("Owner"), make_store("blue-door")
    for number in range(5):
        make_alert(number, store)
    few = count_queries(client, list_url("alert"))
    for number in range(5, 50):
        make_alert(number, store)
    assert count_queries(client, list_url("alert")) == few <= MOST_QUERIES


def test_who_takes_it_owns_it():
    alert = make_alert()
    assert "It is yours" in press(log_in("Operator"), alert, "take")
    assert Alert.objects.get().owner.username == "operator"


def test_a_snoozed_alert_is_out_of_sight_and_comes_back():
    alert, operator = make_alert(), log_in("Operator")
    press(operator, alert, "snooze", how_long="4")
    assert "Alert 1<" not in get_page(operator, list_url("alert"))
    Alert.objects.update(snoozed_until=timezone.now() - timedelta(seconds=1))
    assert "Alert 1<" in get_page(operator, list_url("alert"))


def test_until_tomorrow_means_eight_in_the_morning():
    friday = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    assert wake_time("morning", friday) == datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def test_closing_by_hand_needs_a_reason_and_keeps_it():
    alert, operator = make_alert(), log_in("Operator")
    press(operator, alert, "close")
    assert Alert.objects.get().closed_at is None
    press(operator, alert, "close", reason="Called them.")
    assert Alert.objects.get().closed_at is not None
    assert "Called them." in LogEntry.objects.get().get_change_message()
    assert "Called them." in get_page(operator, page_url(alert))


def test_a_closed_cause_opens_a_new_alert():
    press(log_in("Operator"), make_alert(), "close", reason="Done.")
    make_alert()
    assert Alert.objects.filter(closed_at=None).count() == 1
    assert Alert.objects.count() == 2


def test_a_viewer_has_no_buttons_and_is_refused():
    alert, viewer = make_alert(), log_in("Viewer")
    assert "/do/" not in get_page(viewer, page_url(alert))
    assert [button_status(viewer, alert, n) for n in ("take", "snooze", "close")] == [403] * 3
    assert button_status(log_in("Operator"), alert, "take", "get") == 405
    assert Alert.objects.get().owner is None
