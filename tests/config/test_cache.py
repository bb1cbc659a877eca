"""Redis is only a cache: while it is away, or was emptied, the portal works without it."""

import time

import pytest
from django.core.cache import caches
from django.test import Client

from config.cache import AWAY_S, SpareRedisCache
from tests.e2e.stack import free_port

pytestmark = pytest.mark.enable_socket


@pytest.fixture
def away(settings, monkeypatch):
    """REDIS_URL points where nothing listens."""
    monkeypatch.setattr(SpareRedisCache, "_away_until", 0.0)
    settings.CACHES = {
        "default": {
            "BACKEND": "config.cache.SpareRedisCache",
            "LOCATION": f"redis://127.0.0.1:{free_port()}/0",
        }
    }
    return caches["default"]


def test_nothing_is_found_and_nothing_is_kept(away):
    assert away.get_or_set("a", lambda: 7) == 7
    assert (away.set("a", 7), away.get("a"), away.get("a", 3)) == (None, None, 3)
    assert (away.add("a", 7), away.touch("a"), away.delete("a"), "a" in away) == (False,) * 4
    assert (away.get_many(["a"]), away.set_many({"a": 1}), away.delete_many(["a"])) == (
        {}, ["a"], None,
    )  # fmt: skip
    with pytest.raises(ValueError, match="not found"):
        away.incr("a")
    away.clear()


def test_it_is_looked_for_again_after_a_while(away, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "django.core.cache.backends.redis.RedisCacheClient.get",
        lambda self, key, default: asked.append(key) or "kept",
    )
    monkeypatch.setattr(SpareRedisCache, "_away_until", time.monotonic() + AWAY_S)
    assert (away.get("a"), asked) == (None, [])

    monkeypatch.setattr(SpareRedisCache, "_away_until", time.monotonic() - 1)
    assert (away.get("a"), len(asked)) == ("kept", 1)


def test_pages_answer_quickly_without_it(away, admin_client: Client):
    began = time.monotonic()
    for page in ("/admin/", "/admin/orders/order/", "/admin/inventory/stocklevel/"):
        assert admin_client.get(page).status_code == 200
    assert time.monotonic() - began < 20
    assert SpareRedisCache._away_until > 0
