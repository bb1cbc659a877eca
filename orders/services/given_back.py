"""Alerts about orders partners canceled: they stand while a line they gave back waits."""

from django.db.models import QuerySet

from integrations.models import Alert
from integrations.services.alerts import close_alert, raise_alert
from orders.models import Order, PartnerOrder, PartnerOrderLine, Submission


def canceled_alert(row: PartnerOrder) -> str:
    """The name of the alert that its partner canceled it."""
    return f"partner_canceled:{row.pk}"


def was_asked(row: PartnerOrder) -> bool:
    """Whether we asked the partner to cancel it: then it is no news."""
    asked = row.submissions.filter(kind=Submission.Kind.CANCEL)
    return any(one.may_have_told for one in asked)


def waits_for_partner(row: PartnerOrder) -> bool:
    """Whether a line it carried lies unrouted."""
    waiting = PartnerOrderLine.objects.filter(
        partner=None, canceled_at=None, order_line__parts__partner_order=row
    )
    return waiting.exclude(order_line__order__status__in=["shipped", "delivered"]).exists()


def tell_canceled(row: PartnerOrder) -> None:
    """A person is told what the partner canceled, once."""
    name = canceled_alert(row)
    if not Alert.objects.filter(fingerprint=name, closed_at=None).exists():
        raise_alert(
            name,
            "canceled",
            f"{row.partner} canceled {row.reference}",
            "Press Route again on its orders when another partner has the goods, or cancel them.",
            row,
        )


def tell_canceled_again(order: Order) -> None:
    """A customer wants again what a partner gave back."""
    for row in _canceled(order).exclude(external_id=""):
        if not was_asked(row) and waits_for_partner(row):
            tell_canceled(row)


def close_canceled_alerts(order: Order) -> None:
    """It is over when none of the lines it gave back waits any more."""
    for row in _canceled(order):
        if not waits_for_partner(row):
            close_alert(canceled_alert(row))


def _canceled(order: Order) -> "QuerySet[PartnerOrder]":
    rows = PartnerOrder.objects.filter(
        lines__order_line__order=order, status=PartnerOrder.Status.CANCELED
    )
    return rows.select_related("partner").distinct()
