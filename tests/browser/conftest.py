"""One demo and one Chromium for all browser tests; the walks are walked once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, sync_playwright
from xdist.scheduler import LoadScopeScheduling

from tests.browser import portal, walks, warehouse_walk
from tests.browser.axe import Axe, fetch_axe
from tests.browser.chromium import Camera, Person, launch, new_person
from tests.browser.hands import Keyboard, Mouse
from tests.browser.running_demo import Demo, start_demo
from tests.browser.steps import Walker

# All of them look at the one demo, which takes a minute to start and to walk through.
OF_THE_DEMO = {"test_crawl.py", "test_demo.py", "test_keyboard.py", "test_pages.py"}


class OneDemo(LoadScopeScheduling):
    """What looks at the one demo stays in one process; the rest may run beside it."""

    def _split_scope(self, nodeid: str) -> str:
        name = Path(nodeid.partition("::")[0]).name
        return "demo" if name in OF_THE_DEMO else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneDemo:
    """Not by marks: xdist 3.8 hands its groups on in a way that pytest 9.2 does not read."""
    return OneDemo(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file that begins to use the demo has to be named above, or there would be two."""
    for item in items:
        uses_it = "demo" in getattr(item, "fixturenames", ())
        if uses_it and item.path.name not in OF_THE_DEMO:
            raise pytest.UsageError(f"{item.nodeid} uses the demo: name its file in OF_THE_DEMO.")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = start_demo(tmp_path_factory.mktemp("demo") / "data")
    yield running
    running.stop()


@pytest.fixture(scope="session", autouse=True)
def beside_playwright() -> Iterator[None]:
    """It keeps an event loop in this thread; the database is used beside it, not in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps a loop running in this thread, and Django would take that for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def axe() -> Axe:
    return fetch_axe()


@pytest.fixture(scope="session")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Camera:
    """On if SCREENSHOTS names a folder; what failed is always photographed."""
    wanted = os.environ.get("SCREENSHOTS", "")
    folder = Path(wanted or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return Camera(folder, is_on=bool(wanted))


@pytest.fixture(scope="session")
def people() -> list[Person]:
    """Everybody who has, or had, a browser window."""
    return []


@pytest.fixture(scope="session")
def walker(demo: Demo, browser: Browser, camera: Camera, people: list[Person]) -> Walker:
    staff = new_person(browser)
    people.append(staff)
    page = staff.context.new_page()
    portal.sign_in(page, demo)
    return Walker(browser, staff, page, camera, people)


@pytest.fixture(scope="session")
def keyboard() -> Keyboard:
    """What the first walk is done with: nobody touches the mouse."""
    return Keyboard()


@pytest.fixture(scope="session")
def by_our_center(walker: Walker, keyboard: Keyboard, demo: Demo) -> walks.Seen:
    walker.hand = keyboard
    with _picture_of_failure(walker, demo):
        seen = walks.walk_by_our_center(walker)
    walker.hand = Mouse()
    return seen


@pytest.fixture(scope="session")
def straight(by_our_center: walks.Seen, walker: Walker, demo: Demo) -> walks.Seen:
    with _picture_of_failure(walker, demo):
        return walks.walk_straight_to_the_customer(walker)


@pytest.fixture(scope="session")
def by_warehouse(straight: walks.Seen, walker: Walker, demo: Demo) -> warehouse_walk.Followed:
    with _picture_of_failure(walker, demo):
        return warehouse_walk.walk_by_warehouse(walker, demo)


@contextmanager
def _picture_of_failure(walker: Walker, demo: Demo) -> Iterator[None]:
    """What every window showed, and what the demo printed, when a walk could not go on."""
    try:
        yield
    except BaseException:
        failed = Camera(walker.camera.folder, is_on=True)
        for number, page in enumerate(walker.staff.context.pages):
            failed.take(page, f"failed-{number}")
            print(page.url, failed.folder / f"failed-{number}.png")
        print("".join(demo.printed[-40:]))
        raise


@pytest.fixture
def staff(live_server: Any, browser: Browser, client: Any) -> Iterator[Any]:
    """A window of a person who may do everything, of any size and with or without script."""
    user = User.objects.create_superuser("mia", "mia@crossdock.example", "mia")
    client.force_login(user)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    opened: list[Person] = []

    def window(**options: Any) -> Page:
        person = new_person(browser, base_url=live_server.url, **options)
        person.context.add_cookies([cookie | {"url": live_server.url}])
        opened.append(person)
        return person.context.new_page()

    yield window
    for person in opened:
        complaints = person.take_complaints()
        person.context.close()
        assert not complaints, complaints
