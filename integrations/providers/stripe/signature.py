"""The signature of a webhook: its time and one HMAC per signing secret in one header."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime

HEADER = "stripe-signature"
SCHEME = "v1"  # of others Stripe says that they are not to be trusted
TOLERANCE_S = 300  # Stripe's own libraries refuse what is older; we refuse what is newer as well


def is_signed(
    body: bytes, headers: Mapping[str, str], secrets: Iterable[str], now: datetime
) -> bool:
    """True if one of the secrets signed these very bytes within five minutes of `now`.

    `t=1533204620,v1=<hex>[,v1=<hex>]`; the HMAC-SHA256 is over "{t}." and the raw body.
    """
    given = headers.get(HEADER) or ""
    time, signatures = read_header(given)
    if time is None or abs(now.timestamp() - int(time)) > TOLERANCE_S or not body:
        return False
    message = time.encode() + b"." + body
    matches = [
        hmac.compare_digest(expected(secret, message), signature)
        for secret in secrets
        if secret
        for signature in signatures
    ]
    return any(matches)


def expected(secret: str, message: bytes) -> bytes:
    """The lower-case hex signature of a message."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().encode()


def read_header(given: str) -> tuple[str | None, list[bytes]]:
    """The time (decimal seconds as written) and the signatures of our scheme, as bytes."""
    parts = [part.partition("=") for part in given.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    signatures = [value for name, _, value in parts if name == SCHEME]
    plain = bool(times) and times[0].isascii() and times[0].isdecimal() and len(times[0]) <= 12
    # Bytes, because compare_digest refuses text that is not ASCII.
    return times[0] if plain else None, [one.encode("utf-8", "replace") for one in signatures]
