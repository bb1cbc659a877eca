"""Rows and people for the tests of the admin pages."""

import re
from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from integrations.models import Connection, InboundEvent, SyncRun
from integrations.services.connections import make_schedules

MOST_QUERIES = 12
BODY = b'{"email": "dana@customer.example", "lines": [{"sku": "A-1"}], "token": "t0ps3cret"}'


def log_in(group: str) -> Client:
    """Somebody of one of our groups: Viewer, Operator, Manager or Owner."""
    cache.clear()
    user = User.objects.create_user(group.lower(), is_staff=True, first_name=group)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


def make_store(slug: str, provider: str = "shopify-partner", **fields: object) -> Connection:
    """A connected store with its schedules."""
    shop = f"{slug}.myshopify.com"
    values = {"name": slug.title(), "status": "active", "settings": {"shop": shop}} | fields
    row = Connection.objects.create(provider=provider, slug=slug, account=shop, **values)
    make_schedules(row, timezone.now())
    return row


def make_run(store: Connection, flow: str = "stock", **fields: object) -> SyncRun:
    """A run that ended well a minute ago."""
    ended = timezone.now() - timedelta(minutes=1)
    values = {"status": "completed", "trigger": "schedule", "started_at": ended} | fields
    return SyncRun.objects.create(
        connection=store, flow=flow, finished_at=ended + timedelta(seconds=3), **values
    )


def make_event(store: Connection, number: int = 1, **fields: object) -> InboundEvent:
    """A webhook that failed."""
    values = {"status": "failed", "error": "It went wrong.", "attempts": 6, "body": BODY}
    values |= {"topic": "orders/create"} | fields
    return InboundEvent.objects.create(
        provider=store.provider,
        connection=store,
        account=store.account,
        dedupe_key=f"{store.account}:orders/create:delivery-{number:012d}",
        headers={"x-shopify-topic": "orders/create"},
        received_at=timezone.now(),
        **values,
    )


def list_url(model: str) -> str:
    return reverse(f"admin:integrations_{model}_changelist")


def page_url(row: object) -> str:
    return reverse(f"admin:integrations_{row._meta.model_name}_change", args=[row.pk])


def press(client: Client, row: object, name: str, /, **form: object) -> str:
    """Press a button of a row and answer its question; returns the messages of the next page."""
    url = reverse(f"admin:integrations_{row._meta.model_name}_do", args=[row.pk, name])
    answer = client.post(url, {"confirmed": "1", **form}, follow=True)
    assert answer.status_code == 200
    return " ".join(str(message) for message in answer.context["messages"])


def button_status(client: Client, row: object, name: str, method: str = "post") -> int:
    url = reverse(f"admin:integrations_{row._meta.model_name}_do", args=[row.pk, name])
    return getattr(client, method)(url, {"confirmed": "1"}).status_code


def get_page(client: Client, url: str) -> str:
    """The HTML of a page that must be there and must carry nothing inline."""
    answer = client.get(url)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert_nothing_inline(html)
    return html


def assert_nothing_inline(html: str) -> None:
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))


def count_queries(client: Client, url: str) -> int:
    """Of a page whose sidebar was counted in the last seconds: that is cached for 15."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
