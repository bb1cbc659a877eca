"""How tests call the API: JSON in, JSON out."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from integrations.models import SyncRun

ERP = "erp"
ROOT = "/api/v1/sync"
ORDERS, INVENTORY = f"{ROOT}/purchase-orders", f"{ROOT}/inventory"
STATUS, LAST = f"{ROOT}/status", f"{ROOT}/last?flow=stock"


@dataclass
class Caller:
    """Somebody with a key; no key: whoever the client is signed in as."""

    key: str = ""
    client: Client = field(default_factory=Client)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    def get(self, path: str) -> HttpResponse:
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        data = body if isinstance(body, str) else json.dumps(body or {})
        return self.client.post(
            path, data, content_type="application/json", headers=self.headers | headers
        )


def problem(answer: HttpResponse) -> tuple[int, str, str]:
    """Status, code and detail of an error; it must be problem details through and through."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == answer.status_code
    assert found["type"] == f"/api/v1/docs#{found['code']}"
    assert found["title"]
    assert found["detail"].endswith((".", "!", "?"))
    return found["status"], found["code"], found["detail"]


def refused(answer: HttpResponse) -> tuple[int, str]:
    """Status and code of a refusal that left nothing behind."""
    assert not SyncRun.objects.exists()
    return problem(answer)[:2]


def counts_of(answer: HttpResponse) -> tuple[int, ...]:
    """Processed, created, updated, unchanged, skipped, failed."""
    names = ("processed", "created", "updated", "unchanged", "skipped", "failed")
    return tuple(answer.json()[name] for name in names)
