"""Who brings a packed order to the customer: one interface, and staff who telephone.

A service with an API of its own becomes another class here; nothing else changes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from orders.models.deliveries import Delivery


@dataclass(frozen=True)
class Booking:
    """What was agreed: who drives, when they come, what they call it."""

    courier: str
    booked_for: datetime
    reference: str = ""
    note: str = ""


class DeliveryCarrier(Protocol):
    """Books the way to the customer's door. `label` is what staff read."""

    slug: ClassVar[str]
    label: ClassVar[str]

    def book(self, delivery: Delivery, wanted: Booking) -> Booking:
        """Agree on it, and say what came of it. Raises ValueError with a sentence."""


class ManualCarrier:
    """Staff book with a courier themselves and enter what was agreed."""

    slug: ClassVar[str] = "manual"
    label: ClassVar[str] = "Booked by staff"

    def book(self, delivery: Delivery, wanted: Booking) -> Booking:
        """As entered. Raises ValueError where nobody drives it."""
        if not wanted.courier.strip():
            raise ValueError("Say who brings it.")
        return wanted


CARRIERS: dict[str, DeliveryCarrier] = {ManualCarrier.slug: ManualCarrier()}
