"""What `manage.py sync CONNECTION purchase_orders` may be narrowed to."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any, get_args

from django.core.management.base import CommandError, CommandParser
from django.utils.dateparse import parse_date

from integrations.types.purchase_orders import PurchaseOrderState

FLOW = "purchase_orders"
STATES: tuple[str, ...] = get_args(PurchaseOrderState)
RANGES = (("created_from", "created_to"), ("updated_from", "updated_to"))
ABOUT = {
    "created_from": "made at or after this date or time (ISO 8601; without a zone: UTC)",
    "created_to": "made until this; a date means the whole day",
    "updated_from": "changed at or after this",
    "updated_to": "changed until this; a date means the whole day",
}


def add_purchase_options(parser: CommandParser) -> None:
    """Their names are those of the run's parameters."""
    group = parser.add_argument_group(f"only for {FLOW}")
    group.add_argument(
        "--status",
        action="append",
        default=[],
        help=f"only orders in this state, one of {', '.join(STATES)}; repeatable",
    )
    for name, about in ABOUT.items():
        group.add_argument(f"--{name.replace('_', '-')}", help=f"only orders {about}")
    group.add_argument(
        "--full", action="store_true", help="all of them, not only what changed since the last run"
    )


def purchase_params(
    options: dict[str, Any], flow: str, moment: Callable[[str], datetime]
) -> dict[str, Any]:
    """The run's parameters. Raises CommandError (exit 2) for what makes no sense."""
    params: dict[str, Any] = {}
    if options["status"]:
        params["statuses"] = list(dict.fromkeys(_state(word) for word in options["status"]))
    for name in ABOUT:
        if text := options[name]:
            params[name] = _time(text, name, moment).isoformat()
    if options["full"]:
        params["full"] = True
    if options["sku"] and flow == FLOW:
        raise CommandError(f"--sku: not for the flow {FLOW}.", returncode=2)
    _check(params, flow, since=options["since"])
    return params


def _state(word: str) -> str:
    known = word.strip().lower().replace("cancelled", "canceled")
    if known not in STATES:
        raise CommandError(f"{word!r} is not a status. Known: {', '.join(STATES)}.", returncode=2)
    return known


def _time(text: str, name: str, moment: Callable[[str], datetime]) -> datetime:
    """Of a range's end given as a date: the end of that day."""
    try:
        day = parse_date(text) if name.endswith("_to") else None
    except ValueError:
        day = None
    return datetime.combine(day, time.max, tzinfo=UTC) if day else moment(text)


def _check(params: dict[str, Any], flow: str, *, since: str | None) -> None:
    if params and flow != FLOW:
        given = ", ".join(f"--{name}" for name in params).replace("_", "-")
        given = given.replace("--statuses", "--status")
        raise CommandError(f"{given}: only for the flow {FLOW}.", returncode=2)
    for first, last in RANGES:
        start, end = params.get(first), params.get(last)
        if start and end and datetime.fromisoformat(end) < datetime.fromisoformat(start):
            raise CommandError(f"{last} lies before {first}.".replace("_", "-"), returncode=2)
    if "full" in params and (since or len(params) > 1):
        raise CommandError("--full means all of them: leave the other options out.", returncode=2)
    if since and "updated_from" in params:
        raise CommandError("Give --since or --updated-from, not both.", returncode=2)
