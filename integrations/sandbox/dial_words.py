"""Each dial in one plain sentence, by group, with the values that can be set for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .faults import Dial, Mode

COUNTED = ("every", "times", "probability")


@dataclass(frozen=True)
class Words:
    """What people read about a mode; `{names}` in the sentence are filled from the dial."""

    says: str
    settings: tuple[str, ...] = ()
    times: int = 1  # how often the form proposes


@dataclass(frozen=True)
class Group:
    """Dials that belong together on the page."""

    key: str
    title: str
    note: str
    modes: Mapping[Mode, Words]


@dataclass(frozen=True)
class Setting:
    """One value of a dial as a form shows it: a choice, a yes or no, or a number."""

    label: str
    choices: Mapping[str, str] = field(default_factory=dict)
    low: str = ""
    high: str = ""
    step: str = "1"
    is_flag: bool = False


SETTINGS: dict[str, Setting] = {
    "hold_seconds": Setting("Seconds", low="0", high="600", step="0.5"),
    "retry_after": Setting("Seconds to wait", low="0"),
    "retry_after_form": Setting(
        "Retry-After comes as",
        {
            "seconds": "seconds",
            "date": "a date",
            "past": "a date in the past",
            "garbage": "nonsense",
            "day": "a whole day (86400)",
            "missing": "nothing: the header is missing",
        },
    ),
    "status": Setting("Status", {one: one for one in ("500", "502", "503", "504")}),
    "total_is": Setting(
        "The total",
        {
            "more": "is more than there are",
            "less": "is less than there are",
            "zero": "is zero",
            "text": "is no number",
            "missing": "is missing",
        },
    ),
    "filter_name": Setting(
        "Filter",
        {
            "all": "every filter",
            "pOStatuses": "the filter by status",
            "createDate": "the filter by date of creation",
            "updatedDate": "the filter by date of change",
        },
    ),
    "effect": Setting("The call takes effect", {"true": "yes", "false": "no"}, is_flag=True),
    "drip_seconds": Setting("Seconds between bytes", low="0.001", high="60", step="any"),
    "megabytes": Setting("Megabytes", low="0.1", high="4096", step="any"),
    "redirect_to": Setting(
        "Leads to",
        {
            "host": "another host",
            "http": "the store, but over plain http",
            "metadata": "the cloud's metadata address",
        },
    ),
    "share": Setting("Share of the items (0 to 1)", low="0", high="1", step="0.05"),
    "odd": Setting(
        "Numbers that are",
        {
            "mixed": "odd in every way",
            "null": "null",
            "negative": "negative",
            "text": "text",
            "fraction": "fractions",
            "huge": "huge",
        },
    ),
    "change": Setting(
        "Their system",
        {
            "less": "takes fewer units",
            "more": "takes more units",
            "merged": "merges all lines into one",
            "dropped": "drops the last line",
        },
    ),
    "copies": Setting("Copies", low="2", high="1000"),
    "delay_seconds": Setting("Seconds", low="0", high="86400", step="any"),
    "body_form": Setting(
        "The body is",
        {
            "cut": "cut in half",
            "html": "an HTML page",
            "bytes": "no text at all",
            "deep": "nested 100,000 deep",
            "empty_object": "an empty object",
        },
    ),
}
HOLD = ("hold_seconds",)
EFFECT = ("effect",)
SHARE = ("share",)

LINE = {
    Mode.TIMEOUT_BEFORE: Words(
        "The line is held for {hold_seconds} seconds and cut; nothing has happened.", HOLD
    ),
    Mode.TIMEOUT_AFTER: Words(
        "It happens, then the line is held for {hold_seconds} seconds and cut.", HOLD
    ),
    Mode.RESET_BEFORE: Words("The connection is reset; nothing has happened."),
    Mode.RESET_AFTER: Words("It happens, then the connection is reset without an answer."),
    Mode.RESET_MIDWAY: Words("The connection is reset in the middle of the answer.", EFFECT),
    Mode.HANG_UP_BEFORE: Words("They hang up without an answer; nothing has happened."),
    Mode.HANG_UP_AFTER: Words("It happens, then they hang up without an answer."),
    Mode.TRUNCATED: Words("The answer is shorter than it promised to be.", EFFECT),
    Mode.CUT_CHUNKS: Words("The answer comes in chunks and breaks off in one.", EFFECT),
    Mode.DRIP: Words(
        "The answer drips: a byte, then {drip_seconds} s of silence, without an end.",
        ("drip_seconds", "effect"),
    ),
    Mode.HUGE_BODY: Words("The answer is {megabytes} MB long.", ("megabytes", "effect")),
    Mode.GZIP_BOMB: Words(
        "The answer is small but unpacks to {megabytes} MB.", ("megabytes", "effect")
    ),
}
REFUSALS = {
    Mode.TOO_MANY: Words(
        "Too many requests (429): they ask to wait, given as {retry_after_form}.",
        ("retry_after_form", "retry_after"),
    ),
    Mode.THROTTLED: Words("The query budget is used up; it fills again in seconds."),
    Mode.UNAUTHORIZED: Words(
        "Our token is refused (401), also at the token address, until its owner approves us again.",
        times=0,
    ),
    Mode.INVALID_GRANT: Words(
        "No new token is given: the refresh token is dead, or the password is refused.", times=0
    ),
    Mode.TOKEN_REVOKED: Words("Our token is revoked (401); signing in again gives a good one."),
    Mode.FORBIDDEN: Words("The call is forbidden (403).", times=0),
    Mode.ERROR: Words("An error on their side ({status}); nothing has happened.", ("status",)),
    Mode.ERROR_AFTER: Words("It happens, but the answer is an error ({status}).", ("status",)),
    Mode.GRAPHQL_ERROR: Words("Their GraphQL reports an inner error; nothing has happened."),
    Mode.GRAPHQL_ERROR_AFTER: Words("It happens, but their GraphQL reports an inner error."),
    Mode.REDIRECT: Words("The call is redirected; it leads to {redirect_to}.", ("redirect_to",)),
}
BODIES = {
    Mode.HTML: Words("The answer is a web page, with status 200.", EFFECT),
    Mode.EMPTY_BODY: Words("The answer is empty, with status 200.", EFFECT),
    Mode.NO_CONTENT: Words("The answer has no content (204).", EFFECT),
    Mode.BAD_JSON: Words("The answer is half of the JSON it should be.", EFFECT),
    Mode.BAD_UTF8: Words("The answer has bytes that are no text.", EFFECT),
    Mode.BOM: Words("The answer starts with a byte order mark.", EFFECT),
    Mode.WRONG_TYPE: Words("The answer is right but says that it is HTML.", EFFECT),
}
LISTS = {
    Mode.PAGE_REPEATS: Words(
        "The same page comes again and again, under one cursor or whatever number is asked.",
        times=0,
    ),
    Mode.CURSOR_LOOP: Words("After the last page the list starts over, in a circle.", times=0),
    Mode.ENDLESS_PAGES: Words(
        "The same page comes again and again, under ever new cursors or a growing total.", times=0
    ),
    Mode.ONE_MORE_PAGE: Words("The last page promises another one, which is empty.", times=0),
    Mode.ENDS_EARLY: Words(
        "The list says it is complete, with {share} of it left out.", SHARE, times=0
    ),
    Mode.WRONG_TOTAL: Words("The total that comes with a list {total_is}.", ("total_is",), times=0),
    Mode.FILTER_IGNORED: Words(
        "The list ignores {filter_name} and says nothing about it.", ("filter_name",), times=0
    ),
}
STOCK = {
    Mode.EMPTY_INVENTORY: Words("The feed is empty: no products, no stock.", times=0),
    Mode.STOCK_SHORT: Words("{share} of the items are missing.", SHARE, times=0),
    Mode.STOCK_ZEROS: Words("{share} of the items are at zero.", SHARE, times=0),
    Mode.STOCK_ODD: Words(
        "{share} of the items have numbers that are {odd}.", ("odd", "share"), times=0
    ),
    Mode.STOCK_TWICE: Words(
        "{share} of the items come twice, with different numbers.", SHARE, times=0
    ),
}
ORDERS = {
    Mode.ORDER_CHANGED: Words("Their system {change} when our order comes in.", ("change",)),
    Mode.STRANGER_ANSWER: Words("Our order is placed, but the answer names somebody else's."),
    Mode.STRANGER_FOUND: Words("Looking for our order finds everybody's: the filter is ignored."),
    Mode.SEARCH_LAG: Words(
        "Searches do not find orders younger than {hold_seconds} seconds.", HOLD, times=0
    ),
}
WEBHOOKS = {
    Mode.LATE_WEBHOOKS: Words(
        "The webhook comes {delay_seconds} seconds late.", ("delay_seconds",)
    ),
    Mode.WEBHOOKS_OUT_OF_ORDER: Words(
        "The webhook is overtaken by the next one, or comes after {delay_seconds} seconds.",
        ("delay_seconds",),
    ),
    Mode.DUPLICATE_WEBHOOKS: Words(
        "The webhook comes {copies} times at once, under one id.", ("copies",)
    ),
    Mode.DROP_WEBHOOKS: Words("The webhook never comes."),
    Mode.UNREADABLE_WEBHOOKS: Words(
        "The webhook is signed, but its body is {body_form}.", ("body_form",)
    ),
    Mode.OLD_SECRET_WEBHOOKS: Words("The webhook is signed with the app's previous secret."),
    Mode.FORGED_WEBHOOKS: Words("The webhook is signed with a wrong secret."),
    Mode.UNSIGNED_WEBHOOKS: Words("The webhook is not signed at all."),
}
GROUPS = (
    Group("line", "The line", "Calls whose connection breaks, or whose answer has no end.", LINE),
    Group("refusals", "Refusals", "Answers that say no.", REFUSALS),
    Group("bodies", "Answers", "Answers that cannot be read as promised.", BODIES),
    Group("orders", "Orders", "What goes wrong around an order that we place there.", ORDERS),
    Group("stock", "Stock", "What a lying stock feed shows.", STOCK),
    Group("lists", "Lists", "Lists that do not end, or end too soon.", LISTS),
    Group("webhooks", "Webhooks", "What is announced to us; the operation is a topic.", WEBHOOKS),
)
WORDS: dict[Mode, Words] = {mode: words for group in GROUPS for mode, words in group.modes.items()}


def sentence(dial: Dial, hold_seconds: float) -> str:
    """What the dial does; `hold_seconds` where it does not say how long."""
    shown: dict[str, Any] = dial.model_dump(exclude={"hold_seconds"})
    shown["hold_seconds"] = hold_seconds if dial.hold_seconds is None else dial.hold_seconds
    shown["share"] = f"{dial.share:.0%}"
    for name, setting in SETTINGS.items():
        if setting.choices and not setting.is_flag:
            shown[name] = setting.choices[shown[name]]
        elif isinstance(shown[name], float):
            shown[name] = f"{shown[name]:g}"
    says = WORDS[dial.mode].says.format(**shown)
    if "effect" in WORDS[dial.mode].settings:
        says += " It has happened." if dial.effect else " Nothing has happened."
    return says


def scope(dial: Dial, store: str) -> str:
    """Which calls are meant, and how often: "Every 5th orderCreate at Blue Door, at most once"."""
    what = "call" if dial.operation == "*" else dial.operation
    if dial.mode in WEBHOOKS:
        what = "webhook" if dial.operation == "*" else f"{dial.operation} webhook"
    parts = [f"Every {_nth(dial.every)}{what} at {store}"]
    if dial.probability < 1:
        parts.append(f"with a chance of {dial.probability:.0%}")
    parts.append(_times(dial.times))
    return ", ".join(parts)


def _nth(every: int) -> str:
    if every == 1:
        return ""
    ends = {1: "st", 2: "nd", 3: "rd"}
    end = "th" if every % 100 in (11, 12, 13) else ends.get(every % 10, "th")
    return f"{every}{end} "


def _times(times: int) -> str:
    if not times:
        return "until it is turned off"
    return "at most once" if times == 1 else f"at most {times} times"


def fired(dial: Dial) -> str:
    """How often it has fired so far."""
    spent = " Used up." if dial.is_spent() else ""
    if not dial.seen:
        return "Not met by a call yet."
    return f"Fired {dial.fired} times in {dial.seen} calls.{spent}".replace(
        "Fired 1 times", "Fired once"
    ).replace("in 1 calls", "in 1 call")
