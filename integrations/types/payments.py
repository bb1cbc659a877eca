"""What a payment service tells of a payment."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

PaymentStatus = Literal["paid", "failed", "refunded", "disputed"]


@dataclass(frozen=True)
class Payment:
    """One word about one payment; several events may say the same of it.

    `external_id` names the payment (where nothing was charged, the checkout). `amount` is what was
    paid, tried or disputed and `refunded` all that went back so far, both in units of `currency`
    (12.50, not 1250). `order_reference` is our own order number as we gave it to them, if we did;
    `checkout_id` the checkout it came from, if the event says. `at` is when they say it happened.
    """

    external_id: str
    status: PaymentStatus
    amount: Decimal
    currency: str
    at: datetime
    refunded: Decimal = Decimal(0)
    order_reference: str = ""
    checkout_id: str = ""
    reason: str = ""
