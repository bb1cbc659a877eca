"""The worker's dot, and the health page."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from config.worker import worker_status
from integrations.services.heartbeats import beat
from tests.integrations.admin_rows import get_page, log_in

pytestmark = pytest.mark.django_db


def test_the_dot_is_red_while_workers_are_silent():
    assert worker_status() == ("Worker silent: crossdock, flows", "bad")


def test_the_dot_counts_what_waits():
    now = timezone.now()
    beat("crossdock", now)
    beat("flows", now)
    assert worker_status() == ("Worker ok, queue 0", "ok")
    OrmQ.objects.create(key="crossdock", payload="x", lock=now - timedelta(seconds=5))
    assert worker_status() == ("Worker ok, queue 1", "ok")
    OrmQ.objects.create(key="flows", payload="x", lock=now - timedelta(minutes=2))
    assert worker_status() == ("Worker slow, queue 2", "warn")


def test_the_health_page_says_what_to_do_and_hides_secrets(settings):
    settings.SHOPIFY_API_SECRET = "very-secret-value"
    html = get_page(log_in("Owner"), "/admin/health/")
    assert "Nothing was ever heard from it." in html
    assert "manage.py up" in html
    assert "very-secret-value" not in html
    assert settings.SECRET_KEY not in html


def test_the_health_page_calls_nobody_until_asked(monkeypatch):
    asked = []
    monkeypatch.setattr("config.health_page.full_check", lambda now, call: asked.append(call) or [])
    owner = log_in("Owner")
    owner.get("/admin/health/")
    owner.post("/admin/health/")
    assert asked == [False, True]


def test_the_health_page_is_not_for_everyone(django_user_model, client):
    client.force_login(django_user_model.objects.create_user("new", is_staff=True))
    assert client.get("/admin/health/").status_code == 403
