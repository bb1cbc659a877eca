"""Every page of the filled demo: on a desk and on a phone, by day and by night."""

from collections.abc import Iterator

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page, expect

from tests.browser import surfaces
from tests.browser.axe import Axe
from tests.browser.chromium import DESKTOP, PHONE, Camera, Person, new_person, policy_of
from tests.browser.running_demo import Demo
from tests.browser.steps import Walker, colleague
from tests.browser.walks import Seen
from tests.config.access.policy import loose_sources

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
# The narrowest screen of each shape a page takes.
BROKEN = {"500.html": 500, "403_csrf.html": 403, "adminkit/no_database.html": 503}
WIDTHS = {"desk": [1920, 1401, 1301, 1181, 1001, 801], "phone": [360]}
# Tables that are wider than the card they are in; those that may scroll by themselves are not.
WIDE_TABLES = """() => [...document.querySelectorAll("table")].filter(table => {
    const card = table.closest(".card, .results");
    const above = [];  // a table in a box that scrolls by itself may be wider than that box
    for (let box = table; box && box !== card; box = box.parentElement) above.push(box);
    const scrolls = above.some(box => getComputedStyle(box).overflowX === "auto");
    return card && !scrolls && table.scrollWidth > card.clientWidth + 1;
}).length"""


@pytest.fixture(scope="session")
def paths(straight: Seen, walker: Walker, demo: Demo) -> dict[str, str]:
    """Found once, after both walks, in a window of its own."""
    person = colleague(walker, demo)
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
def staff(walker: Walker, demo: Demo, size: dict[str, int]) -> Iterator[Person]:
    person = colleague(walker, demo, viewport=size)
    yield person
    person.context.close()


@pytest.fixture
def stranger(browser: Browser, demo: Demo, size: dict[str, int]) -> Iterator[Person]:
    person = new_person(browser, base_url=demo.portal, viewport=size)
    yield person
    person.context.close()


def test_every_page_for_staff_is_whole(
    paths: dict[str, str], staff: Person, device: str, camera: Camera, axe: Axe
) -> None:
    assert len(paths) > 40
    wrong = visit(staff, paths, device, camera, axe)
    assert not wrong, "\n".join(wrong)


def test_every_page_for_strangers_is_whole(
    stranger: Person, device: str, camera: Camera, axe: Axe
) -> None:
    wrong = visit(stranger, surfaces.STRANGERS, device, camera, axe)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("template", BROKEN)
def test_a_page_about_a_fault_is_whole(
    template: str, stranger: Person, device: str, camera: Camera, axe: Axe
) -> None:
    """Nothing in the demo breaks, so the page is put where a broken one would be."""
    page = stranger.context.new_page()
    policy = policy_of(page.goto("/admin/login/"))
    context = {"title": "The database is busy", "sentence": "Try again in a moment."}
    answer = {
        "status": BROKEN[template],
        "content_type": "text/html; charset=utf-8",
        "headers": {"content-security-policy": policy},
        "body": render_to_string(template, context),
    }
    stranger.context.route("**/admin/broken/", lambda route: route.fulfill(**answer))
    wrong = visit(stranger, {"broken": "/admin/broken/"}, device, camera, axe)
    assert [one for one in wrong if f"{BROKEN[template]}: " not in one] == []


@pytest.mark.parametrize("name", ["own-store", "new-account", "password", "partners-terms-1"])
def test_a_form_sent_with_mistakes_can_be_read_by_everybody(
    name: str, paths: dict[str, str], walker: Walker, demo: Demo, axe: Axe
) -> None:
    person = colleague(walker, demo)
    page = person.context.new_page()
    page.goto(paths[name])
    form = page.locator("main form[method=post]:visible").first
    form.evaluate("""(one) => {
        one.noValidate = true;
        one.querySelectorAll("input[type=text], input[type=password]").forEach((box) => {
            box.value = "";
        });
    }""")
    form.locator("[type=submit], button:not([type])").last.click()

    expect(page.locator(".errorlist").first).to_be_visible()
    assert axe.look(page, parts=False) == []
    person.context.close()


def visit(
    person: Person, paths: dict[str, str], device: str, camera: Camera, axe: Axe
) -> list[str]:
    """Open each page, by day and by night, and take pictures; returns what is wrong with them."""
    wrong: list[str] = []
    page = person.context.new_page()
    size = dict(page.viewport_size)
    for name, path in paths.items():
        answer = page.goto(path)
        found = [f"allows {source}" for source in loose_sources(policy_of(answer))]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            camera.take(page, f"{device}/{name}-{scheme}")
        found += [*faults(page), *too_wide(page, [size["width"], *WIDTHS[device]])]
        page.set_viewport_size(size)
        found += axe.look(page, parts=device == "desk")
        page.set_viewport_size(size)
        wrong += [f"{name} ({path}): {what}" for what in [*found, *person.take_complaints()]]
    return wrong


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
