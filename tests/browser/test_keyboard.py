"""The portal with the keyboard alone: the whole first walk, and what else has keys."""

import pytest

from tests.browser.hands import Keyboard
from tests.browser.walks import LAST_LEG, Seen

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_importing_buying_submitting_and_shipping_need_no_mouse(
    by_our_center: Seen, keyboard: Keyboard
) -> None:
    assert LAST_LEG in by_our_center.told.at_store
    assert keyboard.stops > 150


def test_the_focus_could_be_seen_at_every_stop(by_our_center: Seen, keyboard: Keyboard) -> None:
    assert list(dict.fromkeys(keyboard.complaints)) == []


def test_every_dialog_took_the_focus_and_gave_it_back(
    by_our_center: Seen, keyboard: Keyboard
) -> None:
    # The terms, the partner order, the parcel: each was left with Escape and opened again.
    assert keyboard.dialogs == 3
