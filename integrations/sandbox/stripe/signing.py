"""Stripe's signature: made anew for each attempt, over its time and the raw body."""

import hashlib
import hmac
from datetime import datetime

HEADER = "Stripe-Signature"


def signature(body: bytes, secret: str, at: datetime) -> str:
    """`t=<seconds>,v1=<hex>`, with the older scheme Stripe sends along for tests."""
    time = str(int(at.timestamp()))
    message = time.encode() + b"." + body
    digest = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return f"t={time},v1={digest},v0={digest[::-1]}"
