"""Hold on the page of an order: what stays, and what goes on because a partner has it."""

from django import forms

from orders.models import Order
from orders.services.locking import live_parts

STAYS = "What was not sent yet is taken out of its partner orders and waits."
GOES_ON = "What a partner already has goes on."
HOLD_MANY = f"{STAYS} {GOES_ON}"


class HoldForm(forms.Form):
    reason = forms.CharField(
        label="Reason, kept in the timeline",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def hold_effect(order: Order) -> str:
    """Of an order no partner has anything of, nothing goes on."""
    parts = live_parts(order)
    told = [part.is_sent for part in parts]
    if parts and all(told):
        return f"Nothing of it waits any more. {GOES_ON}"
    return HOLD_MANY if any(told) else STAYS
