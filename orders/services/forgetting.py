"""Forgetting a person: wherever they may be stored, while totals, lines and SKUs stay."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from integrations.models import InboundEvent
from integrations.types import PersonRequest
from orders.models import Delivery, Notification, Order, OrderContact
from orders.services.history import record
from orders.services.person_texts import replace_everywhere
from orders.services.raw_bodies import wipe_bodies

GONE = "Redacted"
SHORTEST_TERM = 6
SENT_NO_MORE = ("queued", "failed", "unknown")
# Country and state stay: they say no more than whose tax it was.
BLANKED = ("email", "phone", "company", "street1", "street2", "city", "zip")


@dataclass
class Person:
    """What a customer is known by: words to look for, and the ids of what they ordered.

    `terms` are theirs alone. `shared` is what neighbors and namesakes have too: it is taken out of
    free texts, and no webhook is wiped for it.
    """

    terms: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)

    def learn(self, *words: str) -> None:
        """Words too short to name somebody are left out."""
        self.terms |= long_enough(*words)

    def learn_contact(self, contact: OrderContact) -> None:
        """What points to this person: a town or a lone first name does not."""
        self.learn(contact.email, contact.phone)
        self.shared |= long_enough(contact.street1)
        if " " in contact.name.strip():
            self.shared |= long_enough(contact.name)

    def learn_ids(self, *external_ids: str) -> None:
        """Their ids as bodies spell them: the last part of what we store."""
        self.ids |= {one.rpartition("/")[2] for one in external_ids if one}


def long_enough(*words: str) -> set[str]:
    """Those that are long enough to mean one thing, without the space around them."""
    return {one.strip() for one in words if len(one.strip()) >= SHORTEST_TERM}


def forget_person(orders: Iterable[Order], asked: PersonRequest, now: datetime) -> int:
    """Replace the person of these orders, and who asked, everywhere; returns how many orders.

    Harmless when repeated. No network.
    """
    person = Person()
    person.learn(asked.email, asked.phone)
    person.learn_ids(*asked.order_ids)
    number = sum(forget_contact(order, now, person) for order in orders)
    _forget_mails(Notification.objects.filter(order=None, recipient__in=person.terms))
    replace_everywhere(person.terms | person.shared, GONE)
    wipe_bodies(person.terms, person.ids, now)
    return number


def forget_contact(order: Order, now: datetime, person: Person | None = None) -> bool:
    """Delete the customer of one order from its own rows; False if they were gone already."""
    with transaction.atomic():
        # A row even where there was no contact: what comes later finds it redacted.
        OrderContact.objects.get_or_create(order=order)
        contact = OrderContact.objects.select_for_update().get(order=order)
        if person is not None:
            person.learn_contact(contact)
            person.learn_ids(order.external_id, *_placed_ids(order))
        is_new = contact.redacted_at is None
        blank = dict.fromkeys(BLANKED, "")
        gone = contact.redacted_at or now
        OrderContact.objects.filter(pk=contact.pk).update(name=GONE, redacted_at=gone, **blank)
        Order.objects.filter(pk=order.pk).update(note="", refund_note="")
        Delivery.objects.filter(partner_order__order=order).update(note="")
        _forget_mails(order.notifications.all())
        if is_new:
            record(order, "redacted", "The customer's name and address were deleted.")
    return is_new


def _placed_ids(order: Order) -> Iterable[str]:
    return order.partner_orders.values_list("external_id", flat=True)


def _forget_mails(mails: Iterable[Notification]) -> None:
    for mail in mails:
        mail.update_where(Q(), recipient=f"redacted-{mail.pk}", subject=GONE, body="", error="")
        mail.move(SENT_NO_MORE, Notification.Status.SUPPRESSED)


def is_forgotten(order: Order) -> bool:
    """Whether its customer was deleted: nothing that comes later brings them back."""
    return OrderContact.objects.filter(order=order, redacted_at__isnull=False).exists()


def keep_forgotten(order: Order | None, row: InboundEvent | None = None) -> None:
    """After news of an order: its note stays empty, and the body that told it is not kept."""
    if order is None or not is_forgotten(order):
        return
    Order.objects.filter(pk=order.pk).exclude(note="").update(note="")
    if row is not None:
        row.is_to_be_forgotten = True
