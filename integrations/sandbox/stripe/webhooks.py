"""Telling the endpoint what happened: events in the courier's hands, signed when they leave."""

import json
from typing import TYPE_CHECKING, Any

from integrations.sandbox.faults import Dial, Mode
from integrations.sandbox.shopify.models import Delivery
from integrations.sandbox.shopify.webhook_faults import NO_SECRET, disturb
from integrations.sandbox.shopify.webhooks import copies_of, not_again

from .models import Merchant
from .payloads import API_VERSION, epoch

if TYPE_CHECKING:
    from integrations.sandbox.world import World


def announce(
    world: "World", merchant: Merchant, kind: str, about: dict[str, Any], subject: str
) -> list[Delivery]:
    """Queue an event as the dials want it; nothing without an endpoint that wants this type.

    Call under the lock: the body is fixed now.
    """
    wanted = {kind, "*"} & set(merchant.enabled_events)
    if not merchant.endpoint_url or not wanted:
        return []
    whose = merchant.account
    dial = world.webhook_fault(whose, kind, not_again(world, whose, whose))
    if dial is not None and dial.mode == Mode.DROP_WEBHOOKS:
        summary = f"{kind} for {subject} was never announced"
        world.record("webhook_dropped", whose, kind, summary, about=subject)
        return []
    delivery = _delivery(world, merchant, kind, about, subject)
    if dial is not None:
        _spoil(delivery, dial, merchant)
    queued = copies_of(delivery, dial)
    for number, copy in enumerate(queued):
        world.state.deliveries[f"{copy.id}/{number}"] = copy
    world.on_delivery()
    return queued


def _delivery(
    world: "World", merchant: Merchant, kind: str, about: dict[str, Any], subject: str
) -> Delivery:
    number = world.new_id()
    event = {
        "id": f"evt_{number}",
        "object": "event",
        "api_version": API_VERSION,
        "created": epoch(world.now()),
        "data": {"object": about},
        "livemode": merchant.livemode,
        "pending_webhooks": 1,
        "request": {"id": f"req_{number}", "idempotency_key": None},
        "type": kind,
    }
    return Delivery(
        id=f"evt_{number}",
        number=number,
        event_id=f"evt_{number}",
        shop=merchant.account,
        client_id=merchant.account,
        subscription_id=0,
        topic=kind,
        url=merchant.endpoint_url,
        headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0"},
        body=json.dumps(event, indent=2),
        stamp_secret=merchant.secret,
        subject=subject,
        due_at=world.now(),
    )


def _spoil(delivery: Delivery, dial: Dial, merchant: Merchant) -> None:
    """The secret an attempt is signed with, or what is left of its body and its hour."""
    disturb(delivery, dial)
    secrets = {
        Mode.OLD_SECRET_WEBHOOKS: merchant.previous_secret or merchant.secret,
        Mode.FORGED_WEBHOOKS: NO_SECRET,
        Mode.UNSIGNED_WEBHOOKS: "",
    }
    delivery.stamp_secret = secrets.get(dial.mode, delivery.stamp_secret)
