"""Lists that do not end, or end too soon: what a dial makes of the outermost list of a call."""

import math
from collections.abc import Callable
from typing import Any

from graphql.pyutils import Path

from integrations.sandbox.faults import PAGE_MODES, Dial, Mode

from .connections import cursor_of
from .context import Call, Info

Page = dict[str, Any]
Read = Callable[..., Any]
BACK_TO_START = cursor_of("start")


def read_page(read: Read, source: Any, info: Info, arguments: dict[str, Any]) -> Any:
    """The answer of a resolver, made to lie if it is the page that the call is about."""
    call: Call = info.context
    dial = call.dial
    if dial is None or dial.mode not in PAGE_MODES or not _is_outermost(info):
        return read(source, info, **arguments)
    after = arguments.get("after")
    starts_over = dial.mode in (Mode.PAGE_REPEATS, Mode.ENDLESS_PAGES) or after == BACK_TO_START
    given = {key: value for key, value in arguments.items() if key != "after" or not starts_over}
    page = read(source, info, **given)
    if isinstance(page, dict) and "pageInfo" in page:
        page["pageInfo"] = page["pageInfo"] | _lie(call, dial, page)
    return page


def _is_outermost(info: Info) -> bool:
    """Whether no list is above this one: a path of names without a number."""
    step: Path | None = info.path
    while step is not None:
        if isinstance(step.key, int):
            return False
        step = step.prev
    return True


def _lie(call: Call, dial: Dial, page: Page) -> Page:
    """What pageInfo says instead; a list that ends early is cut as well."""
    known = page["pageInfo"]
    if dial.mode == Mode.PAGE_REPEATS:
        return {"hasNextPage": True, "endCursor": known["endCursor"] or BACK_TO_START}
    if dial.mode == Mode.ENDLESS_PAGES:
        return {"hasNextPage": True, "endCursor": cursor_of("start", call=call.world.new_id())}
    if dial.mode == Mode.ENDS_EARLY:
        return _cut(page, max(1, math.floor(len(page["nodes"]) * (1 - dial.share))))
    if known["hasNextPage"] or not page["nodes"]:
        return {}
    if dial.mode == Mode.CURSOR_LOOP:
        return {"hasNextPage": True, "endCursor": BACK_TO_START}
    return {"hasNextPage": True}


def _cut(page: Page, kept: int) -> Page:
    page["nodes"], page["edges"] = page["nodes"][:kept], page["edges"][:kept]
    last = page["edges"][-1]["cursor"] if page["edges"] else None
    return {"hasNextPage": False, "endCursor": last}
