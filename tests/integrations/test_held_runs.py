"""Held runs of any flow: one decision by somebody who may, and one effect."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from integrations import registry
from integrations.models import Alert, Connection, FlowSchedule, SyncChange, SyncRun
from integrations.providers.base import PullsStock
from integrations.registry import Released
from integrations.services import runs
from integrations.services.held_runs import CannotDecide, discard_run, release_run
from integrations.services.run_requests import request_run
from integrations.services.runs import Held, run_flow
from tests.integrations.admin_rows import button_status, get_page, log_in, page_url, press
from tests.threads import at_once

SENTENCE = "5 of 6 SKUs in stock would go to zero."


def hold(run: runs.Run) -> None:
    run.note("A-1", "held", "", ("available:3", 9, 0))
    run.note("B-2", "held", "", ("available:3", 9, 8))
    raise Held("zeroed", SENTENCE)


@pytest.fixture
def released(monkeypatch, script) -> list[int]:
    """The flow `stock` holds its runs; releasing one only counts."""
    done: list[int] = []

    def release(run, user):
        done.append(run.pk)
        return Released(1, 1)

    flow = registry.Flow("stock", PullsStock, hold, "Stock", release=release)
    monkeypatch.setitem(registry._flows, "stock", flow)
    return done


@pytest.fixture
def boss(db) -> User:
    return make_boss("boss")


def make_boss(name: str) -> User:
    user = User.objects.create_user(name, is_staff=True, first_name=name.title())
    user.user_permissions.add(Permission.objects.get(codename="release_run"))
    return user


def held_run(connection: Connection) -> SyncRun:
    run, _ = request_run(connection, "stock", trigger="staff")
    assert run_flow(run.pk) == "held"
    return SyncRun.objects.select_related("connection").get(pk=run.pk)


def open_alerts() -> int:
    return Alert.objects.filter(closed_at=None).count()


def test_released_it_is_completed_and_says_by_whom(fake, released, boss):
    run = held_run(fake)
    assert open_alerts() == 1
    assert release_run(run, boss) == Released(1, 1)
    run.refresh_from_db()
    assert (run.status, run.reason, run.decided_by) == ("completed", "released", boss)
    assert (run.updated, run.skipped, run.error) == (1, 1, SENTENCE)
    assert (released, open_alerts()) == ([run.pk], 0)


def test_discarded_it_is_canceled_and_nothing_is_applied(fake, released, boss):
    run = held_run(fake)
    discard_run(run, boss)
    run.refresh_from_db()
    assert (run.status, run.reason, run.decided_by) == ("canceled", "discarded", boss)
    assert (released, open_alerts()) == ([], 0)
    with pytest.raises(CannotDecide, match="It was discarded by boss"):
        release_run(run, boss)
    assert released == []


def test_without_the_permission_nothing_happens(fake, released, staff):
    run = held_run(fake)
    for decide in (release_run, discard_run):
        with pytest.raises(PermissionDenied):
            decide(run, staff)
    run.refresh_from_db()
    assert (run.status, released, open_alerts()) == ("held", [], 1)


def test_while_a_newer_run_is_under_way_it_waits(fake, released, boss):
    run = held_run(fake)
    later = timezone.now() + timedelta(seconds=60)
    FlowSchedule.objects.filter(connection=fake, flow="stock").update(lease_until=later)
    with pytest.raises(CannotDecide, match="A newer run is under way"):
        release_run(run, boss)
    run.refresh_from_db()
    assert (run.status, run.decided_by, released) == ("held", None, [])


def test_what_cannot_be_applied_later_can_only_be_discarded(fake, released, boss, monkeypatch):
    run = held_run(fake)
    plain = registry.Flow("stock", PullsStock, hold, "Stock")
    monkeypatch.setitem(registry._flows, "stock", plain)
    with pytest.raises(CannotDecide, match="run it again"):
        release_run(run, boss)
    discard_run(run, boss)
    assert SyncRun.objects.get(pk=run.pk).status == "canceled"


def test_releasing_the_newer_one_settles_the_older(fake, released, boss):
    older, newer = held_run(fake), held_run(fake)
    release_run(newer, boss)
    older.refresh_from_db()
    assert (older.status, older.reason, released) == ("canceled", "overtaken", [newer.pk])
    assert open_alerts() == 0


def test_discarding_one_of_two_leaves_the_alert_open(fake, released, boss):
    held_run(fake)
    discard_run(held_run(fake), boss)
    assert open_alerts() == 1


def good(connection: Connection, monkeypatch, **params: object) -> None:
    plain = registry.Flow("stock", PullsStock, lambda run: None, "Stock")
    monkeypatch.setitem(registry._flows, "stock", plain)
    run, _ = request_run(connection, "stock", trigger="staff", params=params)
    assert run_flow(run.pk) == "completed"


def test_a_newer_good_run_overtakes_it_and_closes_the_alert(fake, released, monkeypatch):
    run = held_run(fake)
    good(fake, monkeypatch)
    run.refresh_from_db()
    assert (run.status, run.reason, open_alerts()) == ("canceled", "overtaken", 0)


@pytest.mark.parametrize("params", [{"skus": ["A-1"]}, {"dry_run": True}])
def test_a_run_of_a_part_settles_nothing(fake, released, monkeypatch, params):
    run = held_run(fake)
    good(fake, monkeypatch, **params)
    run.refresh_from_db()
    assert (run.status, open_alerts()) == ("held", 1)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_twenty_people_pressing_at_once_one_is_heard(fake, released):
    run = held_run(fake)
    people = [make_boss(f"boss{n}") for n in range(20)]

    def press_it(number: int) -> str:
        row = SyncRun.objects.select_related("connection").get(pk=run.pk)
        try:
            (release_run if number % 2 else discard_run)(row, people[number])
        except CannotDecide as exc:
            return str(exc)
        return "done"

    said = at_once(20, press_it)
    assert said.count("done") == 1
    assert len({one for one in said if one != "done"}) == 1
    run.refresh_from_db()
    assert run.decided_by == people[said.index("done")]
    assert len(released) == (run.status == "completed")


def test_the_page_says_what_waits_and_what_each_button_does(fake, released):
    run = held_run(fake)
    manager = log_in("Manager")
    html = get_page(manager, page_url(run))
    assert SENTENCE in html
    assert "So many SKUs do not sell out at once." in html
    assert "1 would go to zero" in html
    assert "2 differences of Beans will be applied; 1 SKU will go to zero" in html
    assert "every number stays as it is" in html
    said = press(manager, run, "release")
    assert "Released: 1 difference of Beans, stock; 1 had moved meanwhile" in said
    html = get_page(manager, page_url(run))
    assert "It was released by manager." in html


def test_only_who_may_sees_the_buttons_and_nothing_happens_without_a_post(fake, released):
    run = held_run(fake)
    operator = log_in("Operator")
    html = get_page(operator, page_url(run))
    assert "/do/release/" not in html
    assert "/do/discard/" not in html
    assert button_status(operator, run, "release") == 403
    assert button_status(log_in("Manager"), run, "release", "get") == 405
    run.refresh_from_db()
    assert (run.status, released) == ("held", [])


def test_pressed_twice_the_second_is_told(fake, released):
    run = held_run(fake)
    manager = log_in("Manager")
    press(manager, run, "discard")
    assert "It was discarded by manager" in press(manager, run, "release")
    assert (released, SyncChange.objects.filter(outcome="held").count()) == ([], 2)


def test_discarded_its_rows_follow_and_the_top_says_who_and_why(fake, released):
    run = held_run(fake)
    manager = log_in("Manager")
    press(manager, run, "discard", why="They are counting their shelf.")
    html = get_page(manager, page_url(run))
    assert "It was discarded by manager: They are counting their shelf." in html
    assert html.count('class="badge mute">Discarded') == 3  # the run and its two rows
    assert ">Held<" not in html


def test_overtaken_its_rows_follow_too(fake, released, monkeypatch):
    run = held_run(fake)
    good(fake, monkeypatch)
    html = get_page(log_in("Viewer"), page_url(run))
    assert "A newer good run has overtaken it" in html
    assert html.count('class="badge mute">Overtaken') == 3
