"""Failure dials: what should go wrong, where, and how often."""

import random
from collections.abc import Collection, Iterable
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field


class Mode(StrEnum):
    """What a dial does; `dial_words.py` says each in a sentence.

    `*_before` modes have no effect, `*_after` modes let it happen and lose only the answer.
    """

    TIMEOUT_BEFORE = "timeout_before"
    TIMEOUT_AFTER = "timeout_after"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    RESET_MIDWAY = "reset_midway"
    HANG_UP_BEFORE = "hang_up_before"
    HANG_UP_AFTER = "hang_up_after"
    TRUNCATED = "truncated"
    CUT_CHUNKS = "cut_chunks"
    DRIP = "drip"
    HUGE_BODY = "huge_body"
    GZIP_BOMB = "gzip_bomb"

    TOO_MANY = "429"
    UNAUTHORIZED = "401"
    INVALID_GRANT = "invalid_grant"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - a mode's name
    FORBIDDEN = "403"
    ERROR = "500"
    ERROR_AFTER = "500_after"
    GRAPHQL_ERROR = "graphql_error"
    GRAPHQL_ERROR_AFTER = "graphql_error_after"
    THROTTLED = "graphql_throttled"
    REDIRECT = "redirect"

    HTML = "html_200"
    EMPTY_BODY = "empty_body"
    NO_CONTENT = "204"
    BAD_JSON = "bad_json"
    BAD_UTF8 = "bad_utf8"
    BOM = "bom"
    WRONG_TYPE = "wrong_type"

    PAGE_REPEATS = "page_repeats"
    CURSOR_LOOP = "cursor_loop"
    ENDLESS_PAGES = "endless_pages"
    ONE_MORE_PAGE = "one_more_page"
    ENDS_EARLY = "ends_early"
    WRONG_TOTAL = "wrong_total"
    FILTER_IGNORED = "filter_ignored"

    EMPTY_INVENTORY = "empty_inventory"
    STOCK_SHORT = "stock_short"
    STOCK_ZEROS = "stock_zeros"
    STOCK_ODD = "stock_odd"
    STOCK_TWICE = "stock_twice"

    ORDER_CHANGED = "order_changed"
    STRANGER_ANSWER = "stranger_answer"
    STRANGER_FOUND = "stranger_found"
    SEARCH_LAG = "search_lag"  # order searches miss what is younger than hold_seconds

    DROP_WEBHOOKS = "drop_webhooks"
    DUPLICATE_WEBHOOKS = "duplicate_webhooks"
    LATE_WEBHOOKS = "late_webhooks"
    WEBHOOKS_OUT_OF_ORDER = "webhooks_out_of_order"
    UNREADABLE_WEBHOOKS = "unreadable_webhooks"
    OLD_SECRET_WEBHOOKS = "old_secret_webhooks"  # noqa: S105 - a mode's name
    FORGED_WEBHOOKS = "forged_webhooks"
    UNSIGNED_WEBHOOKS = "unsigned_webhooks"


Modes = frozenset[Mode]
WEBHOOK_MODES: Modes = frozenset(
    {
        Mode.DROP_WEBHOOKS,
        Mode.DUPLICATE_WEBHOOKS,
        Mode.LATE_WEBHOOKS,
        Mode.WEBHOOKS_OUT_OF_ORDER,
        Mode.UNREADABLE_WEBHOOKS,
        Mode.OLD_SECRET_WEBHOOKS,
        Mode.FORGED_WEBHOOKS,
        Mode.UNSIGNED_WEBHOOKS,
    }
)
PAGE_MODES: Modes = frozenset(
    {
        Mode.PAGE_REPEATS,
        Mode.CURSOR_LOOP,
        Mode.ENDLESS_PAGES,
        Mode.ONE_MORE_PAGE,
        Mode.ENDS_EARLY,
    }
)
STOCK_MODES: Modes = frozenset(
    {
        Mode.EMPTY_INVENTORY,
        Mode.STOCK_SHORT,
        Mode.STOCK_ZEROS,
        Mode.STOCK_ODD,
        Mode.STOCK_TWICE,
    }
)
LOOK_UP_MODES: Modes = frozenset({Mode.STRANGER_FOUND, Mode.SEARCH_LAG})
CREATE_MODES: Modes = frozenset({Mode.ORDER_CHANGED, Mode.STRANGER_ANSWER})
# What only an API of numbered pages, filters and signed-in users can do.
ERP_MODES: Modes = frozenset({Mode.TOKEN_REVOKED, Mode.WRONG_TOTAL, Mode.FILTER_IGNORED})
GRAPHQL_MODES: Modes = frozenset({Mode.GRAPHQL_ERROR, Mode.GRAPHQL_ERROR_AFTER, Mode.THROTTLED})
ANYWHERE: Modes = (
    frozenset(Mode)
    - WEBHOOK_MODES
    - PAGE_MODES
    - STOCK_MODES
    - LOOK_UP_MODES
    - CREATE_MODES
    - GRAPHQL_MODES
    - ERP_MODES
    - {Mode.INVALID_GRANT}
)
API_MODES: Modes = frozenset(Mode) - WEBHOOK_MODES
ERP_CALLS: dict[str, Modes] = {
    "token": ANYWHERE | {Mode.INVALID_GRANT},
    "PurchaseOrders": ANYWHERE | PAGE_MODES | ERP_MODES,
    "PurchaseOrder": ANYWHERE | {Mode.TOKEN_REVOKED},
    "Inventory": ANYWHERE | PAGE_MODES | STOCK_MODES | ERP_MODES,
    "InventoryDetails": ANYWHERE | STOCK_MODES | {Mode.TOKEN_REVOKED},
    "InventoryWarehouses": ANYWHERE | STOCK_MODES | {Mode.TOKEN_REVOKED},
    "Account": ANYWHERE,
    "WebhookEndpoints": ANYWHERE,
    "CheckoutSessions": ANYWHERE | {Mode.FILTER_IGNORED},
    "CheckoutSession": ANYWHERE,
    "LineItems": ANYWHERE,
}
OUT = ANYWHERE | {Mode.TOKEN_REVOKED}
WAREHOUSE_CALLS: dict[str, Modes] = {
    "order.create": OUT | {Mode.STRANGER_ANSWER},
    "order.find": OUT | LOOK_UP_MODES | {Mode.FILTER_IGNORED},
    "order.read": OUT,
    "order.status": OUT,
    "order.change": OUT,
    "shipments": OUT | {Mode.FILTER_IGNORED},
    "stock.list": OUT | STOCK_MODES | {Mode.PAGE_REPEATS},
    "stock.one": OUT,
    "catalog": OUT | {Mode.PAGE_REPEATS},
}
STOCK_READS = frozenset(
    [
        *("products", "product", "productVariants", "productVariant", "productByIdentifier"),
        *("inventoryItems", "inventoryItem", "location", "node", "nodes"),
    ]
)


