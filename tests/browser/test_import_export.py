"""The pages of django-import-export, which other packages' admins bring along."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.axe import Axe
from tests.browser.chromium import Person, new_person, policy_of
from tests.config.access.policy import loose_sources
from tests.config.adminkit.moving import BASE, FILE, WRONG_FILE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.enable_socket,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def ann(settings: Any, live_server: LiveServer, browser: Browser) -> Person:
    """A superuser of a portal whose only admin is one with import and export."""
    settings.ROOT_URLCONF = "tests.config.adminkit.moving"
    client = Client()
    client.force_login(User.objects.create_superuser("ann"))
    person = new_person(browser, base_url=live_server.url)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    person.context.add_cookies([{**session, "url": live_server.url}])
    return person


def test_its_forms_previews_and_mistakes_are_whole(ann: Person, axe: Axe, tmp_path: Path) -> None:
    page = ann.context.new_page()

    found = [*look(page, axe, f"{BASE}export/"), *look(page, axe, f"{BASE}import/")]
    for content, says in {
        WRONG_FILE: "encountered while trying to read file",
        b"nome\nPackers\n": "The file could not be read",
        FILE: "Will be created",
    }.items():
        upload(page, tmp_path, content)
        expect(page.get_by_text(says).first).to_be_visible()
        found += axe.look(page, parts=False)
    page.get_by_role("button", name="Import 2 rows").click()
    expect(page.locator(".messagelist")).to_contain_text("2 new")

    assert [*found, *ann.take_complaints()] == []
    assert set(Group.objects.values_list("name", flat=True)) >= {"Packers", "Drivers"}
    ann.context.close()


def look(page: Page, axe: Axe, path: str) -> list[str]:
    answer = page.goto(path)
    return [*loose_sources(policy_of(answer)), *axe.look(page, parts=True)]


def upload(page: Page, folder: Path, content: bytes) -> None:
    """Choose a file, and see what it would change."""
    page.goto(f"{BASE}import/")
    file = folder / "groups.csv"
    file.write_bytes(content)
    page.get_by_label("File to import").set_input_files(file)
    page.get_by_label("Format").select_option(label="csv")
    page.get_by_role("button", name="Preview").click()
