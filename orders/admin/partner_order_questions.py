"""What is asked before a partner order goes out, or before its fate is decided by a person."""

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.adminkit.parts import icon, money
from orders.admin.preview_rows import preview_rows
from orders.admin.states import last_submission
from orders.models import PartnerOrder
from orders.services.content import ship_to_address

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


class DropForm(forms.Form):
    reason = forms.CharField(
        label="Reason, kept in the timeline",
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def submit_effects(row: PartnerOrder) -> SafeString:
    """What happens outside when it is submitted or approved."""
    rows = preview_rows(row)
    units, total = sum(one.units for one in rows), sum(one.sum for one in rows)
    lines = (
        f"{len(rows)} line{'s' if len(rows) != 1 else ''}, {units} unit{'s' if units != 1 else ''}"
    )
    effects = [
        (
            "send",
            format_html(
                "<b>{}</b> gets the order {}: {}, {}. They see it at once.",
                row.partner,
                row.reference,
                lines,
                money(total, row.currency),
            ),
        ),
        ("truck", _where_to(row)),
    ]
    if row.closed_at is None:
        effects.append(("clock", "It takes no more lines; what comes later goes with the next."))
    effects += [("info", one.warning) for one in rows if one.warning]
    return _list(effects)


def _where_to(row: PartnerOrder) -> str:
    address = ship_to_address(row)
    place = f"{address.street1}, {address.city}" if address else "no address yet"
    whom = "our fulfillment center" if row.ship_to == "center" else "the customer"
    return f"They ship it to {whom}: {place}."


def _list(effects: list[tuple[str, str]]) -> SafeString:
    items = format_html_join(
        "", "<li>{}<span>{}</span></li>", ((icon(name), text) for name, text in effects)
    )
    return format_html('<ul class="effects">{}</ul><p class="q">{}</p>', items, PROMISE)


def send_again_effects(row: PartnerOrder) -> SafeString:
    """The one press that could make a second order: it says so."""
    submission = last_submission(row)
    text = f"Look for {submission} at {row.partner} first: if it is there, this makes a second one."
    return _list([("warn", text), ("send", f"{row.partner} gets {submission} once more.")])


def drop_effects(row: PartnerOrder) -> SafeString:
    """Nothing leaves the house, lines wait."""
    return format_html(
        '<ul class="effects"><li>{}<span>{}</span></li><li>{}<span>{}</span></li></ul>',
        icon("info"),
        f"{row.partner} is told nothing. If they have it, ask them to cancel it.",
        icon("route"),
        "Its lines have no partner then; press Route again on the customers' orders.",
    )
