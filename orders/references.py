"""References: what we call a partner order, at the partner too."""

import secrets

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def make_reference() -> str:
    """`CD-` and 10 random Crockford base32 characters: 50 bits, so a restored copy or a staging
    portal cannot collide with production."""
    return "CD-" + "".join(secrets.choice(CROCKFORD) for _ in range(10))


def reference_of(reference: str, seq: int) -> str:
    """The reference of a partner order's n-th submission: the plain one, then -2, -3 ..."""
    return reference if seq == 1 else f"{reference}-{seq}"
