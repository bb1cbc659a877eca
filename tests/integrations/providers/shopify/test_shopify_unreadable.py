"""A look-up that went wrong is no "not there"."""

import pytest

from integrations.errors import ProviderError
from tests.integrations.providers.shopify.conftest import GRAPHQL, PARTNER


def test_an_unreadable_look_up_is_not_absent(world, net):
    net.post(f"https://{PARTNER}{GRAPHQL}", body="<html>Busy</html>", content_type="text/html")

    with pytest.raises(ProviderError):
        world.partner().find_order("CD-0123456789")
