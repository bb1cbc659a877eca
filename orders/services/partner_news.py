"""What a partner tells of an order placed with it: today, that it was canceled there."""

from django.db import transaction

from integrations.models import Connection
from integrations.services.alerts import raise_alert
from orders.models import PartnerOrder, Submission
from orders.services.canceling import cancel_placed
from orders.services.growing import orders_in
from orders.services.history import ERROR, record_for_orders
from orders.services.locking import lock_orders
from orders.services.status import refresh_all


def take_cancellation(connection: Connection, external_id: str, reason: str) -> PartnerOrder | None:
    """The partner canceled an order of ours: its lines wait unrouted, a person decides.

    None if the order is not ours. One that was shipped is not moved; an alert says what they said.
    One we asked them to cancel ends without an alert.
    """
    with transaction.atomic():
        placed = PartnerOrder.objects.filter(connection=connection, external_id=external_id).first()
        if placed is None:
            return None
        lock_orders(placed)
        placed = PartnerOrder.objects.select_for_update(of=("self",)).get(pk=placed.pk)
        if placed.status == PartnerOrder.Status.CANCELED:
            return placed
        why = f"{placed.partner} canceled {placed.reference}. {reason}".strip()
        orders = orders_in(placed)
        asked = _was_asked(placed)
        level = {} if asked else {"level": ERROR}
        record_for_orders(placed, "partner_canceled", why, **level)
        cancel_placed(placed, why)
        if not asked:
            _tell(placed)
        refresh_all(orders)
    return placed


def _was_asked(placed: PartnerOrder) -> bool:
    asked = placed.submissions.filter(kind=Submission.Kind.CANCEL)
    return any(one.may_have_told for one in asked)


def _tell(placed: PartnerOrder) -> None:
    raise_alert(
        f"partner_canceled:{placed.pk}",
        "placement",
        f"{placed.partner} canceled {placed.reference}",
        "Press Route again on its orders when another partner has the goods, or cancel them.",
        placed,
    )
