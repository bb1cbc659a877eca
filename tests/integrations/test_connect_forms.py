"""What the page asks before an account is connected."""

import pytest

from integrations.admin.provider_forms import USES_APP, form_for_new
from integrations.providers.extensiv.provider import Extensiv
from integrations.providers.shopify.store import ShopifyStore
from integrations.providers.veracore.provider import VeraCore


def test_a_warehouse_is_asked_where_it_is_and_how_it_is_signed_in_to():
    fields = form_for_new(VeraCore).base_fields
    assert {"company_id", "api_url", "auth", "client_id", "client_secret"} <= set(fields)
    assert "orders_path" not in fields
    assert fields["api_url"].initial == "https://api.veracore.com/v1"


def test_ways_of_signing_in_are_offered_in_plain_words():
    field = form_for_new(VeraCore).base_fields["auth"]
    expected = [("basic", "User and password"), ("token", "Client id and secret (token)")]
    assert (field.choices, field.initial) == (expected, "basic")


@pytest.mark.parametrize("provider", [VeraCore, Extensiv])
def test_the_app_of_the_installation_is_shopifys_alone(settings, provider):
    settings.SHOPIFY_API_KEY = "app"
    fields = form_for_new(provider).base_fields
    assert fields["client_secret"].required
    assert USES_APP not in fields["client_secret"].help_text
    for store in ShopifyStore.__subclasses__():
        assert USES_APP in form_for_new(store).base_fields["client_id"].help_text
