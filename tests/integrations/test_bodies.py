"""Stored bodies as staff read them: indented as far as they go, secrets masked."""

import pytest

from integrations.admin.bodies import indented
from tests.integrations.admin_rows import get_page, log_in, make_event, make_store, page_url


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a":1,"b":{"c":[2,3', '{\n  "a": 1,\n  "b": {\n    "c": [\n      2,\n      3'),
        ('{"a":"x,{y:\\"z"}', '{\n  "a": "x,{y:\\"z"\n}'),
        ('{"a":[],"b":{}', '{\n  "a": [],\n  "b": {}'),
        ("}}", "}}"),
        ("name=Dana, Petrov", "name=Dana, Petrov"),
        ("", ""),
    ],
)
def test_text_that_was_to_be_json_gets_a_line_for_each_value(text, shown):
    assert indented(text) == shown


def test_a_body_that_broke_off_is_still_shown_line_by_line_without_its_secrets(db):
    body = b'{"id":1,"access_token":"t0ps3cret","token":"h1dden","lines":[{"sku":"A-1"'
    event = make_event(make_store("blue-door"), status="unreadable", body=body)
    html = get_page(log_in("Manager"), page_url(event))
    assert "&quot;id&quot;: 1,\n  &quot;access_token&quot;" in html
    assert "t0ps3cret" not in html
    assert "h1dden" not in html


def test_headers_with_secrets_are_masked(db):
    event = make_event(make_store("blue-door"))
    event.headers = {"x-topic": "orders/create", "x-access-token": "t0ps3cret"}
    event.save()
    html = get_page(log_in("Manager"), page_url(event))
    assert "x-access-token" in html
    assert "t0ps3cret" not in html
