import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied

from catalog.models import Partner, Variant
from integrations.models import Connection, SyncRun
from inventory.models import Location, StockChange, StockLevel
from inventory.services.adjust import CannotAdjust, adjust_stock
from tests.inventory.builders import make_level, make_location


@pytest.fixture
def shelf(db: None) -> Location:
    return Location.objects.get(connection=None)


def test_units_are_added_with_a_ledger_line(shelf: Location, variant: Variant) -> None:
    adjust_stock(shelf, variant, 10, "Delivery", None)
    level = adjust_stock(shelf, variant, -3, " Broken cups ", None)
    assert (level.available, level.on_hand) == (7, 7)
    line = StockChange.objects.latest("id")
    assert (line.reason, line.note, line.user) == ("adjust", "Broken cups", None)
    assert (line.before, line.after, line.on_hand_before, line.on_hand_after) == (10, 7, 10, 7)


def test_more_cannot_leave_than_is_there(shelf: Location, variant: Variant) -> None:
    adjust_stock(shelf, variant, 2, "Delivery", None)
    with pytest.raises(CannotAdjust, match="There are only 2 of"):
        adjust_stock(shelf, variant, -3, "Broken", None)
    assert StockLevel.objects.get().available == 2
    assert StockChange.objects.count() == 1


@pytest.mark.parametrize(("delta", "reason"), [(0, "Counted"), (1, "  ")])
def test_without_units_or_reason_nothing_is_written(
    shelf: Location, variant: Variant, delta: int, reason: str
) -> None:
    with pytest.raises(CannotAdjust, match="number of units and a reason"):
        adjust_stock(shelf, variant, delta, reason, None)
    assert not StockLevel.objects.exists()


def test_a_partners_stock_is_not_adjusted_here(partner: Partner, variant: Variant) -> None:
    place = make_location(partner.connection)
    make_level(place, variant, 5)
    with pytest.raises(CannotAdjust, match="belongs to a connected system"):
        adjust_stock(place, variant, 1, "Found one", None)
    assert StockLevel.objects.get().available == 5


def test_who_may_not_change_levels_may_not_adjust(shelf: Location, variant: Variant) -> None:
    user = User.objects.create_user("operator")
    with pytest.raises(PermissionDenied):
        adjust_stock(shelf, variant, 1, "Found one", user)
    assert not StockLevel.objects.exists()
    user.user_permissions.add(Permission.objects.get(codename="change_stocklevel"))
    adjust_stock(shelf, variant, 1, "Found one", User.objects.get(pk=user.pk))
    assert StockChange.objects.get().user == user


def test_our_store_is_told(shelf: Location, variant: Variant, own: Connection) -> None:
    adjust_stock(shelf, variant, 1, "Found one", None)
    run = SyncRun.objects.get()
    assert (run.connection, run.flow) == (own, "publish_stock")
