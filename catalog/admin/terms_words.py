"""Terms in words, as lists, summaries and questions say them."""

from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from catalog.admin.terms_form import WEEKDAYS, as_percent
from catalog.models import (
    FIVE_PM,
    FRIDAY,
    Approval,
    Dispatch,
    OrderTrigger,
    Partner,
    Rounding,
    ShipTo,
)
from config.adminkit.icons import icon
from config.adminkit.parts import badge, money, when
from integrations.models import Connection
from integrations.services.breaker import why_waiting

State = tuple[str, str, str]


def placing(partner: Partner) -> str:
    """When orders are placed."""
    if partner.is_us:
        return "Never, it is our own shelf"
    if partner.dispatch == Dispatch.DAILY:
        return f"Once a day at {partner.run_at:%H:%M}"
    if partner.dispatch == Dispatch.WEEKLY:
        return f"Once a week, {_week_end(partner)}"
    if partner.dispatch == Dispatch.WEEKLY_APPEND:
        return (
            f"One order a week until {_week_end(partner)}, added to daily at {partner.run_at:%H:%M}"
        )
    return str(partner.get_dispatch_display())


def how_often(partner: Partner) -> str:
    """When orders are placed, short enough for a list."""
    if partner.is_us:
        return "Never"
    if partner.dispatch == Dispatch.IMMEDIATE:
        return "At once"
    if partner.dispatch == Dispatch.DAILY:
        return f"Daily, {partner.run_at:%H:%M}"
    day, clock = _week_end(partner).split()
    return f"Weekly, {day[:3]} {clock}"


def _week_end(partner: Partner) -> str:
    day = dict(WEEKDAYS)[FRIDAY if partner.cutoff_weekday is None else partner.cutoff_weekday]
    return f"{day} {partner.cutoff_at or FIVE_PM:%H:%M}"


def next_order(partner: Partner) -> SafeString | str:
    """When the next one goes out, in words."""
    if partner.is_us:
        return ""
    if not partner.terms_confirmed_at:
        return "After the terms are confirmed"
    if partner.connection and partner.connection.status != Connection.Status.ACTIVE:
        return "When its store is connected again"
    if partner.dispatch == Dispatch.IMMEDIATE:
        return "With the next customer order"
    if not partner.next_batch_at:
        return "Planned within a minute"
    local = partner.next_batch_at.astimezone(ZoneInfo(partner.timezone))
    return format_html("{}, {}", when(partner.next_batch_at), f"{local:%a %H:%M %Z}")


def price_rule(partner: Partner) -> str:
    """How our price follows from theirs."""
    ending = "" if partner.rounding == Rounding.NONE else f", up to {partner.rounding}"
    return f"Theirs + {as_percent(partner.markup)} %{ending}"


def approving(partner: Partner) -> str | SafeString:
    """Who approves an order before it is sent."""
    if partner.approval == Approval.OVER_LIMIT:
        limit = money(partner.approval_limit, partner.currency)
        return format_html("By a person over {}", limit)
    return str(partner.get_approval_display())


def state_of(partner: Partner) -> State:
    """(badge word, tone, what it means)."""
    if partner.archived_at:
        return "Archived", "mute", "Nothing goes to it any more."
    if partner.is_us:
        return "Our shelf", "mute", "What lies here we ship ourselves."
    if partner.connection is None:
        return "No store", "mute", "It has no connected store."
    if partner.connection.status != Connection.Status.ACTIVE:
        word = partner.connection.get_status_display()
        return word, "bad", partner.connection.status_reason or "Its store cannot be reached."
    if not partner.terms_confirmed_at:
        return "Terms to confirm", "warn", "No order is sent to it until then."
    if sentence := why_waiting(partner.connection, timezone.now()):
        silent = bool(partner.connection.opened)
        return ("Does not answer", "bad", sentence) if silent else ("Slowed down", "warn", sentence)
    return "Active", "ok", "Orders are placed by its terms."


def state_badge(partner: Partner) -> SafeString:
    """The state as a badge."""
    word, tone, _ = state_of(partner)
    return badge(word, tone)


def confirm_effects(partner: Partner) -> SafeString:
    """What confirming the terms starts, for the question before it."""
    places = {ShipTo.CENTER: "our fulfillment center", ShipTo.CUSTOMER: "each customer"}
    lines: list[tuple[str, Any]] = [
        ("send", f"Orders for {partner} may go out from now on: {begin_small(placing(partner))}."),
        ("user", format_html("Approval before sending: {}.", begin_small(approving(partner)))),
        ("clock", f"All times are in {partner.timezone}."),
        ("clock", f"A line may be placed: {begin_small(OrderTrigger(partner.trigger).label)}."),
        ("truck", f"Parcels go to {places[ShipTo(partner.ship_to)]}."),
    ]
    items = format_html_join("", "<li>{}<span>{}</span></li>", ((icon(i), t) for i, t in lines))
    return format_html(
        "<p>Please read them once more, {} is asked to fulfill by them.</p>"
        '<ul class="effects">{}</ul>',
        partner,
        items,
    )


def begin_small(text: Any) -> Any:
    """The words as they go on within a sentence."""
    words = str(text)
    lowered = words[:1].lower() + words[1:]
    return SafeString(lowered) if isinstance(text, SafeString) else lowered
