"""Stripe's events: what each type says of a payment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from integrations.types import Envelope, Event, Payment

UNREADABLE = "unreadable"
THIN = "v2.core.event"
IS_PAID = ("paid", "no_payment_required")


@dataclass(frozen=True)
class Said:
    """The object an event is about, when it happened, and the key our number stands under."""

    body: Body
    at: datetime
    order_key: str

    @property
    def order_reference(self) -> str:
        return reference_of(self.body, self.order_key)

    def payment(self, external_id: str, status: str, amount: str, **more: object) -> Payment:
        """The payment with this amount field of the object."""
        code = currency(self.body.get("currency"))
        return Payment(
            external_id=external_id,
            status=status,  # type: ignore[arg-type]
            amount=money(self.body.get(amount), code, amount),
            currency=code,
            at=self.at,
            order_reference=self.order_reference,
            **more,  # type: ignore[arg-type]
        )


def reference_of(body: Body, order_key: str) -> str:
    """Our own order number: from the metadata, else the client reference of a checkout."""
    named = text(part(body, "metadata").get(order_key)).strip()
    return named or text(body.get("client_reference_id")).strip()
