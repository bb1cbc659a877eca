"""How often one caller may call. Counted in the cache, so without Redis in each process alone."""

from datetime import datetime

from django.core.cache import cache

CALLS_A_MINUTE = 120
WINDOW_S = 60


def count_call(ident: str, now: datetime) -> int:
    """Count a call; 0 if it may be made, else the seconds until the next minute begins.

    No guard against an attack, which the proxy in front must keep off; a script that loops is
    slowed down.
    """
    moment = int(now.timestamp())
    name = f"api:calls:{ident}:{moment // WINDOW_S}"
    cache.add(name, 0, WINDOW_S)
    try:
        calls = cache.incr(name)
    except ValueError:  # the cache keeps nothing now
        return 0
    return WINDOW_S - moment % WINDOW_S if calls > CALLS_A_MINUTE else 0
