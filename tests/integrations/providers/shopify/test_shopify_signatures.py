"""Webhooks of Shopify: who signed them, and what their headers say."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from integrations.providers.shopify.own_store import OwnStore
from integrations.providers.shopify.webhooks import is_signed
from integrations.types import Envelope

from .conftest import load

VECTORS = load("hmac_vectors")["webhooks"]


def signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


@pytest.mark.parametrize("vector", VECTORS["valid"])
def test_public_signatures_are_reproduced(vector):
    given = {"x-shopify-hmac-sha256": vector["signature"]}
    assert is_signed(vector["body"].encode(), given, [vector["secret"]])


@pytest.mark.parametrize("vector", VECTORS["invalid"])
def test_wrong_signatures_are_refused(vector):
    given = {"x-shopify-hmac-sha256": vector["signature"]}
    assert not is_signed(vector["body"].encode(), given, [vector["secret"]])


@pytest.mark.parametrize("given", [{}, {"x-shopify-hmac-sha256": "ÿé✓"}])
def test_a_missing_or_odd_signature_is_refused_without_an_error(world, given):
    assert world.partner().verify(b"{}", given) is False


def test_an_empty_body_is_refused_even_if_signed(world):
    assert world.partner().verify(b"", {"x-shopify-hmac-sha256": signature(b"", "hush")}) is False


def test_without_a_secret_nothing_is_signed(world):
    given = {"x-shopify-hmac-sha256": signature(b"{}", "")}
    assert world.partner(client_secret="").verify(b"{}", given) is False


def test_the_old_secret_signs_while_secrets_rotate(world):
    partner = world.partner(client_secret="new", old_client_secret="hush")
    assert partner.verify(b"{}", {"shopify-hmac-sha256": signature(b"{}", "hush")})
    assert partner.verify(b"{}", {"shopify-hmac-sha256": signature(b"{}", "new")})
    assert not partner.verify(b"{}", {"shopify-hmac-sha256": signature(b"{}", "older")})


@pytest.mark.parametrize("start", ["x-shopify-", "shopify-"])
def test_the_envelope_is_read_in_both_spellings(start):
    given = {
        f"{start}topic": "orders/create",
        f"{start}shop-domain": "Own-Store.myshopify.com",
        f"{start}webhook-id": "b54557e4",
        f"{start}triggered-at": "2026-11-19T17:00:00.123456789Z",
    }
    assert OwnStore.envelope(given) == Envelope(
        topic="orders/create",
        account="own-store.myshopify.com",
        delivery_id="b54557e4",
        sent_at=datetime(2026, 11, 19, 17, 0, 0, 123456, UTC),
    )
