"""What a webhook says, in our words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Envelope:
    """What the headers of a webhook say before its body is understood."""

    topic: str
    account: str = ""
    delivery_id: str = ""
    sent_at: datetime | None = None


@dataclass(frozen=True)
class PersonRequest:
    """A customer, or a whole store, asks what is stored or to be forgotten. Ids are the provider's.

    `request_id` names the request where the provider numbers it.
    """

    customer_id: str = ""
    email: str = ""
    phone: str = ""
    order_ids: tuple[str, ...] = ()
    request_id: str = ""


@dataclass(frozen=True)
class Event:
    """One thing a webhook told us, in our words (`order.created`). `data` is one of these types."""

    topic: str
    data: object = None
    raw: Mapping[str, object] = field(default_factory=dict)
