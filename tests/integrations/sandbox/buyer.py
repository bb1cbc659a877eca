"""A client of the simulated ERP, called without a socket."""

import json
from typing import Any
from urllib.parse import urlencode

from integrations.sandbox.config import DEFAULT_ERP_PASSWORD, DEFAULT_ERP_USERNAME

from .conftest import Sandbox

ACCOUNT = "crossdock.api.sellercloud.com"
BASE = f"/sellercloud/{ACCOUNT}/rest/api"


class Buyer:
    """Signed in at the demo's ERP."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.token = ""

    @property
    def erp(self):
        return self.sandbox.world.erp(ACCOUNT)

    def sign_in(self, **given: str):
        """Ask for a token with the right name and password, unless said otherwise."""
        known = {"Username": DEFAULT_ERP_USERNAME, "Password": DEFAULT_ERP_PASSWORD}
        answer = self.sandbox.json(f"{BASE}/token", **known | given)
        if answer.status == 200:
            self.token = json.loads(answer.body)["access_token"]
        return answer

    def get(self, path: str, base: str = BASE, **query: Any):
        """GET of the API with the token; `__` in a name is the point of `model.`."""
        named = {name.replace("__", "."): value for name, value in query.items()}
        return self.sandbox.send(
            "GET", f"{base}/{path}", query=urlencode(named), authorization=f"Bearer {self.token}"
        )

    def post(self, path: str, **body: Any):
        return self.sandbox.send(
            "POST", f"{BASE}/{path}", json.dumps(body).encode(),
            authorization=f"Bearer {self.token}", content_type="application/json",
        )  # fmt: skip

    def read(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that must work."""
        answer = self.get(path, **query)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def orders(self, **query: Any) -> list[dict[str, Any]]:
        """Every purchase order that matches, over all pages."""
        found: list[dict[str, Any]] = []
        page = 1
        while items := self.read("PurchaseOrders", pageSize=50, pageNumber=page, **query)["Items"]:
            found += items
            page += 1
            assert page < 50, "the list does not end"
        return found

    def control(self, action: str, **given: Any) -> Any:
        """A control call of this ERP that must work."""
        answer = self.sandbox.json(f"/control/erps/{ACCOUNT}/{action}", **given)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def dial(self, mode: str, **given: Any) -> None:
        assert self.sandbox.json("/control/dials", mode=mode, **given).status == 201

    def one_order(self, status: str) -> dict[str, Any]:
        """The newest purchase order with this status, as the control API shows it."""
        path = f"/control/erps/{ACCOUNT}/purchase-orders"
        every = json.loads(self.sandbox.send("GET", path).body)["purchase_orders"]
        return next(one for one in reversed(every) if one["status"] == status)
