"""Pages of lists: first, after, reverse, as Shopify's connections have them."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from typing import Any

from graphql import GraphQLError

MOST = 250

Key = Callable[[Any], Any]


def _by_id(item: Any) -> Any:
    return item.id


def connection(
    items: Iterable[Any],
    first: int | None = None,
    after: str | None = None,
    reverse: bool = False,
    key: Key = _by_id,
    most: int = MOST,
) -> dict[str, Any]:
    """One page; the cursor holds the sort key, so a page holds when items come and go.

    Raises GraphQLError for a missing or too large `first` and for a foreign cursor.
    """
    size = _size(first, most)
    ordered = sorted(items, key=key, reverse=reverse)
    start = _key(after) if after else None
    rest = ordered if start is None else _after(ordered, key, start, reverse, after)
    page = rest[:size]
    cursors = [cursor_of(key(item)) for item in page]
    return {
        "nodes": page,
        "edges": [
            {"node": node, "cursor": cursor} for node, cursor in zip(page, cursors, strict=True)
        ],
        "pageInfo": {
            "hasNextPage": len(rest) > size,
            "hasPreviousPage": len(rest) < len(ordered),
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def in_order(items: Iterable[Any], **page: Any) -> dict[str, Any]:
    """A page of a list whose own order counts, such as the lines of an order."""
    listed = list(items)
    places = {id(item): place for place, item in enumerate(listed)}
    return connection(listed, key=lambda item: places[id(item)], **page)


def _size(first: int | None, most: int) -> int:
    if first is None:
        raise GraphQLError(
            "you must provide one of first or last", extensions={"code": "BAD_REQUEST"}
        )
    if first < 0 or first > most:
        raise GraphQLError(
            f"The first argument must be between 0 and {most}.",
            extensions={"code": "MAX_INPUT_SIZE_EXCEEDED" if first > 0 else "BAD_REQUEST"},
        )
    return first


def _after(
    ordered: list[Any], key: Key, start: Any, reverse: bool, cursor: str | None
) -> list[Any]:
    try:
        return [item for item in ordered if _is_past(key(item), start, reverse)]
    except TypeError as exc:  # the cursor of another list
        raise _foreign(cursor) from exc


def _foreign(cursor: str | None) -> GraphQLError:
    message = f"`{cursor}` is not a valid cursor."
    return GraphQLError(message, extensions={"code": "INVALID_CURSOR"})


def _is_past(value: Any, start: Any, reverse: bool) -> bool:
    return bool(value < start) if reverse else bool(value > start)


def cursor_of(value: Any, **more: int) -> str:
    """The cursor of an item with this sort key; `more` makes it another one for its place."""
    listed = list(value) if isinstance(value, tuple) else value
    return base64.b64encode(json.dumps({"last": listed, **more}).encode()).decode()


def _key(cursor: str) -> Any:
    try:
        value = json.loads(base64.b64decode(cursor, validate=True))["last"]
    except (binascii.Error, ValueError, KeyError, TypeError) as exc:
        raise _foreign(cursor) from exc
    return tuple(value) if isinstance(value, list) else value
