"""Long lists come in pages, and a reader who comes back gets only the news."""

import json
import re

from integrations.sandbox.faults import Dial, Mode


def fill(sandbox, count):
    for number in range(count):
        kind = "order_created" if number % 2 else "stock_set"
        sandbox.world.record(kind, "a.myshopify.com", f"#{number}", f"effect {number}")


def effects(html):
    return re.findall(r"<td>effect (\d+)</td>", html)


def test_the_ledger_has_pages(sandbox):
    fill(sandbox, 250)
    first = sandbox.send("GET", "/ledger/", query="store=a.myshopify.com").body.decode()
    assert effects(first) == [str(number) for number in range(249, 149, -1)]
    assert "250 entries" in first
    assert 'href="?store=a.myshopify.com&amp;page=2"' in first
    query = "store=a.myshopify.com&page=3"
    last = sandbox.send("GET", "/ledger/", query=query).body.decode()
    assert effects(last) == [str(number) for number in range(49, -1, -1)]
    assert "Older" not in last


def test_a_page_that_is_not_there_is_the_last_one(sandbox):
    fill(sandbox, 150)
    for asked in ("99", "x"):
        html = sandbox.send("GET", "/ledger/", query=f"page={asked}").body.decode()
        assert "Page 2 of 2" in html or "Page 1 of 2" in html


def read(sandbox, query):
    answer = json.loads(sandbox.send("GET", "/control/ledger", query=query).body)
    return [entry["subject"] for entry in answer["entries"]]


def test_the_control_ledger_is_read_on_from_where_one_was(sandbox):
    before = len(sandbox.world.state.ledger)
    fill(sandbox, 30)
    assert read(sandbox, f"after={before + 27}") == ["#27", "#28", "#29"]
    assert read(sandbox, f"after={before}&limit=2") == ["#0", "#1"]
    assert read(sandbox, f"after={before}&kind=order_created&limit=2") == ["#1", "#3"]
    assert read(sandbox, "after=999") == []


def test_many_dials_are_counted_each(sandbox, order_of):
    for _ in range(20):
        sandbox.world.state.dials.append(Dial(mode=Mode.ERROR, operation="orderCreate", every=9))
    order_of()
    assert [one.seen for one in sandbox.world.state.dials] == [1] * 20
