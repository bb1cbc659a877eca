"""What a dial makes of a delivery before it is queued: late, overtaken, unreadable, forged."""

from collections.abc import Callable
from datetime import timedelta

from integrations.sandbox.faults import Dial, Mode

from .models import App, Delivery
from .signing import webhook_hmac

SIGNATURE = "X-Shopify-Hmac-Sha256"
NO_SECRET = "not-the-secret-of-any-app"  # noqa: S105 - what a forger signs with
DEEP = 100_000
BODIES: dict[str, Callable[[str], str]] = {
    "cut": lambda body: body[: len(body) // 2],
    "html": lambda body: "<!doctype html><title>Error</title>",
    "bytes": lambda body: '\xff\xfe{"id": "\xc3\x28\x00"}',
    "deep": lambda body: "[" * DEEP + "]" * DEEP,
    "empty_object": lambda body: "{}",
}


def disturb(delivery: Delivery, dial: Dial) -> None:
    """What a dial does to the hour and the body of a delivery, whoever signs it."""
    if dial.mode in (Mode.LATE_WEBHOOKS, Mode.WEBHOOKS_OUT_OF_ORDER):
        delivery.waits_for_next = dial.mode == Mode.WEBHOOKS_OUT_OF_ORDER
        delivery.due_at += timedelta(seconds=dial.delay_seconds)
    elif dial.mode == Mode.UNREADABLE_WEBHOOKS:
        delivery.body, delivery.encoding = BODIES[dial.body_form](delivery.body), "latin-1"


def spoil(delivery: Delivery, dial: Dial, app: App) -> None:
    """Change a delivery that has not been queued yet."""
    disturb(delivery, dial)
    if dial.mode == Mode.UNREADABLE_WEBHOOKS:
        delivery.headers[SIGNATURE] = webhook_hmac(delivery.raw, app.secret)
    elif dial.mode == Mode.OLD_SECRET_WEBHOOKS:
        old = app.previous_secret or app.secret
        delivery.headers[SIGNATURE] = webhook_hmac(delivery.raw, old)
    elif dial.mode == Mode.FORGED_WEBHOOKS:
        delivery.headers[SIGNATURE] = webhook_hmac(delivery.raw, NO_SECRET)
    elif dial.mode == Mode.UNSIGNED_WEBHOOKS:
        del delivery.headers[SIGNATURE]
