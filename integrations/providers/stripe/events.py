"""Stripe's events: what each type says of a payment, in our words."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from integrations.answers import parse_json
from integrations.errors import BadResponse
from integrations.providers.stripe.config import Settings
from integrations.providers.stripe.values import (
    Body,
    currency,
    id_of,
    mapping,
    moment,
    money,
    need_id,
    part,
    text,
)
from integrations.types import Envelope, Event, Payment, PaymentStatus

UNREADABLE = "unreadable"
THIN = "v2.core.event"
PAID = ("paid", "no_payment_required")
# https://docs.stripe.com/disputes/categories
DISPUTES = {
    "credit_not_processed": "The customer says that a refund they were promised did not come.",
    "duplicate": "The customer says that they were charged twice.",
    "fraudulent": "The customer says that they did not make this payment.",
    "general": "The customer's bank gave no reason.",
    "product_not_received": "The customer says that the goods did not arrive.",
    "product_unacceptable": "The customer says that the goods were not as described.",
    "subscription_canceled": "The customer says that they had canceled.",
    "unrecognized": "The customer does not recognize the payment.",
}
NO_REASON = "Stripe does not say why."


@dataclass(frozen=True)
class Said:
    """The object an event is about, when it happened, and the key our number stands under."""

    body: Body
    at: datetime
    order_key: str

    def payment(self, external_id: str, status: PaymentStatus, amount: str) -> Payment:
        """The payment with the object's field `amount`."""
        code = currency(self.body.get("currency"))
        return Payment(
            external_id=external_id,
            status=status,
            amount=money(self.body.get(amount), code, amount),
            currency=code,
            at=self.at,
            order_reference=reference_of(self.body, self.order_key),
        )


def reference_of(body: Body, order_key: str) -> str:
    """Our own order number: from the metadata, else a checkout's client reference."""
    named = text(part(body, "metadata").get(order_key)).strip()
    return named or text(body.get("client_reference_id")).strip()


def payment_of(session: Body) -> str:
    """What names a checkout's payment: the checkout itself where nothing was to be charged."""
    return id_of(session.get("payment_intent")) or need_id(session.get("id"), "checkout")


def is_sale(session: Body) -> bool:
    """Whether a checkout sells goods: others begin a subscription, or only keep a card."""
    return session.get("mode") in (None, "payment")


def _succeeded(said: Said) -> list[Event]:
    intent = need_id(said.body.get("id"), "payment")
    return [Event("payment.paid", said.payment(intent, "paid", "amount_received"))]


def _declined(said: Said) -> list[Event]:
    """Not the end: the customer may try another card."""
    intent = need_id(said.body.get("id"), "payment")
    reason = text(part(said.body, "last_payment_error").get("message")) or NO_REASON
    payment = said.payment(intent, "failed", "amount")
    return [Event("payment.failed", replace(payment, reason=reason))]


def _session(said: Said, status: PaymentStatus) -> Payment:
    payment = said.payment(payment_of(said.body), status, "amount_total")
    return replace(payment, checkout_id=need_id(said.body.get("id"), "checkout"))


def _session_paid(said: Said) -> list[Event]:
    """Unpaid says that a bank transfer is on its way: its own event tells when it came."""
    if not is_sale(said.body) or said.body.get("payment_status") not in PAID:
        return []
    return [Event("payment.paid", _session(said, "paid"))]


def _session_failed(said: Said) -> list[Event]:
    if not is_sale(said.body):
        return []
    reason = "The payment that was to follow the checkout did not come."
    return [Event("payment.failed", replace(_session(said, "failed"), reason=reason))]


def _refunded(said: Said) -> list[Event]:
    """`amount_refunded` is all that went back so far, not what went back now."""
    code = currency(said.body.get("currency"))
    payment = said.payment(_charged(said.body, "id"), "refunded", "amount")
    refunded = money(said.body.get("amount_refunded"), code, "amount_refunded")
    return [Event("payment.refunded", replace(payment, refunded=refunded))]


def _disputed(said: Said) -> list[Event]:
    payment = said.payment(_charged(said.body, "charge"), "disputed", "amount")
    reason = text(said.body.get("reason"))
    words = DISPUTES.get(reason, reason.replace("_", " ").capitalize())
    return [Event("payment.disputed", replace(payment, reason=words))]


def _charged(body: Body, charge: str) -> str:
    """The payment a charge belongs to; a charge made without one stands for itself."""
    return id_of(body.get("payment_intent")) or need_id(body.get(charge), "charge")


TYPES: dict[str, Callable[[Said], list[Event]]] = {
    "payment_intent.succeeded": _succeeded,
    "payment_intent.payment_failed": _declined,
    "checkout.session.completed": _session_paid,
    "checkout.session.async_payment_succeeded": _session_paid,
    "checkout.session.async_payment_failed": _session_failed,
    "charge.refunded": _refunded,
    "charge.dispute.created": _disputed,
}


def read_events(body: bytes, settings: Settings) -> list[Event]:
    """The event in our words; nothing for a type we do not use, or one that is not ours.

    Not ours are events of the other mode, and of other accounts. Raises BadResponse.
    """
    content = _content(body)
    kind = text(content.get("type"))
    if content.get("object") == THIN:
        raise BadResponse(
            "This is a thin event, which does not say what happened. Choose snapshot events as "
            "the payload style of the endpoint in Stripe."
        )
    if kind not in TYPES or not _is_ours(content, settings):
        return []
    about = mapping(part(content, "data").get("object"), f"object in {kind}")
    at = moment(content.get("created"), "the time of the event")
    found = TYPES[kind](Said(about, at, settings.order_key))
    return [replace(event, raw=content) for event in found]


def _content(body: bytes) -> Body:
    try:
        content = parse_json(body)
    except ValueError:
        content = None
    if isinstance(content, dict):
        return content
    raise BadResponse("The body of this Stripe webhook is not readable JSON.")


def _is_ours(content: Body, settings: Settings) -> bool:
    if not isinstance(content.get("livemode"), bool):
        raise BadResponse("This Stripe event does not say whether it is a live or a test one.")
    other = text(content.get("account"))
    return content["livemode"] == settings.livemode and other in ("", settings.account)


def envelope_of(body: bytes) -> Envelope:
    """Type, account, id and time of a signed event: the headers say none of it."""
    try:
        content = _content(body)
        sent_at = moment(content.get("created"), "the time of the event")
    except BadResponse:
        return Envelope(topic=UNREADABLE)
    return Envelope(
        topic=text(content.get("type")) or UNREADABLE,
        account=text(content.get("account")),
        delivery_id=text(content.get("id")),
        sent_at=sent_at,
    )
