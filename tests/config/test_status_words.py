"""One word for one state: tabs, filters and badges of a list say the same, and mean the same."""

import pytest
from django.contrib import admin
from django.test import Client
from django.utils import timezone

from catalog.admin.catalog_query import SHOWS
from integrations.admin.alerts import kind_word
from integrations.admin.choices import HEALTH
from integrations.admin.connection_facts import health_word
from integrations.models import Alert, Connection, FlowSchedule, InboundEvent, SyncRun
from integrations.services.alerts import raise_alert
from inventory.admin.levels import AGE_TONES
from inventory.admin.words import stock_word
from tests.integrations.admin_rows import list_url, log_in, make_event, make_run, make_store

pytestmark = pytest.mark.django_db
# Tabs that gather several states, or cut another way; no badge may have such a name.
GROUPS = {
    "connection": {"In use", "Needs work"},
    "syncrun": {"All", "Under way"},
    "inboundevent": {"All", "Under way"},
    "flowschedule": {"All", "Not connected"},
    "alert": {"Mine", "Nobody's"},
    "variant": {"All", "Price changed"},
    "purchaseorder": {"All", "Open", "Received"},
    "stocklevel": {"All", "None available", "Our shelf"},
}


def admin_of(name: str) -> admin.ModelAdmin:
    return next(
        one for model, one in admin.site._registry.items() if model._meta.model_name == name
    )


def make_connections() -> None:
    for number, status in enumerate(Connection.Status.values):
        store = make_store(f"s{number}", status=status)
        FlowSchedule.objects.filter(connection=store, flow="products").update(enabled=False)
        FlowSchedule.objects.filter(connection=store, flow="shipments").update(
            every_minutes=None, daily_at=None
        )


def make_runs() -> None:
    store = make_store("blue-door")
    for number, status in enumerate(SyncRun.Status.values):
        make_run(store, flow=f"f{number}", status=status)
    for reason in ("discarded", "overtaken"):
        make_run(store, flow=reason, status="canceled", reason=reason)
    make_run(store, flow="later", status="skipped", reason="put_off")
    make_run(store, flow="stopping", status="running", reason="canceling")


def make_events() -> None:
    store = make_store("blue-door")
    for number, status in enumerate(InboundEvent.Status.values):
        make_event(store, number, status=status)


def make_alerts() -> None:
    now = timezone.now()
    for number in range(3):
        raise_alert(f"a:{number}", "sync", f"Alert {number}", "Look.", None)
    Alert.objects.filter(title="Alert 1").update(closed_at=now)
    later = now + timezone.timedelta(hours=1)
    Alert.objects.filter(title="Alert 2").update(snoozed_until=later)


def badge_of(row: object) -> str:
    from integrations.admin import alerts, schedules

    if isinstance(row, Connection):
        return health_word(row, timezone.now())
    if isinstance(row, Alert):
        return alerts.state_word(row)
    if isinstance(row, FlowSchedule):
        return schedules.state_word(row)
    return str(row.get_status_display())  # type: ignore[attr-defined]


def rows_in(client: Client, model: str, tab: str) -> set[object]:
    answer = client.get(f"{list_url(model)}?view={tab}")
    return set(answer.context["cl"].result_list)


@pytest.mark.parametrize(
    ("model", "make"),
    [
        ("connection", make_connections),
        ("flowschedule", make_connections),
        ("syncrun", make_runs),
        ("inboundevent", make_events),
        ("alert", make_alerts),
    ],
)
def test_a_tab_named_like_a_badge_holds_the_rows_with_that_badge_and_no_other(model, make):
    make()
    client = log_in("Owner")
    everything: set[object] = set()
    tabs = {label: rows_in(client, model, key) for key, label, *_ in admin_of(model).views}
    for rows in tabs.values():
        everything |= rows
    words = {badge_of(row) for row in everything}
    assert not words & GROUPS[model]
    for label in tabs.keys() - GROUPS[model]:
        wanted = {row for row in everything if badge_of(row) == label}
        assert tabs[label] == wanted, label


def test_every_tab_is_a_badge_or_gathers_several():
    words = {
        "variant": {*map(stock_word, (0, 1, 99)), "Archived", "Not in our store"},
        "stocklevel": {*map(stock_word, (0, 1, 99)), *AGE_TONES},
    }
    for model, badges in words.items():
        labels = {label for _, label, *_ in admin_of(model).views}
        assert labels <= badges | GROUPS[model], model


def test_the_health_filter_says_what_the_badges_say():
    badges = {str(label) for label in Connection.Status.labels} - {"Archived"}
    badges |= {"Degraded", "Does not answer", "Slowed down", "Stale"}
    assert {label for _, label, _ in HEALTH.rules} == badges


@pytest.mark.parametrize(
    ("model", "make", "parameter"),
    [("syncrun", make_runs, "status"), ("inboundevent", make_events, "status__in")],
)
def test_each_word_of_the_status_filter_finds_the_rows_with_that_badge(model, make, parameter):
    make()
    client = log_in("Owner")
    cl = client.get(list_url(model)).context["cl"]
    rows = set(cl.result_list)
    (found,) = [one for one in cl.filter_specs if getattr(one, "parameter", "") == parameter]
    assert {label for _, label in found.options} == {badge_of(row) for row in rows}
    for value, label in found.options:
        answer = client.get(f"{list_url(model)}?{parameter}={value}")
        wanted = {row for row in rows if badge_of(row) == label}
        assert set(answer.context["cl"].result_list) == wanted, label


def test_alerts_are_filtered_by_the_words_of_their_kind():
    kinds = ("credentials", "outage", "sync", "gap")
    for kind in kinds:
        raise_alert(f"a:{kind}", kind, "Something", "Look.", None)
    specs = log_in("Owner").get(list_url("alert")).context["cl"].filter_specs
    (found,) = [one for one in specs if getattr(one, "parameter", "") == "kind__in"]
    assert {label for _, label in found.options} == {kind_word(kind) for kind in kinds}


def test_the_catalog_is_narrowed_by_the_words_of_its_badges():
    badges = {"Not imported", "Price changed", "Imported", "Not in our store", "SKU conflict"}
    labels = {label for _, label in SHOWS}
    assert labels - {"Everything", "All imported"} <= badges
