"""Start a busy demo, open every page, photograph it four times; nothing is judged here."""

import argparse
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from config.demo import LOGIN, PASSWORD
from tests.browser import portal, surfaces
from tests.browser.chromium import DESKTOP, PHONE, launch, new_person
from tests.browser.running_demo import Demo, start_demo
from tests.pictures.scenes import SCENES

SIZES = {"desk": DESKTOP, "phone": PHONE}
SCHEMES = ("light", "dark")
FILLED_WITHIN_S = 300


def main() -> None:
    """Pictures of the same name are replaced, nothing is deleted."""
    args = read_arguments()
    args.folder.mkdir(parents=True, exist_ok=True)
    with a_demo(args.portal) as demo, sync_playwright() as playwright:
        taken = photograph(launch(playwright), demo, args.folder, args.only, args.height)
    print(f"{taken} pictures in {args.folder}")


def read_arguments() -> argparse.Namespace:
    """Where the pictures go, and of what they are."""
    parser = argparse.ArgumentParser(prog="make pictures", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="pages whose name fits this expression")
    parser.add_argument(
        "--height", type=int, default=0, help="of the screen, to see more of a page"
    )
    parser.add_argument("--portal", default="", help="the address of a busy demo that runs already")
    return parser.parse_args()


@contextmanager
def a_demo(portal_url: str) -> Iterator[Demo]:
    """The one at this address, else one of our own, filled, that ends with the pictures."""
    if portal_url:
        yield Demo(None, portal=portal_url, login=LOGIN, password=PASSWORD)
        return
    with tempfile.TemporaryDirectory(prefix="crossdock-") as data:
        demo = start_demo(Path(data), FILLED_WITHIN_S, BUSY="1")
        try:
            yield demo
        finally:
            demo.stop()


def photograph(browser: Browser, demo: Demo, folder: Path, only: str, tall: int = 0) -> int:
    """Sign in once, then every page and every scene in each size and theme."""
    person = new_person(browser, base_url=demo.portal)
    page = person.context.new_page()
    portal.sign_in(page, demo)
    paths = surfaces.find_surfaces(page)
    state = person.context.storage_state()
    taken = 0
    for device, size in SIZES.items():
        size = size | {"height": tall or size["height"]}
        colleague = new_person(browser, storage_state=state, base_url=demo.portal, viewport=size)
        stranger = new_person(browser, base_url=demo.portal, viewport=size)
        window, outside = colleague.context.new_page(), stranger.context.new_page()
        for name, path in paths.items():
            if re.search(only, name):
                window.goto(path)
                taken += shoot(window, folder, f"{name}-{device}")
        for name, (start, act) in SCENES.items():
            if re.search(only, name):
                window.goto(start)
                act(window)
                taken += shoot(window, folder, f"{name}-{device}")
        for name, path in surfaces.STRANGERS.items():
            if re.search(only, name):
                outside.goto(path)
                taken += shoot(outside, folder, f"{name}-{device}")
    return taken


def shoot(page: Page, folder: Path, name: str) -> int:
    """What the screen shows, by day and by night."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        time.sleep(0.15)  # colors fade over
        page.screenshot(path=folder / f"{name}-{scheme}.png")
    return len(SCHEMES)


if __name__ == "__main__":
    main()
