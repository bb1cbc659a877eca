"""The cache in Redis. Nothing is true only there, so while it is away pages are merely slower."""

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)
T = TypeVar("T")
AWAY_S = 15.0
# One quick try: a page asks for several values, and each of them would be waited for.
PATIENCE = {
    "socket_connect_timeout": 0.3,
    "socket_timeout": 0.3,
    "retry": Retry(NoBackoff(), 0),
}


class SpareRedisCache(RedisCache):
    """Finds nothing and keeps nothing while Redis is away; looks again after a while."""

    _away_until: ClassVar[float] = 0.0

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        options = PATIENCE | params.get("OPTIONS", {})
        super().__init__(server, params | {"OPTIONS": options})

    def _ask(self, call: Callable[[], T], instead: T) -> T:
        if time.monotonic() < SpareRedisCache._away_until:
            return instead
        try:
            return call()
        except RedisError as exc:
            SpareRedisCache._away_until = time.monotonic() + AWAY_S
            log.warning("Redis is away (%s): pages are slower until it is back", type(exc).__name__)
            return instead

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """True if it was kept."""
        return self._ask(partial(super().add, key, value, timeout, version), False)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or the default."""
        return self._ask(partial(super().get, key, default, version), default)

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        """Keep it, if possible."""
        self._ask(partial(super().set, key, value, timeout, version), None)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """What it is then. Raises ValueError if it is not there."""
        found = self._ask(partial(super().incr, key, delta, version), None)
        if found is None:
            raise ValueError(f"Key {key!r} not found")
        return int(found)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """True if it is there."""
        return self._ask(partial(super().touch, key, timeout, version), False)

    def delete(self, key: Any, version: int | None = None) -> bool:
        """True if it was there."""
        return self._ask(partial(super().delete, key, version), False)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        """Those that are there."""
        return self._ask(partial(super().get_many, keys, version), {})

    def has_key(self, key: Any, version: int | None = None) -> bool:
        """Whether it is there."""
        return self._ask(partial(super().has_key, key, version), False)

    def set_many(
        self, data: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> list[Any]:
        """The keys that could not be kept."""
        return self._ask(partial(super().set_many, data, timeout, version), list(data))

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        """Forget them."""
        self._ask(partial(super().delete_many, keys, version), None)

    def clear(self) -> None:
        """Forget everything."""
        self._ask(super().clear, None)