def modes_for(names: Collection[str]) -> Modes:
    """What can happen to a call of these names: a dial counts only where it can bite.

    Names are the root fields of a GraphQL call, or the one of an ERP's call.
    """
    calls = ERP_CALLS | WAREHOUSE_CALLS
    for name in calls.keys() & set(names):
        return calls[name]
    if "access_token" in names:
        return ANYWHERE | {Mode.INVALID_GRANT}
    modes = ANYWHERE | GRAPHQL_MODES | PAGE_MODES
    if not STOCK_READS.isdisjoint(names):
        modes |= STOCK_MODES
    if "orderCreate" in names:
        modes |= CREATE_MODES
    if "orders" in names:
        modes |= LOOK_UP_MODES
    if "orderByIdentifier" in names:
        modes |= {Mode.STRANGER_FOUND}
    return modes


class Dial(BaseModel):
    """One setting: every Nth matching call fails, at most `times` times (0 means no end)."""

    id: int = 0
    shop: str = "*"
    operation: str = "*"
    mode: Mode
    every: int = Field(default=1, ge=1)
    times: int = Field(default=0, ge=0)
    probability: float = Field(default=1.0, ge=0, le=1)
    hold_seconds: float | None = Field(default=None, ge=0, le=600)
    status: Literal["500", "502", "503", "504"] = "500"
    total_is: Literal["more", "less", "zero", "text", "missing"] = "more"
    filter_name: Literal["all", "pOStatuses", "createDate", "updatedDate"] = "all"
    retry_after: int = Field(default=2, ge=0)
    retry_after_form: Literal["seconds", "date", "past", "garbage", "day", "missing"] = "seconds"
    effect: bool = True  # whether a call whose answer is spoilt takes effect
    drip_seconds: float = Field(default=1.0, ge=0.001, le=60)
    megabytes: float = Field(default=50, gt=0, le=4096)
    redirect_to: Literal["host", "http", "metadata"] = "host"
    share: float = Field(default=0.5, ge=0, le=1)  # of the items
    odd: Literal["mixed", "null", "negative", "text", "fraction", "huge"] = "mixed"
    change: Literal["less", "more", "merged", "dropped"] = "less"
    copies: int = Field(default=2, ge=2, le=1000)
    delay_seconds: float = Field(default=30, ge=0, le=86_400)
    body_form: Literal["cut", "html", "bytes", "deep", "empty_object"] = "cut"
    seen: int = 0
    fired: int = 0

    def matches(self, shop: str, operations: Collection[str]) -> bool:
        """Whether a call at this store, known by any of these names, is meant."""
        return self.shop in ("*", shop) and (self.operation == "*" or self.operation in operations)

    def is_spent(self) -> bool:
        return bool(self.times) and self.fired >= self.times


def pick(
    dials: Iterable[Dial],
    shop: str,
    operations: Iterable[str],
    modes: Modes,
    rng: random.Random,
) -> Dial | None:
    """The dial that fires for this call, if any; every matching dial counts the call."""
    names = set(operations)
    chosen: Dial | None = None
    for dial in dials:
        if dial.mode not in modes or dial.is_spent() or not dial.matches(shop, names):
            continue
        dial.seen += 1
        due = dial.seen % dial.every == 0 and rng.random() < dial.probability
        if due and chosen is None:
            chosen = dial
            dial.fired += 1
    return chosen
