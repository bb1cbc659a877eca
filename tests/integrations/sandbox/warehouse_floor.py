"""The demo's two warehouses, called without a socket."""

import base64
import json
from typing import Any

from integrations.sandbox.messages import Response
from integrations.sandbox.warehouses.seed import seed_warehouses
from integrations.sandbox.warehouses.seed_data import EXTENSIV, VERACORE

from .conftest import Sandbox

VC, EX = "crossdock", "wms.crossdock.example"
KEY = base64.b64encode(f"{VERACORE['client_id']}:{VERACORE['client_secret']}".encode()).decode()
BASIC = f"Basic {KEY}"


class Floor:
    """Both interfaces, the back office and the control API."""

    def __init__(self, sandbox: Sandbox) -> None:
        seed_warehouses(sandbox.world, wanted=True)
        self.sandbox, self.world = sandbox, sandbox.world
        self.bearer = f"Bearer {self.token()['access_token']}"

    def token(self, **fields: str) -> Any:
        known = {name: EXTENSIV[name] for name in ("client_id", "client_secret")}
        form = {"grant_type": "client_credentials", **known, **fields}
        return json.loads(self.sandbox.form(f"/extensiv/{EX}/oauth/token", **form).body)

    def veracore(self, method: str, path: str, body: Any = None, query: str = "") -> Response:
        return self._call(method, f"/veracore/{VC.upper()}/api/{path}", body, query, BASIC)

    def extensiv(self, method: str, path: str, body: Any = None, query: str = "") -> Response:
        return self._call(method, f"/extensiv/{EX}/api/v1/{path}", body, query, self.bearer)

    def _call(self, method: str, path: str, body: Any, query: str, key: str) -> Response:
        raw = b"" if body is None else json.dumps(body).encode()
        return self.sandbox.send(method, path, raw, query, authorization=key)

    def control(self, path: str, **fields: Any) -> tuple[int, Any]:
        answer = self.sandbox.json(f"/control/warehouses/{path}", **fields)
        return answer.status, json.loads(answer.body)

    def order_veracore(self, number: str = "CD-1", units: int = 3) -> Response:
        items = [{"SKU": "CD-TOTE-01", "Quantity": units, "UnitPrice": 24.0}]
        customer = {"FirstName": "Dana", "LastName": "Petrov", "Email": "dana@customer.example"}
        body = {"CompanyId": "CROSSDOCK", "OrderNumber": number, "Items": items}
        return self.veracore("POST", "orders", body | {"Customer": customer})

    def order_extensiv(self, number: str = "CD-1", units: int = 2) -> Response:
        lines = [{"sku": "GRN-TINC-30", "quantity": units, "price": 32.0}]
        body = {"order_number": number, "line_items": lines, "customer": {"name": "Dana Petrov"}}
        return self.extensiv("POST", "orders", body)

    def good(self, account: str, sku: str) -> tuple[int, int, int]:
        good = self.world.state.warehouses[account].goods[sku]
        return good.on_hand, good.reserved, good.available

    def press(self, account: str, order: str, name: str, **fields: str) -> tuple[int, str]:
        """Press a button of an order's page; status and what is shown then."""
        path = f"/warehouses/{account}/orders/{order}/{name}/"
        answer = self.sandbox.form(path, **fields)
        if answer.status != 303:
            return answer.status, answer.body.decode()
        where, _, query = answer.headers["Location"].partition("?")
        return 303, self.sandbox.send("GET", where, query=query).body.decode()

    def page(self, path: str, query: str = "") -> str:
        answer = self.sandbox.send("GET", f"/warehouses/{path}", query=query)
        assert answer.status == 200
        return answer.body.decode()


def read(answer: Response) -> Any:
    return json.loads(answer.body)
