"""Every page of the filled demo: on a desk and on a phone, by day and by night."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response

from tests.browser import surfaces
from tests.browser.chromium import DESKTOP, PHONE, Camera, Person, new_person
from tests.browser.running_demo import Demo
from tests.browser.steps import Walker
from tests.browser.walks import Seen

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
# The narrowest screen of each shape a page takes.
WIDTHS = {"desk": [1920, 1401, 1301, 1181, 1001, 801], "phone": [360]}
# Tables that are wider than the card they are in; those that may scroll by themselves are not.
WIDE_TABLES = """() => [...document.querySelectorAll("table")].filter(table => {
    const card = table.closest(".card, .results");
    const scrolls = getComputedStyle(table).overflowX === "auto";
    return card && !scrolls && table.scrollWidth > card.clientWidth + 1;
}).length"""


@pytest.fixture(scope="session")
def paths(straight: Seen, walker: Walker, browser: Browser, demo: Demo) -> dict[str, str]:
    """Found once, after both walks, in a window of its own."""
    person = colleague(browser, walker, demo)
    page = person.context.new_page()
    page.goto("/admin/")
    found = surfaces.find_surfaces(page)
    person.context.close()
    return found


@pytest.fixture(params=["desk", "phone"])
def device(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def size(device: str) -> dict[str, int]:
    return {"desk": DESKTOP, "phone": PHONE}[device]


@pytest.fixture
def staff(browser: Browser, walker: Walker, demo: Demo, size: dict[str, int]) -> Iterator[Person]:
    person = colleague(browser, walker, demo, viewport=size)
    yield person
    person.context.close()


@pytest.fixture
def stranger(browser: Browser, demo: Demo, size: dict[str, int]) -> Iterator[Person]:
    person = new_person(browser, base_url=demo.portal, viewport=size)
    yield person
    person.context.close()


def test_every_page_for_staff_is_whole(
    paths: dict[str, str], staff: Person, device: str, camera: Camera
) -> None:
    assert len(paths) > 40
    wrong = visit(staff, paths, device, camera)
    assert not wrong, "\n".join(wrong)


def test_every_page_for_strangers_is_whole(stranger: Person, device: str, camera: Camera) -> None:
    wrong = visit(stranger, surfaces.STRANGERS, device, camera)
    assert not wrong, "\n".join(wrong)


def colleague(browser: Browser, walker: Walker, demo: Demo, **options: object) -> Person:
    """A new window of somebody who is signed in already."""
    state = walker.staff.context.storage_state()
    return new_person(browser, storage_state=state, base_url=demo.portal, **options)


def visit(person: Person, paths: dict[str, str], device: str, camera: Camera) -> list[str]:
    """Open each page, by day and by night, and take pictures; returns what is wrong with them."""
    wrong: list[str] = []
    page = person.context.new_page()
    size = dict(page.viewport_size)
    for name, path in paths.items():
        answer = page.goto(path)
        found = [] if "default-src 'self'" in policy_of(answer) else ["no policy of contents"]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            camera.take(page, f"{device}/{name}-{scheme}")
        found += [*faults(page), *too_wide(page, [size["width"], *WIDTHS[device]])]
        page.set_viewport_size(size)
        wrong += [f"{name} ({path}): {what}" for what in [*found, *person.take_complaints()]]
    return wrong


def policy_of(answer: Response) -> str:
    return answer.headers.get("content-security-policy", "")


def faults(page: Page) -> list[str]:
    """What a person would see at once."""
    found = []
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} main headings")
    if "{{" in page.content() or "{%" in page.content():
        found.append("template source is shown")
    return found


def too_wide(page: Page, widths: list[int]) -> list[str]:
    """The screens on which one would have to scroll sideways, or a table leaves its card."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 844})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{wide} px wide on a screen of {width}")
        if tables := page.evaluate(WIDE_TABLES):
            found.append(f"{tables} tables wider than their card on a screen of {width}")
    return found
