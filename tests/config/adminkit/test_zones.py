"""A person's own time zone: where it is chosen, what follows it, and whose it is."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.adminkit.parts import when
from config.adminkit.site import PortalAdminSite
from config.adminkit.zones import zone_words
from tests.config.adminkit.conftest import make_staff
from tests.config.adminkit.sample import site

PAGE = "/admin/time-zone/"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ZONE = re.compile(r'<a class="zone" href="/admin/time-zone/" title="([^"]*)">([^<]*)</a>')


def header(client) -> tuple[str, str]:
    title, words = ZONE.search(client.get("/admin/").text).groups()
    return words, title


@pytest.fixture
def as_abroad(as_viewer):
    """Somebody who chose a place."""
    as_viewer.post(PAGE, {"zone": "Asia/Kolkata"})
    return as_viewer


def test_everybody_has_the_zone_of_the_portal_until_they_choose(as_viewer, settings):
    settings.TIME_ZONE = "America/Los_Angeles"

    assert header(as_viewer)[1] == "Every time on these pages is in America/Los_Angeles"


def test_the_header_follows_the_choice_and_leads_to_it(as_abroad):
    assert header(as_abroad) == ("Times in IST", "Every time on these pages is in Asia/Kolkata")
    assert 'href="/admin/time-zone/">Your time zone</a>' in as_abroad.get("/admin/").text


def test_times_and_what_is_said_on_hover_follow_the_choice(as_abroad, monkeypatch):
    monkeypatch.setattr(site, "index_view", lambda request: {"title": when(NOON, exact=True)})
    page = as_abroad.get("/admin/").text

    assert 'title="Nov 20, 2026, 17:30:00 IST">Nov 20, 17:30</time>' in page
    assert timezone.get_current_timezone_name() == "UTC"


def test_the_page_offers_places_with_what_their_clocks_show(as_viewer, monkeypatch, settings):
    settings.TIME_ZONE = "America/Los_Angeles"
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    page = as_viewer.get(PAGE).text

    assert '<option value="" selected>Like everybody: Los Angeles, 04:00 Fri</option>' in page
    assert '<option value="Asia/Kolkata">Kolkata, 17:30 Fri</option>' in page
    assert '<option value="Pacific/Auckland">Auckland, 01:00 Sat</option>' in page
    assert '<optgroup label="Europe">' in page


def test_a_choice_is_shown_and_can_be_taken_back(as_abroad):
    assert re.search(r'value="Asia/Kolkata" selected', as_abroad.get(PAGE).text)

    answer = as_abroad.post(PAGE, {"zone": ""})

    assert answer.headers["Location"] == PAGE
    assert header(as_abroad)[0] == "Times in UTC"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "Asia/Kolkata|1:UTC"])
def test_a_place_that_is_none_is_refused(as_viewer, zone):
    assert "Select a valid choice" in as_viewer.post(PAGE, {"zone": zone}).text
    assert header(as_viewer)[0] == "Times in UTC"


@pytest.mark.parametrize("cookie", ["x", "1:Mars/Olympus", ":::|||", "|UTC:", "1:../../etc"])
def test_a_cookie_that_is_not_ours_changes_nothing(as_viewer, cookie):
    as_viewer.cookies["zone"] = cookie

    assert header(as_viewer)[0] == "Times in UTC"


def test_another_person_at_the_same_browser_has_their_own(as_abroad, viewer):
    as_abroad.force_login(make_staff("second", "view_user"))
    assert header(as_abroad)[0] == "Times in UTC"
    as_abroad.post(PAGE, {"zone": "Europe/Berlin"})
    as_abroad.force_login(viewer)

    assert header(as_abroad)[0] == "Times in IST"


def test_it_outlives_the_session(as_abroad, viewer):
    as_abroad.post("/admin/logout/")
    as_abroad.force_login(viewer)

    assert header(as_abroad)[0] == "Times in IST"


def test_the_cookie_is_not_for_scripts_and_does_not_grow_for_ever(as_viewer, viewer):
    as_viewer.cookies["zone"] = "|".join(f"{n + 1000}:Europe/Berlin" for n in range(40))
    cookie = as_viewer.post(PAGE, {"zone": "Asia/Kolkata"}).cookies["zone"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie.value.count("|") == 19
    assert cookie.value.endswith(f"{viewer.pk}:Asia/Kolkata")


def test_no_question_is_asked_of_the_database_for_it(as_viewer, django_assert_num_queries):
    as_viewer.get("/admin/")
    with CaptureQueriesContext(connection) as before:
        as_viewer.get("/admin/")
    asked = len(before)
    as_viewer.post(PAGE, {"zone": "Asia/Kolkata"})
    as_viewer.get("/admin/")

    with django_assert_num_queries(asked):
        as_viewer.get("/admin/")


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/Los_Angeles", {"PST", "PDT"}),
        ("Asia/Kathmandu", {"UTC+5:45"}),
        ("America/Sao_Paulo", {"UTC-3"}),
        ("UTC", {"UTC"}),
    ],
)
def test_a_zone_without_letters_is_told_by_its_hours(zone, words):
    with timezone.override(zone):
        assert zone_words() in words


def test_every_site_has_the_page():
    assert "time_zone" in [page.name for page in PortalAdminSite("own").pages]
