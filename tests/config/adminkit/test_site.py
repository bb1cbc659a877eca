"""The shell: sidebar by permission, pages, search, icons, what is never registered."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User

from config.adminkit.icons import sprite_version
from config.adminkit.site import PortalAdminSite
from tests.config.adminkit.conftest import log_in, make_staff
from tests.config.adminkit.sample import calls, site


def sidebar(client):
    nav = client.get("/admin/").context["kit"]["nav"]
    return [(group["label"], [item.label for item in group["items"]]) for group in nav]


def test_the_sidebar_shows_only_what_a_person_may_view(as_viewer):
    assert sidebar(as_viewer) == [("", ["Dashboard"]), ("Sell", ["Users"])]


def test_the_sidebar_is_grouped_and_ordered(admin_client):
    assert sidebar(admin_client)[1:3] == [("Sell", ["Users"]), ("Stock", ["Report", "Teams"])]


def test_a_count_carries_its_tone(as_operator, people):
    nav = as_operator.get("/admin/").context["kit"]["nav"]
    item = nav[1]["items"][0]

    assert (item.count, item.tone, item.icon, item.key) == (1, "warn", "user", "p")


def test_counts_are_asked_for_once_in_fifteen_seconds(admin_client):
    admin_client.get("/admin/")
    admin_client.get("/admin/")

    assert [name for name, *_ in calls] == ["nav_rows"]


def test_counts_of_hidden_items_are_not_asked_for(as_viewer):
    as_viewer.get("/admin/")

    assert calls == []


def test_the_place_in_the_sidebar_is_marked(as_operator, people):
    kit = as_operator.get(f"/admin/auth/user/{people[0].pk}/change/").context["kit"]

    assert kit["section"] == "Sell"
    assert [i.label for g in kit["nav"] for i in g["items"] if i.active] == ["Users"]


def test_a_page_needs_its_permission(as_viewer, db):
    assert as_viewer.get("/admin/team/7/").status_code == 403

    allowed = log_in(make_staff("team", "view_group"))
    assert allowed.get("/admin/team/7/").text == "page 7"


def test_a_page_needs_a_login(client, db):
    assert client.get("/admin/team/7/").headers["Location"].startswith("/admin/login/")


def test_a_page_that_is_only_looked_at_refuses_a_post(admin_client):
    answer = admin_client.post("/admin/report/")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")


def test_a_button_that_is_no_row_s_says_so_when_it_is_opened(admin_client):
    answer = admin_client.get("/admin/rebuild/")

    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "That was a button, not a page" in answer.text
    assert admin_client.post("/admin/rebuild/").text == "page 0"


def test_the_style_page_is_for_superusers(as_viewer, admin_client):
    assert as_viewer.get("/admin/kit/").status_code == 403
    assert "Every part in every state" in admin_client.get("/admin/kit/").text


@pytest.fixture
def searching(monkeypatch):
    def find(query, request):
        return [(f"Order {n}", f"/admin/{n}/", "paid") for n in query.split()]

    monkeypatch.setattr(site, "searches", [find, find])


def test_one_hit_is_opened(as_viewer, searching):
    assert as_viewer.get("/admin/search/?q=7").headers["Location"] == "/admin/7/"


def test_several_hits_are_listed_once_each(as_viewer, searching):
    page = as_viewer.get("/admin/search/?q=7+8").text

    assert page.count('<a href="/admin/7/">Order 7</a>') == 1
    assert page.count('<a href="/admin/8/">Order 8</a>') == 1


def test_no_hit_says_what_to_try(as_viewer, db):
    assert "Nothing found" in as_viewer.get("/admin/search/?q=7").text


def test_the_sprite_is_public_and_kept_for_a_year(client):
    response = client.get("/admin/icons.svg")

    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    etag = f'"{sprite_version()}"'
    assert client.get("/admin/icons.svg", headers={"if-none-match": etag}).status_code == 304


def test_the_worker_and_the_environment_are_shown(as_viewer, settings, monkeypatch):
    settings.ENVIRONMENT = "staging"
    monkeypatch.setattr(site, "worker_status", lambda: ("Worker ok, queue 4", "ok"))
    page = as_viewer.get("/admin/").text

    assert '<i class="dot ok"></i>Worker ok, queue 4' in page
    assert '<span class="env">staging</span>' in page


def test_production_has_no_environment_label(as_viewer, settings):
    settings.ENVIRONMENT = "production"

    assert 'class="env"' not in as_viewer.get("/admin/").text


def test_the_dashboard_is_what_the_project_answers(as_viewer, monkeypatch):
    monkeypatch.setattr(site, "index_view", lambda request: {"title": "Good morning"})

    assert as_viewer.get("/admin/").context["title"] == "Good morning"


def test_the_tables_of_the_queue_are_never_registered():
    schedule = SimpleNamespace(_meta=SimpleNamespace(app_label="django_q"))
    own = PortalAdminSite("own")
    own.register(schedule)
    assert own._registry == {}


def test_logging_in_shows_the_kit(client, db):
    page = client.get("/admin/login/").text

    assert "Log in to Crossdock" in page
    assert "nav-sidebar" not in page
    assert User.objects.count() == 0


@pytest.mark.parametrize("address", ["/admin/password_change/", "/admin/nothing/", "/admin/kit/"])
def test_pages_carry_the_style_sheet(admin_client, address):
    page = admin_client.get(address).text

    assert "adminkit/tokens" in page
    assert "adminkit/narrow" in page
