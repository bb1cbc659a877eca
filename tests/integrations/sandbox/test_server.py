"""The real server on loopback: sockets, threads, deliveries, mail, restarts."""

import http.client
import json
import smtplib

import pytest

from integrations.sandbox.config import Config
from integrations.sandbox.server import Server, serve
from integrations.sandbox.shopify.signing import webhook_hmac

from .conftest import SHOP

pytestmark = pytest.mark.e2e


@pytest.fixture
def server(tmp_path):
    path = tmp_path / "state" / "sandbox.json"
    running = serve(Config(port=0, smtp_port=None, state_path=path, hold_seconds=0.2))
    yield running
    running.close()


def call(server: Server, method: str, path: str, timeout=5, body=None, **headers: str):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=timeout)
    raw = json.dumps(body).encode() if body is not None else None
    connection.request(method, path, raw, {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, data


def control(server, path, **body):
    return json.loads(call(server, "POST", f"/control/{path}", body=body)[1])


def subscribe(server, topic, uri):
    tokens = control(server, f"stores/{SHOP}/install", scopes=["read_orders"])
    query = (
        f"mutation {{ webhookSubscriptionCreate(topic: {topic}, webhookSubscription: "
        f'{{uri: "{uri}"}}) {{ userErrors {{ message }} }} }}'
    )
    path = f"/shopify-partner/{SHOP}/admin/api/2026-10/graphql.json"
    token = {"X-Shopify-Access-Token": tokens["access_token"]}
    return call(server, "POST", path, body={"query": query}, **token)


def test_a_signed_webhook_arrives(server, receiver):
    assert subscribe(server, "ORDERS_CREATE", receiver.url)[0] == 200
    control(server, f"stores/{SHOP}/orders", lines=[{"sku": "COL-HUILA-12", "quantity": 2}])
    (got,) = receiver.wait(1)
    assert got.headers["X-Shopify-Hmac-Sha256"] == webhook_hmac(got.body, "sandbox-api-secret")
    assert json.loads(got.body)["line_items"][0]["sku"] == "COL-HUILA-12"


def test_a_held_line_is_cut_after_the_effect(server):
    control(server, "dials", mode="timeout_after", operation="access_token")
    path = f"/shopify/{SHOP}/admin/oauth/access_token"
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        call(server, "POST", path, body={"client_id": "x"})
    ledger = json.loads(call(server, "GET", "/control/ledger?kind=fault")[1])
    assert [entry["subject"] for entry in ledger["entries"]] == ["timeout_after"]


def test_a_restart_keeps_the_order(server, tmp_path):
    control(server, f"stores/{SHOP}/orders", lines=[{"sku": "COL-HUILA-12"}])
    server.close()
    again = serve(server.world.config)
    try:
        _, data = call(again, "GET", f"/control/orders?shop={SHOP}")
        assert [one["name"] for one in json.loads(data)["orders"]] == ["#2301"]
    finally:
        again.close()


def test_mail_over_smtp_reaches_the_mailbox():
    running = serve(Config(port=0, smtp_port=0))
    try:
        with smtplib.SMTP("127.0.0.1", running.smtp_port, timeout=5) as client:
            text = "Subject: Shipped\r\n\r\nTracking number 1Z7"
            client.sendmail("portal@example.com", ["maya@example.com"], text)
        _, data = call(running, "GET", "/control/mail?to=maya")
        assert [one["subject"] for one in json.loads(data)["mail"]] == ["Shipped"]
    finally:
        running.close()


def test_other_sites_and_other_names_are_refused(server):
    assert call(server, "GET", "/", Host="evil.example")[0] == 403
    origin = {"Origin": "https://evil.example"}
    assert call(server, "POST", "/control/reset", body={}, **origin)[0] == 403
    assert call(server, "POST", "/control/reset", body={}, Origin=server.url)[0] == 200
