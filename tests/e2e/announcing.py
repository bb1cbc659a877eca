"""Orders as our store announces them to a running portal."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

import requests

from integrations.models import InboundEvent
from orders.models import Order
from tests.e2e.server import Portal
from tests.e2e.stack import API_SECRET

OWN = "crossdock-coffee.myshopify.com"
BODY = json.loads(
    (Path(__file__).parent.parent / "fixtures/shopify/orders_create.json").read_bytes()
)


def deliver(portal: Portal, number: int) -> int:
    """Shopify announces order `number`; returns the status it gets."""
    body, headers = announcement(number)
    url = f"{portal.url}/hooks/shopify/"
    return requests.post(url, data=body, headers=headers, timeout=20).status_code


def announcement(number: int) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of order `number`, signed."""
    body = json.dumps(
        BODY
        | {
            "id": number,
            "admin_graphql_api_id": order_id(number),
            "name": f"#{number}",
        }
    ).encode()
    headers = {
        "content-type": "application/json",
        "x-shopify-topic": "orders/create",
        "x-shopify-shop-domain": OWN,
        "x-shopify-webhook-id": str(number),
        "x-shopify-triggered-at": "2026-11-20T12:00:00Z",
        "x-shopify-hmac-sha256": base64.b64encode(
            hmac.new(API_SECRET.encode(), body, hashlib.sha256).digest()
        ).decode(),
    }
    return body, headers


def order_id(number: int) -> str:
    return f"gid://shopify/Order/{number}"


def captured(numbers: list[int]) -> bool:
    return Order.objects.filter(external_id__in=map(order_id, numbers)).count() == len(numbers)


def is_stored(number: int) -> bool:
    return InboundEvent.objects.filter(dedupe_key__endswith=f":{number}").exists()
