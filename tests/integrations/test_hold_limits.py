"""The limits over which an answer of stock is held: per connection, in plain words, by whom."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied

from integrations.models import Connection
from integrations.services.hold_limits import LIMITS, CannotSetLimits, limit_words, set_hold_limits
from tests.catalog.builders import make_connection
from tests.catalog.people import log_in, said, texts

pytestmark = pytest.mark.django_db
NEW = {
    "hold_rejected_pct": 10, "hold_missing_pct": 0, "hold_zeroed_pct": 35, "hold_moved_pct": 100,
}  # fmt: skip
DEFAULTS = [5, 20, 20, 50]


@pytest.fixture
def shop() -> Connection:
    return make_connection()


def limits_of(shop: Connection) -> list[int]:
    return list(Connection.objects.values_list(*LIMITS).get(pk=shop.pk))


def press(shop: Connection, group: str = "Owner", **changes: object):
    address = f"/admin/integrations/connection/{shop.pk}/do/hold_limits/"
    return log_in(group).post(address, {"confirmed": "1", **NEW, **changes}, follow=True)


def test_a_new_connection_has_the_limits_there_always_were(shop):
    assert limits_of(shop) == DEFAULTS


def test_the_owner_changes_them_and_the_history_says_who(shop):
    answer = press(shop)
    assert limits_of(shop) == [10, 0, 35, 100]
    assert said(answer) == ["Limits of Blue Door saved. They count from the next run on."]
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.user.username) == (str(shop.pk), "owner-person")
    assert entry.change_message == (
        "Change limits: unusable 5 %, missing 20 %, to zero 20 %, moved 50 % → "
        "unusable 10 %, missing 0 %, to zero 35 %, moved never"
    )


def test_the_page_says_them_in_words(shop):
    set_words = limit_words(Connection(**NEW))
    assert [value for value, _ in set_words] == ["10 %", "0 %", "35 %", "never"]
    html = texts(log_in("Viewer").get(f"/admin/integrations/connection/{shop.pk}/change/"))
    assert "<dt>20 %</dt><dd>of what is in stock would go to zero</dd>" in html
    assert "Change limits" not in html


def test_the_form_shows_what_is_set_and_what_each_means(shop):
    Connection.objects.update(hold_zeroed_pct=35)
    html = texts(log_in("Owner").get(f"/admin/integrations/connection/{shop.pk}/change/"))
    assert 'name="hold_zeroed_pct" value="35"' in html
    assert "Four SKUs may always sell out." in html
    assert "An empty answer is always held." in html


@pytest.mark.parametrize("wrong", ["-1", "101", "2.5", "", "many"])
def test_what_is_no_percent_is_asked_again_and_nothing_is_kept(shop, wrong):
    answer = press(shop, hold_zeroed_pct=wrong)
    assert 'class="errorlist"' in texts(answer)
    assert limits_of(shop) == DEFAULTS


@pytest.mark.parametrize("group", ["Viewer", "Operator", "Manager"])
def test_others_may_not(shop, group):
    assert press(shop, group).status_code == 403
    assert limits_of(shop) == DEFAULTS


def test_the_service_refuses_too(shop, django_user_model, admin_user):
    nobody = django_user_model.objects.create_user("nobody")
    with pytest.raises(PermissionDenied):
        set_hold_limits(shop, NEW, nobody)
    for wrong in ({**NEW, "hold_moved_pct": 101}, {"hold_moved_pct": 5}):
        with pytest.raises(CannotSetLimits):
            set_hold_limits(shop, wrong, admin_user)
    assert limits_of(shop) == DEFAULTS


def test_a_system_without_stock_has_no_limits(shop):
    store, client = make_connection("our-store", provider="shopify"), log_in("Owner")
    address = f"/admin/integrations/connection/{store.pk}"
    assert "When its stock is held" not in texts(client.get(f"{address}/change/"))
    answer = client.post(f"{address}/do/hold_limits/", {"confirmed": "1", **NEW}, follow=True)
    assert said(answer) == ["Change limits is not possible: it is archived, or has no stock."]
    assert limits_of(store) == DEFAULTS
