"""Shopify's two signatures: hex over the sorted callback query, base64 over a webhook's body."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode


def callback_message(params: Mapping[str, str]) -> str:
    """All parameters but hmac, sorted by key, `k=v` joined by `&`.

    Escaping as in Shopify/shopify_python_api, shopify/session.py.
    """
    pairs = []
    for key, value in params.items():
        if key not in ("hmac", "signature"):
            pairs.append(f"{_escape(key).replace('=', '%3D')}={_escape(value)}")
    return "&".join(sorted(pairs))


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("&", "%26")


def callback_hmac(params: Mapping[str, str], secret: str) -> str:
    """Lower-case hex HMAC-SHA256 of the callback query."""
    message = callback_message(params).encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def signed_query(params: Mapping[str, str], secret: str) -> str:
    """The query string of the redirect back to the app."""
    return urlencode({**params, "hmac": callback_hmac(params, secret)})


def webhook_hmac(body: bytes, secret: str) -> str:
    """The X-Shopify-Hmac-Sha256 header of a delivery."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
