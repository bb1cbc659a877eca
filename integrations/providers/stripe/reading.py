"""Reading lists: pages form a chain, each asked for by the last id of the one before."""

from collections.abc import Iterator
from typing import Any

from integrations.errors import BadResponse
from integrations.http import Client
from integrations.providers.stripe.values import Body, need_id, rows

PAGE = 100
MOST_PAGES = 100


def pages(http: Client, path: str, name: str, **params: Any) -> Iterator[Body]:
    """Every row of a list. Raises BadResponse where it does not end or is none."""
    after: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        answer = http.read(
            "GET", path, accept=(), params={"limit": PAGE, **params, **after}
        ).mapping()
        found = rows(answer.get("data"), name)
        yield from found
        if not _has_more(answer, name):
            return
        last = need_id(found[-1] if found else None, name)
        if after.get("starting_after") == last:
            break
        after = {"starting_after": last}
    raise BadResponse(f"Stripe's list of {name} does not end.")


def _has_more(answer: Body, name: str) -> bool:
    more = answer.get("has_more")
    if not isinstance(more, bool):
        raise BadResponse(f"Stripe does not say whether its list of {name} goes on.")
    return more
