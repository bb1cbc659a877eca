"""What is asked before a partner order goes out, or before its fate is decided by a person."""

from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.adminkit.parts import icon, money, when
from orders.admin.preview_rows import PreviewRow, preview_rows
from orders.admin.states import last_submission
from orders.models import PartnerOrder, Submission
from orders.services.closing import stays_open
from orders.services.content import ship_to_address
from orders.services.planning import after_skip

PROMISE = "If their answer does not arrive, we look it up. It is never sent twice."


class DigestForm(forms.Form):
    """Carries the fingerprint of what the person saw."""

    digest = forms.CharField(required=False, widget=forms.HiddenInput)


class LinkForm(forms.Form):
    external_id = forms.CharField(
        label="Their order id",
        max_length=200,
        help_text="As their system names it, for example gid://shopify/Order/5561203384.",
    )


class CancelForm(forms.Form):
    reason = forms.CharField(
        label="Reason, which the partner sees",
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DropForm(forms.Form):
    reason = forms.CharField(
        label="Reason, kept in the timeline",
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def submit_effects(row: PartnerOrder) -> SafeString:
    """What happens outside when it is submitted or approved."""
    rows = [one for one in preview_rows(row) if one.added]
    effects = [("send", _what_goes(row, rows)), ("truck", _where_to(row))]
    if row.closed_at is None:
        effects.append(("clock", _what_comes_later(row)))
    effects += [("info", one.warning) for one in rows if one.warning]
    return _list(effects)


def _what_goes(row: PartnerOrder, rows: list[PreviewRow]) -> SafeString:
    units = sum(one.added for one in rows)
    total = money(sum((one.cost * one.added for one in rows), Decimal(0)), row.currency)
    lines = (
        f"{len(rows)} line{'s' if len(rows) != 1 else ''}, {units} unit{'s' if units != 1 else ''}"
    )
    if row.external_id:
        text = "<b>{}</b> gets {} more in the order {}, {}. They see it at once."
        return format_html(text, row.partner, lines, row.external_number or row, total)
    text = "<b>{}</b> gets the order {}: {}, {}. They see it at once."
    return format_html(text, row.partner, row.reference, lines, total)


def _what_comes_later(row: PartnerOrder) -> str | SafeString:
    if stays_open(row, timezone.now()):
        closes = when(row.closes_at, exact=True)
        return format_html("It stays open: more lines are added until {}.", closes)
    return "It takes no more lines; what comes later goes with the next."


def _where_to(row: PartnerOrder) -> str:
    address = ship_to_address(row)
    place = f"{address.street1}, {address.city}" if address else "no address yet"
    whom = "our fulfillment center" if row.ship_to == "center" else "the customer"
    return f"They ship it to {whom}: {place}."


def _list(effects: list[tuple[str, str]]) -> SafeString:
    return format_html('{}<p class="q">{}</p>', _bare_list(effects), PROMISE)


def send_again_effects(row: PartnerOrder) -> SafeString:
    """The one press that could make a second order: it says so."""
    submission = last_submission(row)
    text = f"Look for {submission} at {row.partner} first: if it is there, this makes a second one."
    return _list([("warn", text), ("send", f"{row.partner} gets {submission} once more.")])


def drop_effects(row: PartnerOrder) -> SafeString:
    """Nothing leaves the house, lines wait or go on."""
    submission = last_submission(row)
    then = {
        Submission.Kind.APPEND: "This order closes, and its new lines go with the next one.",
        Submission.Kind.UPDATE: "The order goes where it went before.",
        Submission.Kind.CANCEL: "The order stays with the partner as it is.",
    }.get(
        Submission.Kind(submission.kind) if submission else Submission.Kind.CREATE,
        _without_partner(row),
    )
    told = f"{row.partner} is told nothing."
    if submission is not None and submission.may_have_told:
        told = f"{told} If they have it, ask them to correct it."
    return _bare_list([("info", told), ("route", then)])


def _without_partner(row: PartnerOrder) -> str:
    if lines_in(row) == 1:
        return "Its line has no partner then: on its order, press Route again or We ship it."
    return "Its lines have no partner then: on their orders, press Route again or We ship it."


def lines_in(row: PartnerOrder) -> int:
    """How many customers' lines it carries."""
    return row.lines.filter(canceled_at=None).count()


def cancel_effects(row: PartnerOrder) -> SafeString:
    """The partner is asked; what it was not told goes on."""
    number = row.external_number or row.reference
    effects = [
        ("send", f"{row.partner} is asked to cancel its order {number}, the whole of it."),
        ("route", "Lines customers still want have no partner then: decide on their orders."),
    ]
    if row.closed_at is None:
        effects.append(("clock", "What they were not told yet goes with the next order."))
    return _bare_list(effects)


def they_canceled_effects(row: PartnerOrder) -> SafeString:
    """A person writes down what the partner said: nobody is told, and lines wait or are over."""
    number = f"{row} ({row.external_number})" if row.external_number else str(row)
    effects = [
        (
            "info",
            f"{row.partner} is told nothing: press this when they said they canceled {number}.",
        ),
        ("route", "Lines customers still want wait for another partner: decide on their orders."),
        ("check", "Lines nobody wants any more are over."),
    ]
    if row.closed_at is None:
        effects.append(("clock", "What they were not told yet goes with the next order."))
    return _bare_list(effects)


def skip_effects(row: PartnerOrder) -> SafeString:
    """Which run does not take place."""
    what = format_html("The run of {} does not take place.", when(row.due_at, exact=True))
    due, closes = after_skip(row.partner, timezone.now())
    later = format_html(
        "Its lines wait for the run of {}; it takes lines until {}. You can take the skip back.",
        when(due, exact=True),
        when(closes, exact=True),
    )
    return _bare_list([("clock", what), ("info", later)])


def _bare_list(effects: list[tuple[str, str]]) -> SafeString:
    items = format_html_join(
        "", "<li>{}<span>{}</span></li>", ((icon(name), text) for name, text in effects)
    )
    return format_html('<ul class="effects">{}</ul>', items)
