"""A sandbox with a socket, and a client that sees answers as they come over the wire."""

import gzip
import http.client
import json
import socket
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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

    def wait_for_no_delivery(self, seconds: float = 5) -> None:
        """A receiver has a webhook a moment before the courier notes that it was taken."""
        end = time.monotonic() + seconds
        while self.get("deliveries")["deliveries"]:
            assert time.monotonic() < end, "a delivery is still on its way"
            time.sleep(0.02)

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

    def subscribe(self, uri: str, *topics: str) -> None:
        """Subscribe the app."""
        for topic in topics:
            document = (
                f"mutation {{ webhookSubscriptionCreate(topic: {topic}, webhookSubscription: "
                f'{{uri: "{uri}"}}) {{ userErrors {{ message }} }} }}'
            )
            assert self.run(document)["webhookSubscriptionCreate"]["userErrors"] == []

    def at_store(self, action: str, **body: Any) -> Any:
        """A control action at the one store."""
        return self.control(f"stores/{SHOP}/{action}", **body)

    def sell(self, *lines: tuple[str, int], **more: Any) -> Any:
        """A customer's order, one bag of GUJI-12 unless said otherwise."""
        wanted = [{"sku": sku, "quantity": units} for sku, units in lines or (("GUJI-12", 1),)]
        return self.at_store("orders", lines=wanted, **more)

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


@dataclass
class Got:
    """One webhook as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def topic(self) -> str:
        return self.headers["X-Shopify-Topic"]


class Receiver:
    """A webhook address that keeps what it is sent; `together` waits for so many at a time."""

    def __init__(self, together: int = 1) -> None:
        self.got: list[Got] = []
        self._news = threading.Condition()
        self._gate = threading.Barrier(together)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver._gate.wait(5)
                receiver._keep(Got(dict(self.headers.items()), body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/hooks/k/"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,))
        self.thread.start()

    def _keep(self, got: Got) -> None:
        with self._news:
            self.got.append(got)
            self._news.notify_all()

    def wait(self, count: int, seconds: float = 5) -> list[Got]:
        """The first `count` deliveries, once they are here."""
        with self._news:
            came = self._news.wait_for(lambda: len(self.got) >= count, seconds)
            assert came, [one.topic for one in self.got]
            return self.got[:count]

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()
