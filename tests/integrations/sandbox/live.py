"""A sandbox with a socket, and a client that sees answers as they come over the wire."""

import gzip
import http.client
import json
import socket
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from integrations.sandbox.config import Config
from integrations.sandbox.server import serve

from .conftest import ORDER_CREATE, SCOPES, SHOP, STORE


@dataclass
class Answer:
    """A whole answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Live:
    """One store on a running server; the app's token is at hand."""

    def __init__(self, **config: Any) -> None:
        settings = {"port": 0, "smtp_port": None, "seed": False, "hold_seconds": 0.2}
        self.server = serve(Config(**settings | config))
        self.control("stores", **STORE)
        self.token = self.control(f"stores/{SHOP}/install", scopes=list(SCOPES))["access_token"]

    def close(self) -> None:
        self.server.close()

    @property
    def world(self):
        return self.server.world

    @property
    def store(self):
        return self.world.store(SHOP)

    def variant(self, sku: str):
        return next(one for one in self.store.variants() if one.sku == sku)

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """One request. Raises what http.client raises for a broken answer."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=5)) as line:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            line.request(method, path, body, named)
            answer = line.getresponse()
            raw = answer.read()
            if answer.headers.get("Content-Encoding") == "gzip":
                raw = gzip.decompress(raw)
            return Answer(answer.status, dict(answer.headers.items()), raw)

    def control(self, path: str, **body: Any) -> Any:
        """POST to the control API; the answer must be a good one."""
        answer = self.post(path, **body)
        assert answer.status in (200, 201), answer.body
        return answer.json()

    def post(self, path: str, **body: Any) -> Answer:
        raw = json.dumps(body).encode()
        return self.send("POST", f"/control/{path}", raw, Content_Type="application/json")

    def get(self, path: str) -> Any:
        return self.send("GET", f"/control/{path}").json()

    def dial(self, mode: str, **values: Any) -> int:
        """Turn a dial on; its number."""
        return self.control("dials", mode=mode, **values)["id"]

    def fired(self) -> list[int]:
        return [one["fired"] for one in self.get("dials")["dials"]]

    def call(self, document: str, **variables: Any) -> Answer:
        raw = json.dumps({"query": document, "variables": variables}).encode()
        return self.send("POST", self.api, raw, **self.keys)

    def run(self, document: str, **variables: Any) -> Any:
        """The data of a call that must work."""
        answer = self.call(document, **variables).json()
        assert "errors" not in answer, answer
        return answer["data"]

    api = f"/shopify/{SHOP}/admin/api/2026-10/graphql.json"

    @property
    def keys(self) -> dict[str, str]:
        return {"Content_Type": "application/json", "X_Shopify_Access_Token": self.token}

    def order(self, *lines: tuple[str, int], **more: Any) -> Answer:
        """orderCreate, with two bags of GUJI-12 unless said otherwise."""
        wanted = [
            {"variantId": f"gid://shopify/ProductVariant/{self.variant(sku).id}", "quantity": units}
            for sku, units in lines or (("GUJI-12", 2),)
        ]
        return self.call(ORDER_CREATE, order={"lineItems": wanted, **more})

    def refresh(self, **fields: str) -> Answer:
        """A call of the token endpoint with the client credentials."""
        known = {"client_id": "sandbox-api-key", "client_secret": "sandbox-api-secret"}
        body = json.dumps(known | {"grant_type": "client_credentials"} | fields).encode()
        path = f"/shopify/{SHOP}/admin/oauth/access_token"
        return self.send("POST", path, body, Content_Type="application/json")

    def raw(self, document: str, most: int = 65_536) -> tuple[bytes, str]:
        """What arrives on the socket, and how the connection ended: "closed" or "reset"."""
        body = json.dumps({"query": document}).encode()
        head = (
            f"POST {self.api} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Shopify-Access-Token: {self.token}"
            f"\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        got = b""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=5) as line:
            line.sendall(head.encode() + body)
            try:
                while len(got) < most and (part := line.recv(65_536)):
                    got += part
            except ConnectionResetError:
                return got, "reset"
        return got, "closed" if len(got) < most else "cut"
